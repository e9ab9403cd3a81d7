"""Finds for every listing the ones it may be one offer or one seller with, and writes down what was decided.

Decisions are made by `compare`; this module asks the store for candidates, and attaches, creates or merges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from osint.resolve.compare import Verdict, boilerplate, same_offer, same_seller, weights
from osint.resolve.facts import lead_facts
from osint.resolve.offer import Offer, offer, seller_name
from storage.records import Link, StoredListing
from storage.store import Store

CANDIDATES = 400
"""Most listings that one is compared with, those that share most keys first: a busy seller's thousandth listing
must not cost a thousand comparisons. Every shared key of a copy counts, so copies come first."""


@dataclass
class Resolved:
    """What a batch changed, for the run's summary."""

    created: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    merged: dict[int, int] = field(default_factory=dict)


def resolve(store: Store, listings: Iterable[StoredListing]) -> Resolved:
    """Bring these listings into leads and sellers. One transaction: two workers never make two leads of one offer."""
    outcome = Resolved()
    with store.transaction("leads"):
        offers = [(listing, offer(listing)) for listing in listings]
        for listing, mine in offers:  # all keys first, so that the batch knows itself whatever its order
            store.listings.set_keys(listing.id, mine.keys)
        for listing, mine in offers:
            _resolve_one(store, listing, mine, outcome)
        for lead in sorted(outcome.created | outcome.changed):
            kept = store.leads.get(lead)
            members = store.listings.of_lead(kept.id)
            store.leads.put_facts(kept.id, lead_facts(members))
    return outcome


def _resolve_one(store: Store, listing: StoredListing, mine: Offer, outcome: Resolved) -> None:
    others, hubs = _candidates(store, mine)
    sellers = [(other, verdict) for other in others if (verdict := same_seller(mine, other, hubs)).joined]
    _join_seller(store, listing, mine, sellers)
    common = boilerplate(mine, [other for other, _ in sellers])
    offers = [(other, verdict) for other, _ in sellers if (verdict := same_offer(mine, other, common)).joined]
    _join_lead(store, listing, offers, outcome)


def _candidates(store: Store, mine: Offer) -> tuple[list[Offer], frozenset[str]]:
    meetings = store.listings.meeting(mine.keys)
    shared: dict[str, int] = {}
    for ids in meetings.values():
        for other in ids:
            shared[other] = shared.get(other, 0) + 1
    shared.pop(mine.id, None)
    nearest = sorted(shared, key=lambda other: (-shared[other], other))[:CANDIDATES]
    others = [offer(other) for other in store.listings.many(nearest)]
    return others, frozenset(contact for contact in mine.contacts if _is_hub(contact, mine, others))


def _is_hub(contact: str, mine: Offer, others: Sequence[Offer]) -> bool:
    """Many accounts, or some on one site: the number of a market, an auction house, a call centre."""
    accounts = {(one.source, one.account) for one in (mine, *others) if contact in one.contacts and one.account}
    here = sum(source == mine.source for source, _ in accounts)
    limits = weights()["seller"]
    return len(accounts) > limits["hub"] or here > limits["hub_here"]


def _join_seller(store: Store, listing: StoredListing, mine: Offer, found: Sequence[tuple[Offer, Verdict]]) -> None:
    latest = listing.latest
    accounts = (_account(mine.account),) if mine.account else ()
    contacts = tuple(_split(contact) for contact in sorted(mine.contacts))
    if not accounts and not contacts and not found:
        return  # nobody is named: a listing without a seller stays without one
    known = store.sellers.of_listings([listing.id, *(other.id for other, _ in found)])
    ids = sorted(set(known.values()))
    best = max((verdict for _, verdict in found), key=lambda verdict: verdict.strength, default=None)
    link = Link(listing.id, best.reason if best else "first seen", best.strength if best else 1.0)
    name = seller_name(latest) or next(iter(contacts), ("", ""))[1]
    if not ids:
        store.sellers.create(name=name, accounts=accounts, contacts=contacts, links=(link,))
        return
    for other in ids[1:]:
        store.sellers.merge(ids[0], other, link.reason)
    store.sellers.attach(ids[0], accounts=accounts, contacts=contacts, links=(link,))


def _join_lead(store: Store, listing: StoredListing, found: Sequence[tuple[Offer, Verdict]], outcome: Resolved) -> None:
    leads: dict[int, Verdict] = {}
    for other, verdict in found:
        lead = store.leads.of_listing(other.id)
        if lead is not None and (lead not in leads or verdict.strength > leads[lead].strength):
            leads[lead] = verdict
    own = store.leads.of_listing(listing.id)
    if own is not None:
        outcome.changed.add(own)
        leads.setdefault(own, Verdict(True, 1.0, "seen before"))
    if not leads:
        created = store.leads.create(lead_facts([listing]), (Link(listing.id, "first seen", 1.0),))
        outcome.created.add(created.id)
        return
    keep = min(leads)  # the older lead keeps its number
    best = max(leads.values(), key=lambda verdict: verdict.strength)
    if own is None:
        store.leads.attach(keep, (Link(listing.id, best.reason, best.strength),))
    for other_lead in sorted(leads):
        if other_lead != keep:
            store.leads.merge(keep, other_lead, best.reason)
            outcome.merged[other_lead] = keep
            outcome.created.discard(other_lead)
            outcome.changed.discard(other_lead)
    outcome.changed.add(keep)


def _account(key: str) -> tuple[str, str]:
    site, _, account = key.partition("|")
    return site, account


def _split(contact: str) -> tuple[str, str]:
    kind, _, value = contact.partition(":")
    return ("phone" if kind == "tel" else kind), value
