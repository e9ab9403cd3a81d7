"""The index of leads in memory answers as the database would, however it was filled, and never from the past."""

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_parts import child, facts, finished, lead_of, undone

from storage import lead_index
from storage.lead_index import Batch, LeadIndex
from storage.leads import LeadQuery
from storage.store import Store

STATUSES = ("new", "claimed", "confirmed")
NAMES = [
    (1, "group", "elephant"),
    (2, "group", "tiger"),
    (3, "country", "TH"),
    (4, "country", "VN"),
    (7, "group", "bear"),
]
leads = st.fixed_dictionaries(
    {
        "num": st.integers(1, 30),
        "shown": st.booleans(),
        "status": st.sampled_from(STATUSES),
        "relevant": st.booleans(),
        "masked": st.booleans(),
        "score": st.sampled_from([0.0, 0.25, 0.5, 1.0]),
        "codes": st.lists(st.sampled_from([1, 2, 3, 4, 7]), unique=True, max_size=4),
    }
)
batches = st.lists(st.lists(leads, max_size=8, unique_by=lambda lead: lead["num"]), max_size=8)
NAMED = {code: (kind, value) for code, kind, value in NAMES}


def batch(rows):
    return Batch(
        num=np.array([row["num"] for row in rows], np.int64),
        shown=np.array([row["shown"] for row in rows], bool),
        status=np.array([STATUSES.index(row["status"]) for row in rows], np.uint8),
        relevant=np.array([row["relevant"] for row in rows], bool),
        masked=np.array([row["masked"] for row in rows], bool),
        score=np.array([row["score"] for row in rows], np.float64),
        lengths=np.array([len(row["codes"]) for row in rows], np.int64),
        codes=np.array([code for row in rows for code in row["codes"]], np.int32),
    )


@given(batches, st.integers(0, 3), st.data())
@settings(max_examples=300, deadline=None)
def test_it_says_what_a_plain_list_says(given_batches, at_once, data):
    """Rebuilt after every change, after some, or never: the answers are the same."""
    index, known = LeadIndex(STATUSES), {}
    for number, rows in enumerate(given_batches):
        index.name((code, *NAMED[code]) for code in index.unknown(batch(rows)))
        index.put(batch(rows))
        if at_once and number % at_once == 0:
            index._rebuild()
        known.update((row["num"], row) for row in rows)
    wanted = data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "status": st.sampled_from([*STATUSES, "unknown"]),
                "relevant": st.booleans(),
                "masked": st.booleans(),
                "min_score": st.sampled_from([0.0, 0.3, 1.0]),
                "group": st.sampled_from(["elephant", "tiger", "bear", "unknown"]),
                "country": st.sampled_from(["TH", "VN"]),
            },
        )
    )

    def meets(row, leave_out=""):
        values = [NAMED[code] for code in row["codes"]]
        tests = {
            "status": row["status"] == wanted.get("status"),
            "relevant": row["relevant"] == wanted.get("relevant"),
            "masked": row["masked"] == wanted.get("masked"),
            "min_score": row["score"] >= wanted.get("min_score", 0),
            "group": ("group", wanted.get("group")) in values,
            "country": ("country", wanted.get("country")) in values,
        }
        return row["shown"] and all(tests[name] for name in wanted if name != leave_out)

    conditions = index.conditions(wanted)
    matching = [row for row in known.values() if meets(row)]
    mask = index.matching(conditions)
    assert np.flatnonzero(mask).tolist() == sorted(row["num"] for row in matching)
    by_score = [row["num"] for row in sorted(matching, key=lambda row: (-row["score"], row["num"]))]
    limit, offset = data.draw(st.integers(1, 5)), data.draw(st.integers(0, 6))
    assert index.page(mask, False, limit, offset) == by_score[offset : offset + limit]
    assert index.page(mask, True, limit, offset) == sorted(by_score, reverse=True)[offset : offset + limit]
    most = data.draw(st.integers(1, 4))
    for kind in ("group", "country"):
        counted = {}
        for row in known.values():
            if meets(row, leave_out=kind):
                for code in row["codes"]:
                    if NAMED[code][0] == kind:
                        counted[NAMED[code][1]] = counted.get(NAMED[code][1], 0) + 1
        expected = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:most]
        assert index.count_values(index.matching(conditions, leave_out=kind), kind, most) == expected
    statuses = index.count_statuses(index.matching(conditions, leave_out="status"))
    assert dict(statuses) == Counter(row["status"] for row in known.values() if meets(row, leave_out="status"))


