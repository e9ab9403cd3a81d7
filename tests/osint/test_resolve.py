"""One offer once, one seller once: pairwise, on listings written for this project."""

import itertools
import json
from pathlib import Path

import pytest

CASES = Path(__file__).parent / "cases" / "resolve.jsonl"
ROWS = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def pairs(groups):
    return {frozenset(pair) for ids in groups for pair in itertools.combinations(sorted(ids), 2)}


def wanted(key):
    groups = {}
    for row in ROWS:
        groups.setdefault(row[key], []).append(row["id"])
    return pairs(groups.values())


@pytest.fixture
def found(filled):
    from storage.leads import LeadQuery

    leads = filled.leads.query(LeadQuery(relevant=None, limit=1000)).rows
    names = {}
    sellers = {}
    groups = []
    for lead in leads:
        members = filled.listings.of_lead(lead.id)
        names.update({one.id: one.latest.external_id for one in members})
        groups.append([one.latest.external_id for one in members])
    for listing, seller in filled.sellers.of_listings(list(names)).items():
        sellers.setdefault(seller, []).append(names[listing])
    return pairs(groups), pairs(sellers.values())


def f1(got, want):
    return 2 * len(got & want) / (len(got) + len(want))


def test_leads_and_sellers(found):
    leads, sellers = found
    want_leads, want_sellers = wanted("gold_same_lead"), wanted("gold_same_seller")
    detail = {
        "lead missed": sorted(map(sorted, want_leads - leads)),
        "lead wrong": sorted(map(sorted, leads - want_leads)),
        "seller missed": sorted(map(sorted, want_sellers - sellers)),
        "seller wrong": sorted(map(sorted, sellers - want_sellers)),
    }
    assert f1(leads, want_leads) >= 0.95, detail
    assert f1(sellers, want_sellers) >= 0.95, detail


def test_a_template_with_another_contact_stays_apart(found):
    leads, sellers = found
    assert frozenset({"b1-1", "b2-1"}) not in leads
    assert frozenset({"b1-1", "b2-1"}) not in sellers


def test_importing_again_changes_nothing(filled, readers, found):
    from osint.imports import import_files
    from storage.leads import LeadQuery

    before = filled.leads.query(LeadQuery(relevant=None, limit=0)).total
    import_files(filled, readers, [CASES], "import")
    assert filled.leads.query(LeadQuery(relevant=None, limit=0)).total == before
