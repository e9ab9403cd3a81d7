"""Sellers: accounts and contacts that are one actor, each tied to listings with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from storage.database import Database, insert_for
from storage.hashing import key63
from storage.records import Link, Seller, Slice
from storage.reviews import Reviews
from storage.schema import listings, seller_links, seller_marks, sellers

Pairs = Iterable[tuple[str, str]]
CHUNK = 400

ROW = select(sellers).where(sellers.c.num == bindparam("b_seller"))
MARKS = select(seller_marks).where(seller_marks.c.seller == bindparam("b_seller")).order_by(seller_marks.c.num)
LINKS = (
    select(listings.c.id, seller_links.c.reason, seller_links.c.strength)
    .join(listings, listings.c.num == seller_links.c.listing)
    .where(seller_links.c.seller == bindparam("b_seller"))
    .order_by(listings.c.num)
)
OF_LISTINGS = (
    select(listings.c.id, seller_links.c.seller)
    .join(seller_links, seller_links.c.listing == listings.c.num)
    .where(listings.c.id.in_(bindparam("b_ids", expanding=True)))
)
NUMBER = select(listings.c.num).where(listings.c.id == bindparam("b_id"))


class Sellers:
    """A seller that was merged into another goes on answering under its number, as the other."""

    def __init__(self, database: Database, reviews: Reviews) -> None:
        self._database = database
        self._reviews = reviews

    def create(self, name: str, accounts: Pairs = (), contacts: Pairs = (), links: Iterable[Link] = ()) -> Seller:
        """A new seller. `accounts`: (source, account); `contacts`: (kind, value). KeyError for an unknown listing."""
        with self._database.write() as connection:
            number = connection.execute(
                sellers.insert().returning(sellers.c.num), {"name": name, "created_at": datetime.now(UTC)}
            ).scalar_one()
            self._add(connection, number, accounts, contacts, links)
            return self._get(connection, number)

    def get(self, seller: int) -> Seller:
        """The seller, or the one that it was merged into. KeyError when there is none."""
        with self._database.read() as connection:
            return self._get(connection, seller)

    def attach(self, seller: int, accounts: Pairs = (), contacts: Pairs = (), links: Iterable[Link] = ()) -> None:
        """Add accounts, contacts and listings; a listing that was another seller's moves. KeyError for unknown ones."""
        with self._database.write() as connection:
            number = _current(connection, seller)["num"]
            self._add(connection, number, accounts, contacts, links)

    def merge(self, into: int, other: int, reason: str, who: str = "system") -> None:
        """Both are one: `other` is emptied into `into` and answers as it. The log keeps what a split needs."""
        with self._database.write() as connection:
            keep, lose = _current(connection, into), _current(connection, other)
            if keep["num"] == lose["num"]:
                return
            lost = self._get(connection, lose["num"])
            before = {
                "merged": lose["num"],
                "name": lost.name,
                "accounts": [list(pair) for pair in lost.accounts],
                "contacts": [list(pair) for pair in lost.contacts],
                "listings": [link.listing for link in lost.links],
            }
            self._add(connection, keep["num"], lost.accounts, lost.contacts, ())
            connection.execute(
                update(seller_links).where(seller_links.c.seller == lose["num"]).values(seller=keep["num"])
            )
            connection.execute(update(sellers).where(sellers.c.num == lose["num"]).values(merged_into=keep["num"]))
            if not keep["name"] and lost.name:
                connection.execute(update(sellers).where(sellers.c.num == keep["num"]).values(name=lost.name))
            self._reviews.log_at_commit(
                who=who, action="merge", object=f"seller:{keep['num']}", note=reason, before=before
            )

    def of_listings(self, ids: Sequence[str]) -> dict[str, int]:
        """The seller of each listing that has one."""
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for start in range(0, len(ids), CHUNK):
                rows = connection.execute(OF_LISTINGS, {"b_ids": ids[start : start + CHUNK]})
                found.update((row.id, row.seller) for row in rows)
        return {one: found[one] for one in ids if one in found}

    def of_marks(self, accounts: Pairs = (), contacts: Pairs = ()) -> dict[tuple[str, str], tuple[int, ...]]:
        """The sellers that use each account or contact."""
        asked = {key: pair for key, _, *pair in _marks(accounts, contacts)}
        found: dict[tuple[str, str], tuple[int, ...]] = {}
        query = (
            select(seller_marks.c.mark_key, seller_marks.c.seller)
            .join(sellers, sellers.c.num == seller_marks.c.seller)
            .where(seller_marks.c.mark_key.in_(list(asked)), sellers.c.merged_into.is_(None))
            .order_by(seller_marks.c.seller)
        )
        with self._database.read() as connection:
            for key, seller in connection.execute(query):
                label, value = asked[key]
                found[label, value] = (*found.get((label, value), ()), seller)
        return found

    def list(self, limit: int = 50, offset: int = 0) -> Slice[Seller]:
        """All sellers, the newest first."""
        query = select(sellers.c.num).where(sellers.c.merged_into.is_(None)).order_by(sellers.c.num.desc())
        count = select(func.count()).select_from(sellers).where(sellers.c.merged_into.is_(None))
        with self._database.read() as connection:
            numbers = connection.execute(query.limit(limit).offset(offset)).scalars()
            rows = tuple(self._get(connection, number) for number in numbers.all())
            return Slice(rows, connection.execute(count).scalar_one())

    def _add(
        self, connection: Connection, seller: int, accounts: Pairs, contacts: Pairs, links: Iterable[Link]
    ) -> None:
        rows = [
            {"seller": seller, "mark_key": key, "kind": kind, "label": label, "value": value}
            for key, kind, label, value in _marks(accounts, contacts)
        ]
        if rows:
            connection.execute(insert_for(connection, seller_marks).on_conflict_do_nothing(), rows)
        for link in links:
            listing = connection.execute(NUMBER, {"b_id": link.listing}).scalar()
            if listing is None:
                raise KeyError(f"no listing {link.listing}")
            values = {"seller": seller, "reason": link.reason, "strength": link.strength}
            connection.execute(
                insert_for(connection, seller_links).on_conflict_do_update(index_elements=["listing"], set_=values),
                {"listing": listing, **values},
            )

    def _get(self, connection: Connection, seller: int) -> Seller:
        row = _current(connection, seller)
        marks = connection.execute(MARKS, {"b_seller": row["num"]}).all()
        links = connection.execute(LINKS, {"b_seller": row["num"]})
        return Seller(
            id=row["num"],
            name=row["name"],
            accounts=tuple((one.label, one.value) for one in marks if one.kind == "account"),
            contacts=tuple((one.label, one.value) for one in marks if one.kind == "contact"),
            links=tuple(Link(*link) for link in links),
        )


def _marks(accounts: Pairs, contacts: Pairs) -> list[tuple[int, str, str, str]]:
    """(key, kind, label, value) of each."""
    return [
        (key63(kind, label, value), kind, label, value)
        for kind, pairs in (("account", accounts), ("contact", contacts))
        for label, value in pairs
    ]


def _current(connection: Connection, seller: int) -> Mapping[str, Any]:
    """The row of the seller as it stands after merges. KeyError when there is none."""
    number = seller
    while True:
        row = connection.execute(ROW, {"b_seller": number}).mappings().first()
        if row is None:
            raise KeyError(f"no seller {seller}")
        if row["merged_into"] is None:
            return {**row}
        number = row["merged_into"]
