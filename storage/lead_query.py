"""Lists of leads: what has changed is brought into the index, then the index is asked; text is left to the database."""

from __future__ import annotations

from itertools import chain
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, bindparam, select, text

from storage import fulltext
from storage.database import Database
from storage.lead_index import Batch, LeadIndex, Mask, Numbers
from storage.lead_rows import KINDS, facet
from storage.reviews import STATUSES
from storage.schema import facet_values, lead_listings, leads, seller_links

if TYPE_CHECKING:
    from storage.leads import LeadQuery

NUMBER_OF = {status: number for number, status in enumerate(STATUSES)}
VALUES = 50
"""Most values answered for one facet."""
ROWS = 50_000
CHUNK = 400

CHANGED = select(
    leads.c.num, leads.c.merged_into, leads.c.status, leads.c.relevant, leads.c.masked, leads.c.score, leads.c.changed,
    leads.c.codes,
)  # fmt: skip
NAMES = select(facet_values.c.num, facet_values.c.kind, facet_values.c.value)
MEMBERS = select(lead_listings.c.listing, lead_listings.c.lead)
OF_SELLER = (
    select(lead_listings.c.lead)
    .join(seller_links, seller_links.c.listing == lead_listings.c.listing)
    .where(seller_links.c.seller == bindparam("b_seller"))
)
# Transactions of PostgreSQL end in another order than they began: what was not over when we last looked is read again.
# The upper end keeps out the numbers that a restored database brought from another server.
SEEN = text("SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s")


class LeadLists:
    """The index of one store, kept up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._kept = Kept()

    def page(self, connection: Connection, query: LeadQuery) -> tuple[list[int], int]:
        """(numbers of the leads asked for, number of all that match)."""
        with self._lock:
            kept = self._fresh(connection)
            mask = kept.index.matching(kept.conditions(connection, query))
            total = int(np.count_nonzero(mask))
            newest = query.order == "newest"
            return kept.index.page(mask, newest, query.limit, query.offset) if query.limit else [], total

    def facets(self, connection: Connection, query: LeadQuery) -> dict[str, tuple[tuple[str, int], ...]]:
        """Counts of each value by filter; the filter's own choice is left out of its counts."""
        with self._lock:
            kept = self._fresh(connection)
            index, conditions = kept.index, kept.conditions(connection, query)
            whole = index.matching(conditions)
            found: dict[str, tuple[tuple[str, int], ...]] = {}
            for kind in ("status", *KINDS):
                mask = index.matching(conditions, leave_out=kind) if kind in conditions else whole
                if kind == "status":
                    counted = sorted(index.count_statuses(mask), key=lambda pair: (-pair[1], pair[0]))
                else:
                    counted = index.count_values(mask, kind, VALUES)
                found[kind] = tuple(counted)
            return found

    def _fresh(self, connection: Connection) -> Kept:
        """What is kept, or, inside a transaction whose changes nobody else may see yet, one of its own."""
        kept = Kept() if self._database.joined else self._kept
        kept.refresh(connection)
        return kept


class Kept:
    """An index and how far it has seen the database."""

    def __init__(self) -> None:
        self.index = LeadIndex(STATUSES)
        self._seen = -1
        self._lead_of: Numbers | None = None
        """Listing → lead; only made when the first text is searched for."""

    def refresh(self, connection: Connection) -> None:
        """Bring in the leads that changed since the last time."""
        query, seen = CHANGED.where(leads.c.changed > self._seen), self._seen
        if connection.dialect.name == "postgresql":
            start, end = connection.execute(SEEN).one()
            query, seen = CHANGED.where(leads.c.changed >= self._seen, leads.c.changed < end), start
        if self._seen == -1:
            query = CHANGED
        # Bare rows of the driver: SQLAlchemy's care for a million of them takes 6 s more.
        cursor: Any = connection.execute(query).cursor
        while some := cursor.fetchmany(ROWS):
            batch, last = _batch(some)
            unknown = self.index.unknown(batch)
            for part in range(0, len(unknown), CHUNK):
                wanted = NAMES.where(facet_values.c.num.in_(unknown[part : part + CHUNK]))
                self.index.name((row.num, row.kind, row.value) for row in connection.execute(wanted))
            self.index.put(batch)
            seen = max(seen, last) if connection.dialect.name == "sqlite" else seen
            if self._lead_of is not None:
                self._place(connection, batch.num)
        self._seen = seen

    def conditions(self, connection: Connection, query: LeadQuery) -> dict[str, Mask]:
        """The masks of a query's conditions by name."""
        names = ("status", "relevant", "masked", "min_score", *KINDS)
        wanted = {name: value for name in names if (value := getattr(query, name)) is not None}
        seller = wanted.pop("seller") if isinstance(wanted.get("seller"), int) else None
        made = self.index.conditions({name: facet(value) if name in KINDS else value for name, value in wanted.items()})
        if seller is not None:
            found = connection.execute(OF_SELLER, {"b_seller": seller}).scalars()
            made["seller"] = self.index.only(np.fromiter(found, np.int64))
        if query.text is not None:
            made["text"] = self.index.only(self._holding(connection, query.text))
        return made

    def _holding(self, connection: Connection, words: str) -> Numbers:
        """The leads of the listings that hold the words."""
        listings = fulltext.numbers(connection, words)
        if self._lead_of is None:
            self._lead_of = np.zeros(1, np.int64)
            self._place(connection, None)
        return self._lead_of[listings[listings < len(self._lead_of)]]

    def _place(self, connection: Connection, changed: Numbers | None) -> None:
        """Note which listings belong to these leads, or to all."""
        assert self._lead_of is not None
        queries = [MEMBERS] if changed is None else [
            MEMBERS.where(lead_listings.c.lead.in_(changed[start : start + CHUNK].tolist()))
            for start in range(0, len(changed), CHUNK)
        ]  # fmt: skip
        for query in queries:
            flat = np.fromiter(chain.from_iterable(connection.execute(query)), np.int64).reshape(-1, 2)
            if not len(flat):
                continue
            more = int(flat[:, 0].max()) + 1 - len(self._lead_of)
            if more > 0:
                self._lead_of = np.concatenate([self._lead_of, np.zeros(more + more // 4, np.int64)])
            self._lead_of[flat[:, 0]] = flat[:, 1]


def _batch(rows: list[tuple[Any, ...]]) -> tuple[Batch, int]:
    """The rows as columns, and the highest `changed` of them."""
    num, into, status, relevant, masked, score, changed, codes = zip(*rows, strict=True)
    batch = Batch(
        num=np.array(num, np.int64),
        shown=np.array([one is None for one in into], bool),
        status=np.array([NUMBER_OF[one] for one in status], np.uint8),
        relevant=np.array(relevant, bool),
        masked=np.array(masked, bool),
        score=np.array(score, np.float64),
        lengths=np.array([len(one) // 4 for one in codes], np.int64),
        codes=np.frombuffer(b"".join(codes), "<u4").astype(np.int32),
    )
    return batch, max(changed)
