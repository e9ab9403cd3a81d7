"""Leads as rows: facts to columns and back, and the facet rows that filters look into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, delete, select

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

CLEAR = delete(lead_facets).where(lead_facets.c.lead == bindparam("b_lead"))
ROW = select(leads).where(leads.c.num == bindparam("b_lead"))
ROW_LOCKED = ROW.with_for_update()
ROWS = select(leads).where(leads.c.num.in_(bindparam("b_leads", expanding=True)))
MEMBERS = (
    select(lead_listings.c.lead, listings.c.id, lead_listings.c.reason, lead_listings.c.strength, seller_links.c.seller)
    .join(listings, listings.c.num == lead_listings.c.listing)
    .outerjoin(seller_links, seller_links.c.listing == lead_listings.c.listing)
    .where(lead_listings.c.lead.in_(bindparam("b_leads", expanding=True)))
    .order_by(listings.c.num)
)


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


def facts(row: Mapping[str, Any] | RowMapping) -> LeadFacts:
    """The facts that a row holds."""
    values = dict(row["facts"])
    values.update({name: tuple(values[name]) for name in TUPLES})
    if values["price_amount"] is not None:
        values["price_amount"] = Decimal(values["price_amount"])
    return LeadFacts(**values)


def put_facets(connection: Connection, lead: int, status: str, shown: LeadFacts, new: bool = False) -> None:
    """What the lead can be found by, and nothing else."""
    if not new:
        connection.execute(CLEAR, {"b_lead": lead})
    common = {"lead": lead, "status": status, "relevant": shown.relevant, "score": shown.score}
    rows = [
        {"kind": kind, "value": value, **common}
        for kind, name in KINDS.items()
        for value in dict.fromkeys(one[:LONGEST] for one in getattr(shown, name) if one)
    ]
    if rows:
        connection.execute(lead_facets.insert(), rows)


def row(connection: Connection, lead: int, lock: bool = False) -> dict[str, Any]:
    """KeyError when there is no such lead."""
    found = connection.execute(ROW_LOCKED if lock else ROW, {"b_lead": lead}).mappings().first()
    if found is None:
        raise KeyError(f"no lead {lead}")
    return {**found}


def read(connection: Connection, numbers: Sequence[int]) -> list[Lead]:
    """The leads with their listings and sellers, in the order asked for."""
    wanted = {"b_leads": list(numbers)}
    found = {one["num"]: one for one in connection.execute(ROWS, wanted).mappings()}
    links: dict[int, list[Link]] = {number: [] for number in found}
    sellers: dict[int, list[int]] = {number: [] for number in found}
    for lead, listing, reason, strength, seller in connection.execute(MEMBERS, wanted):
        links[lead].append(Link(listing, reason, strength))
        if seller is not None and seller not in sellers[lead]:
            sellers[lead].append(seller)
    return [
        Lead(
            id=number,
            facts=facts(one),
            status=one["status"],
            created_at=one["created_at"],
            updated_at=one["updated_at"],
            version=one["version"],
            assignee=one["assignee"],
            tags=tuple(one["tags"]),
            listings=tuple(links[number]),
            sellers=tuple(sorted(sellers[number])),
        )
        for number in numbers
        if (one := found.get(number)) is not None
    ]