def counts(store, **query):
    return store.leads.query(LeadQuery(**query)).total


def test_every_change_is_seen_at_once(store):
    assert counts(store) == 0
    one, two = lead_of(store, 1), lead_of(store, 2, groups=("tiger",), masked=True)
    assert (counts(store), counts(store, group="tiger"), counts(store, masked=True)) == (2, 1, 1)
    store.leads.put_facts(two.id, facts(groups=("pangolin",), relevant=False))
    assert (counts(store), counts(store, group="tiger"), counts(store, group="pangolin", relevant=None)) == (1, 0, 1)
    store.reviews.decide(one.id, "confirmed", "ann")
    assert (counts(store, status="new", relevant=None), counts(store, status="confirmed")) == (1, 1)
    assert counts(store, text="bangle") == 1
    store.leads.merge(one.id, two.id, "same")
    assert (counts(store, relevant=None), counts(store, group="pangolin", relevant=None)) == (1, 0)
    assert counts(store, text="bangle", relevant=None) == 1
    store.leads.attach(lead_of(store, 3).id, [store.leads.get(one.id).listings[0]])
    assert counts(store, text="bangle", relevant=None) == 2, "the listing moved to the new lead, the other stayed"


def test_inside_a_transaction_its_own_changes_are_seen_and_by_nobody_else(store):
    from concurrent.futures import ThreadPoolExecutor

    lead_of(store, 1)
    assert counts(store) == 1
    with ThreadPoolExecutor(1) as other:

        def work():
            lead_of(store, 2)
            store.reviews.decide(1, "confirmed", "ann")
            return counts(store), counts(store, status="confirmed"), other.submit(counts, store).result()

        assert undone(store, work) == (2, 1, 1)
    assert (counts(store), counts(store, status="confirmed")) == (1, 0)


CHANGES = """
import sys
from pathlib import Path
from store_parts import lead_of
from storage.store import Store

with Store.open(Path(sys.argv[1]), sys.argv[2] or None) as store:
    for number in range(int(sys.argv[3]), int(sys.argv[3]) + 25):
        lead = lead_of(store, number, groups=(f"g{number % 5}",))
        if number % 3 == 0:
            store.reviews.decide(lead.id, "dismissed", "ann")
"""


def test_what_other_processes_change_is_seen(home, url):
    with Store.open(home, url) as store:
        assert counts(store) == 0
        children = [child(CHANGES, home, url or "", start) for start in (0, 100)]
        while any(one.poll() is None for one in children):
            store.leads.facets(LeadQuery())
            time.sleep(0.02)
        finished(*children)
        with Store.open(home, url) as fresh:
            for query in ({}, {"status": "dismissed"}, {"group": "g3"}, {"text": "ivory bangle"}):
                assert counts(store, **query) == counts(fresh, **query) > 0
            assert store.leads.facets(LeadQuery()) == fresh.leads.facets(LeadQuery())
        assert counts(store) == 50


def test_long_open_transactions_hide_nothing_from_later_looks(store):
    """On PostgreSQL a transaction that began first may end last."""
    from threading import Event, Thread

    if store.database.dialect == "sqlite":
        pytest.skip("SQLite has one writer")
    begun, go_on = Event(), Event()
    lead_of(store, 3)  # numbers the facet values, for which the two would otherwise wait for each other

    def slow():
        with store.transaction():
            lead_of(store, 1)
            begun.set()
            go_on.wait(20)

    thread = Thread(target=slow)
    thread.start()
    begun.wait(20)
    lead_of(store, 2)
    assert counts(store) == 2
    go_on.set()
    thread.join()
    assert counts(store) == 3


def test_many_leads_are_read_in_parts(store, monkeypatch):
    monkeypatch.setattr("storage.lead_query.ROWS", 7)
    monkeypatch.setattr("storage.lead_rows.CHUNK", 6)
    monkeypatch.setattr(lead_index, "REBUILD", 0.0)
    with store.transaction():
        for number in range(40):
            lead_of(store, number, groups=(f"g{number % 3}",), sellers=(f"seller {number}",))
    assert counts(store, group="g1") == 13
    found = store.leads.query(LeadQuery(limit=1_000_000_000))
    assert [lead.id for lead in found.rows] == list(range(1, 41))
    assert all(len(lead.listings) == 1 for lead in found.rows)
    found = store.leads.facets(LeadQuery())
    assert found["group"] == (("g0", 14), ("g1", 13), ("g2", 13))
    assert len(found["seller"]) == 40
