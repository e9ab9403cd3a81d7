"""Lists of leads, their number, and the counts beside the filters, as index look-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, exists, func, select

from storage import fulltext
from storage.lead_rows import KINDS, LONGEST
from storage.schema import lead_facets, lead_listings, leads, seller_links

if TYPE_CHECKING:
    from storage.leads import LeadQuery

VALUES = 50
"""Most values answered for one facet."""


def run(connection: Connection, query: LeadQuery) -> tuple[list[int], int]:
    """(numbers of the leads asked for, number of all that match)."""
    chosen = _filtered(connection, select(leads.c.num), query)
    count = _filtered(connection, select(func.count()).select_from(leads), query)
    if chosen is None or count is None:
        return [], 0
    order = [leads.c.num.desc()] if query.order == "newest" else [leads.c.score.desc(), leads.c.num]
    numbers: list[int] = []
    if query.limit:
        page = chosen.order_by(*order).limit(query.limit).offset(query.offset)
        numbers = list(connection.execute(page).scalars())
    return numbers, connection.execute(count).scalar_one()


def facets(connection: Connection, query: LeadQuery) -> dict[str, tuple[tuple[str, int], ...]]:
    """Counts of each value by filter; the filter's own choice is left out of its counts."""
    found: dict[str, tuple[tuple[str, int], ...]] = {}
    for kind in ("status", *KINDS):
        number = func.count().label("number")
        base: Select[Any]
        if kind == "status":
            base = select(leads.c.status.label("value"), number).select_from(leads)
        else:
            base = (
                select(lead_facets.c.value, number)
                .select_from(leads)
                .join(lead_facets, lead_facets.c.lead == leads.c.num)
                .where(lead_facets.c.kind == kind)
            )
        counted = _filtered(connection, base, query, leave_out=kind)
        if counted is None:
            found[kind] = ()
            continue
        rows = connection.execute(counted.group_by("value").order_by(number.desc(), "value").limit(VALUES))
        found[kind] = tuple((row.value, row.number) for row in rows)
    return found


def _filtered(connection: Connection, chosen: Select[Any], query: LeadQuery, leave_out: str = "") -> Select[Any] | None:
    """The select with the query's conditions; None when nothing can match."""
    chosen = chosen.where(leads.c.merged_into.is_(None))
    if query.status is not None and leave_out != "status":
        chosen = chosen.where(leads.c.status == query.status)
    if query.relevant is not None:
        chosen = chosen.where(leads.c.relevant == query.relevant)
    if query.masked is not None:
        chosen = chosen.where(leads.c.masked == query.masked)
    if query.min_score is not None:
        chosen = chosen.where(leads.c.score >= query.min_score)
    for kind in KINDS:
        value = getattr(query, kind)
        if value is not None and kind != leave_out and not isinstance(value, int):
            one = lead_facets.alias()
            chosen = chosen.where(
                exists().where(one.c.lead == leads.c.num, one.c.kind == kind, one.c.value == value[:LONGEST])
            )
    if isinstance(query.seller, int) and leave_out != "seller":
        of_seller = (
            select(lead_listings.c.lead)
            .join(seller_links, seller_links.c.listing == lead_listings.c.listing)
            .where(seller_links.c.seller == query.seller)
        )
        chosen = chosen.where(leads.c.num.in_(of_seller))
    if query.text is not None:
        words = fulltext.matching(connection.dialect.name, query.text)
        if words is None:
            return None
        chosen = chosen.where(leads.c.num.in_(select(lead_listings.c.lead).where(lead_listings.c.listing.in_(words))))
    return chosen
