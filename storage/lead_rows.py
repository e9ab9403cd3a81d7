"""Leads as rows: facts to columns and back, and the facet rows that filters look into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, delete, select

from storage.records import Lead, LeadFacts, Link
from storage.schema import lead_facets, lead_listings, leads, listings, seller_links

KINDS = {
    "group": "groups",
    "taxon": "taxa",
    "country": "countries",
    "source": "sources",
    "language": "languages",
    "seller": "sellers",
}
"""Name of the filter → field of LeadFacts."""
LONGEST = 200
TUPLES = ("taxa", "groups", "terms", "countries", "sources", "languages", "sellers")


def of_facts(facts: LeadFacts) -> dict[str, Any]:
    """The columns of a lead that facts fill."""
    values = asdict(facts)
    values["price_amount"] = None if facts.price_amount is None else str(facts.price_amount)
    return {
        "facts": values,
        "score": facts.score,
        "relevant": facts.relevant,
        "masked": facts.masked,
    }


def facts(row: Mapping[str, Any]) -> LeadFacts:
    """The facts that a row holds."""
    values = dict(row["facts"])
    values.update({name: tuple(values[name]) for name in TUPLES})
    if values["price_amount"] is not None:
        values["price_amount"] = Decimal(values["price_amount"])
    return LeadFacts(**values)


def put_facets(connection: Connection, lead: int, status: str, shown: LeadFacts) -> None:
    """What the lead can be found by, and nothing else."""
    connection.execute(delete(lead_facets).where(lead_facets.c.lead == lead))
    common = {"lead": lead, "status": status, "relevant": shown.relevant, "score": shown.score}
    rows = [
        {"kind": kind, "value": value, **common}
        for kind, name in KINDS.items()
        for value in dict.fromkeys(one[:LONGEST] for one in getattr(shown, name) if one)
    ]
    if rows:
        connection.execute(lead_facets.insert(), rows)


def row(connection: Connection, lead: int, lock: bool = False) -> Mapping[str, Any]:
    """KeyError when there is no such lead."""
    query = select(leads).where(leads.c.num == lead)
    found = connection.execute(query.with_for_update() if lock else query).mappings().first()
    if found is None:
        raise KeyError(f"no lead {lead}")
    return found


def read(connection: Connection, numbers: Sequence[int]) -> list[Lead]:
    """The leads with their listings and sellers, in the order asked for."""
    found = {one["num"]: one for one in connection.execute(select(leads).where(leads.c.num.in_(numbers))).mappings()}
    links: dict[int, list[Link]] = {number: [] for number in found}
    query = (
        select(lead_listings.c.lead, listings.c.id, lead_listings.c.reason, lead_listings.c.strength)
        .join(listings, listings.c.num == lead_listings.c.listing)
        .where(lead_listings.c.lead.in_(list(found)))
        .order_by(listings.c.num)
    )
    for lead, listing, reason, strength in connection.execute(query):
        links[lead].append(Link(listing, reason, strength))
    sellers: dict[int, list[int]] = {number: [] for number in found}
    pairs = (
        select(lead_listings.c.lead, seller_links.c.seller)
        .join(seller_links, seller_links.c.listing == lead_listings.c.listing)
        .where(lead_listings.c.lead.in_(list(found)))
        .distinct()
        .order_by(seller_links.c.seller)
    )
    for lead, seller in connection.execute(pairs):
        sellers[lead].append(seller)
    return [
        Lead(
            id=number,
            facts=facts(found[number]),
            status=found[number]["status"],
            created_at=found[number]["created_at"],
            updated_at=found[number]["updated_at"],
            version=found[number]["version"],
            assignee=found[number]["assignee"],
            tags=tuple(found[number]["tags"]),
            listings=tuple(links[number]),
            sellers=tuple(sellers[number]),
        )
        for number in numbers
        if number in found
    ]
