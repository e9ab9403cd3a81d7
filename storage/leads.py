"""Leads: the listings that are one offer, and what a list shows of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, select, update

from storage import lead_rows
from storage.database import Database
from storage.lead_query import LeadLists
from storage.records import Lead, LeadFacts, LeadStatus, Link, Slice
from storage.reviews import Reviews
from storage.schema import lead_facts, lead_listings, leads, listings

STRENGTH: tuple[LeadStatus, ...] = ("new", "claimed", "dismissed", "confirmed", "referred", "closed")
"""Of two leads that turn out to be one, the later of their statuses here stands: a decision outlives the lack of one,
and what was confirmed once is not lost by a dismissal."""

CREATE = {
    dialect: leads.insert().values(changed=number).returning(leads.c.num) for dialect, number in lead_rows.NEXT.items()
}
KEEP = lead_facts.insert()
PLACE = (
    select(listings.c.num, lead_listings.c.lead, lead_listings.c.reason, lead_listings.c.strength)
    .outerjoin(lead_listings, lead_listings.c.listing == listings.c.num)
    .where(listings.c.id == bindparam("b_id"))
)
OF_LISTING = (
    select(lead_listings.c.lead)
    .join(listings, listings.c.num == lead_listings.c.listing)
    .where(listings.c.id == bindparam("b_id"))
)


@dataclass(frozen=True, slots=True)
class LeadQuery:
    """Which leads, in which order. None filters nothing. `seller` is a name as shown, or the number of a seller."""

    status: str | None = None
    group: str | None = None
    taxon: str | None = None
    country: str | None = None
    source: str | None = None
    language: str | None = None
    seller: str | int | None = None
    text: str | None = None
    masked: bool | None = None
    relevant: bool | None = True
    min_score: float | None = None
    order: Literal["score", "newest"] = "score"
    limit: int = 50
    offset: int = 0


class Leads:
    """A lead that was merged into another goes on answering under its number, as the other."""

    def __init__(self, database: Database, reviews: Reviews) -> None:
        self._database = database
        self._reviews = reviews
        self._lists = LeadLists(database)

    def create(self, facts: LeadFacts, links: Iterable[Link]) -> Lead:
        """A new lead of these listings; one that belonged to another lead moves. KeyError for an unknown listing."""
        now = datetime.now(UTC)
        with self._database.write() as connection:
            values = {"status": "new", "version": 1, "created_at": now, "updated_at": now, "assignee": "", "tags": []}
            values |= lead_rows.of_facts(connection, facts)
            number = connection.execute(CREATE[connection.dialect.name], values).scalar_one()
            connection.execute(KEEP, {"lead": number, "facts": lead_rows.plain(facts)})
            self._link(connection, number, links, now)
            return self._get(connection, number)

    def get(self, lead: int) -> Lead:
        """The lead, or the one that it was merged into. KeyError when there is none."""
        with self._database.read() as connection:
            return self._get(connection, lead)

    def put_facts(self, lead: int, facts: LeadFacts) -> None:
        """Show these facts. The same as before change nothing, so that nobody's decision is disturbed."""
        with self._database.write() as connection:
            number, old = self._current(connection, lead)
            if lead_rows.facts(connection.execute(lead_rows.FACTS, {"b_lead": number}).scalar_one()) == facts:
                return
            values = lead_rows.of_facts(connection, facts) | lead_rows.moved(connection, old)
            connection.execute(update(leads).where(leads.c.num == number).values(**values))
            connection.execute(
                update(lead_facts).where(lead_facts.c.lead == number).values(facts=lead_rows.plain(facts))
            )

    def attach(self, lead: int, links: Iterable[Link]) -> None:
        """Add listings; one that belonged to another lead moves. KeyError for an unknown lead or listing."""
        now = datetime.now(UTC)
        with self._database.write() as connection:
            number, old = self._current(connection, lead)
            if self._link(connection, number, links, now):
                connection.execute(
                    update(leads).where(leads.c.num == number).values(**lead_rows.moved(connection, old))
                )

    def merge(self, into: int, other: int, reason: str, who: str = "system") -> None:
        """Both are one: `other` is emptied into `into` and answers as it from now on. The log keeps what a split needs.

        The stronger decision stands (STRENGTH). The history of both is found under either number.
        """
        with self._database.write() as connection:
            keep, kept = self._current(connection, into)
            lose, lost = self._current(connection, other)
            if keep == lose:
                return
            moved = connection.execute(
                select(listings.c.id)
                .join(lead_listings, lead_listings.c.listing == listings.c.num)
                .where(lead_listings.c.lead == lose)
                .order_by(listings.c.num)
            ).scalars()
            before = {"status": kept["status"], "merged": lose, "its_status": lost["status"], "listings": list(moved)}
            status = max(kept["status"], lost["status"], key=STRENGTH.index)
            assignee = kept["assignee"] or lost["assignee"]
            tags = list(dict.fromkeys([*kept["tags"], *lost["tags"]]))
            connection.execute(update(lead_listings).where(lead_listings.c.lead == lose).values(lead=keep))
            connection.execute(
                update(leads).where(leads.c.num == lose).values(merged_into=keep, **lead_rows.moved(connection, lost))
            )
            connection.execute(
                update(leads)
                .where(leads.c.num == keep)
                .values(status=status, assignee=assignee, tags=tags, **lead_rows.moved(connection, kept))
            )
            self._reviews.log_at_commit(
                who=who, action="merge", object=f"lead:{keep}", note=reason, before=before, after={"status": status}
            )

    def of_listing(self, listing: str) -> int | None:
        """The lead that the listing belongs to."""
        with self._database.read() as connection:
            return connection.execute(OF_LISTING, {"b_id": listing}).scalar()

    def query(self, query: LeadQuery) -> Slice[Lead]:
        """The leads of a query, and how many there are in all."""
        with self._database.read() as connection:
            numbers, total = self._lists.page(connection, query)
            return Slice(tuple(lead_rows.read(connection, numbers)), total)

    def facets(self, query: LeadQuery) -> dict[str, tuple[tuple[str, int], ...]]:
        """How many leads each value would give, by name of the filter, the most frequent first.

        For each filter the others are applied and it itself is not: a count says what choosing that value would show.
        """
        with self._database.read() as connection:
            return self._lists.facets(connection, query)

    def _link(self, connection: Connection, lead: int, links: Iterable[Link], now: datetime) -> bool:
        """True when anything is different from before."""
        changed = False
        for link in links:
            there = connection.execute(PLACE, {"b_id": link.listing}).first()
            if there is None:
                raise KeyError(f"no listing {link.listing}")
            if (there.lead, there.reason, there.strength) == (lead, link.reason, link.strength):
                continue
            changed = True
            if there.lead not in (None, lead):
                left = lead_rows.row(connection, there.lead, lock=True)
                connection.execute(
                    update(leads).where(leads.c.num == there.lead).values(**lead_rows.moved(connection, left))
                )
            values = {"lead": lead, "reason": link.reason, "strength": link.strength, "at": now}
            if there.lead is None:
                connection.execute(lead_listings.insert(), {"listing": there.num, **values})
            else:
                connection.execute(update(lead_listings).where(lead_listings.c.listing == there.num).values(**values))
        return changed

    def _current(self, connection: Connection, lead: int) -> tuple[int, Mapping[str, Any]]:
        """Number and row of the lead as it stands after merges, locked against other writers."""
        row = lead_rows.row(connection, lead, lock=True)
        while row["merged_into"] is not None:
            row = lead_rows.row(connection, row["merged_into"], lock=True)
        return row["num"], row

    def _get(self, connection: Connection, lead: int) -> Lead:
        row = lead_rows.row(connection, lead)
        while row["merged_into"] is not None:
            row = lead_rows.row(connection, row["merged_into"])
        return lead_rows.read(connection, [row["num"]])[0]
