"""Leads as rows: facts to columns and back, and the numbered values that filters look for."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, RowMapping, bindparam, func, literal_column, select

from storage.columns import storable
from storage.database import insert_for
from storage.hashing import key63
from storage.records import Lead, LeadFacts, Link
from storage.schema import facet_values, lead_facts, lead_listings, leads, listings, seller_links

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
CHUNK = 500
"""Most values of one IN: databases stop at 32,766 or 65,535."""
TUPLES = ("taxa", "groups", "terms", "countries", "sources", "languages", "sellers")

ROW = select(leads).where(leads.c.num == bindparam("b_lead"))
ROW_LOCKED = ROW.with_for_update()
FACTS = select(lead_facts.c.facts).where(lead_facts.c.lead == bindparam("b_lead"))
ROWS = (
    select(leads, lead_facts.c.facts)
    .join(lead_facts, lead_facts.c.lead == leads.c.num)
    .where(leads.c.num.in_(bindparam("b_leads", expanding=True)))
)
MEMBERS = (
    select(lead_listings.c.lead, listings.c.id, lead_listings.c.reason, lead_listings.c.strength, seller_links.c.seller)
    .join(listings, listings.c.num == lead_listings.c.listing)
    .outerjoin(seller_links, seller_links.c.listing == lead_listings.c.listing)
    .where(lead_listings.c.lead.in_(bindparam("b_leads", expanding=True)))
    .order_by(listings.c.num)
)
VALUES = select(facet_values.c.value_key, facet_values.c.num).where(
    facet_values.c.value_key.in_(bindparam("b_keys", expanding=True))
)
NEXT = {
    "sqlite": select(func.coalesce(func.max(leads.c.changed), 0) + 1).scalar_subquery(),
    "postgresql": literal_column("pg_current_xact_id()::text::bigint", BigInteger),
}


def changed(connection: Connection) -> ColumnElement[int]:
    """What `changed` of a lead is set to: more than any other so far, or on PostgreSQL the transaction's own number."""
    return NEXT[connection.dialect.name]


def moved(connection: Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that every change of a lead moves on."""
    return {"version": row["version"] + 1, "updated_at": datetime.now(UTC), "changed": changed(connection)}


def of_facts(connection: Connection, facts: LeadFacts) -> dict[str, Any]:
    """The columns of a lead that facts fill."""
    codes = _codes(connection, facts)
    return {"score": facts.score, "relevant": facts.relevant, "masked": facts.masked, "codes": codes}


def plain(facts: LeadFacts) -> dict[str, Any]:
    """Facts as JSON."""
    values = asdict(facts)
    values["price_amount"] = None if facts.price_amount is None else str(facts.price_amount)
    return values


def facts(kept: Mapping[str, Any]) -> LeadFacts:
    """Facts out of JSON."""
    values = dict(kept)
    values.update({name: tuple(values[name]) for name in TUPLES})
    if values["price_amount"] is not None:
        values["price_amount"] = Decimal(values["price_amount"])
    return LeadFacts(**values)


def facet(value: str) -> str:
    """A value as it is filtered by: what the database can hold, and not longer than LONGEST."""
    return storable(value[:LONGEST])


def row(connection: Connection, lead: int, lock: bool = False) -> dict[str, Any]:
    """KeyError when there is no such lead."""
    found = connection.execute(ROW_LOCKED if lock else ROW, {"b_lead": lead}).mappings().first()
    if found is None:
        raise KeyError(f"no lead {lead}")
    return {**found}


def read(connection: Connection, numbers: Sequence[int]) -> list[Lead]:
    """The leads with their listings and sellers, in the order asked for."""
    return [
        lead for start in range(0, len(numbers), CHUNK) for lead in _some(connection, numbers[start : start + CHUNK])
    ]


def _some(connection: Connection, numbers: Sequence[int]) -> list[Lead]:
    wanted = {"b_leads": list(numbers)}
    found = {one["num"]: one for one in connection.execute(ROWS, wanted).mappings()}
    links: dict[int, list[Link]] = {number: [] for number in found}
    sellers: dict[int, list[int]] = {number: [] for number in found}
    for lead, listing, reason, strength, seller in connection.execute(MEMBERS, wanted):
        if lead in links:
            links[lead].append(Link(listing, reason, strength))
            if seller is not None and seller not in sellers[lead]:
                sellers[lead].append(seller)
    return [_lead(found[one], links[one], sellers[one]) for one in numbers if one in found]


def _lead(row: RowMapping, links: list[Link], sellers: list[int]) -> Lead:
    return Lead(
        id=row["num"],
        facts=facts(row["facts"]),
        status=row["status"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        assignee=row["assignee"],
        tags=tuple(row["tags"]),
        listings=tuple(links),
        sellers=tuple(sorted(sellers)),
    )


def _codes(connection: Connection, shown: LeadFacts) -> bytes:
    """The numbers of all values that the lead is to be found by; values never seen before are numbered."""
    wanted: dict[int, tuple[str, str]] = {}
    for kind, name in KINDS.items():
        for one in getattr(shown, name):
            if one:
                wanted[key63(kind, facet(one))] = (kind, facet(one))
    if not wanted:
        return b""
    known = _numbers(connection, wanted)
    if new := sorted(wanted.keys() - known.keys()):
        rows = [{"value_key": key, "kind": wanted[key][0], "value": wanted[key][1]} for key in new]
        connection.execute(insert_for(connection, facet_values).on_conflict_do_nothing(), rows)
        known = _numbers(connection, wanted)
    return array("I", (known[key] for key in wanted)).tobytes()


def _numbers(connection: Connection, keys: Mapping[int, Any]) -> dict[int, int]:
    return {row.value_key: row.num for row in connection.execute(VALUES, {"b_keys": list(keys)})}
