"""Keys by which listings meet: bands, contacts, accounts, images. Kept as hashes: what meets is compared anyway."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import Connection, bindparam, delete, select, text, update

from storage.hashing import key63
from storage.records import Key
from storage.schema import listing_keys, listings

MOST = 1000
"""Most listings answered for one key: one that more share (a hub, a boilerplate text) tells little of any of them."""

SQLITE = text(
    """SELECT k.key, l.id FROM json_each(:keys) j JOIN listing_keys k ON k.key = j.value
         AND k.listing >= coalesce((SELECT listing FROM listing_keys WHERE key = j.value
                                    ORDER BY listing DESC LIMIT 1 OFFSET :past), 0)
       JOIN listings l ON l.num = k.listing ORDER BY k.key, k.listing"""
)
POSTGRESQL = text(
    """SELECT k.key, l.id FROM unnest(CAST(:keys AS bigint[])) AS j(value)
       CROSS JOIN LATERAL (SELECT key, listing FROM listing_keys WHERE key = j.value
                           ORDER BY listing DESC LIMIT :past + 1) AS k
       JOIN listings l ON l.num = k.listing ORDER BY k.key, k.listing"""
)

HELD = select(listings.c.num, listings.c.key_set).where(listings.c.id == bindparam("b_id")).with_for_update()
HOLD = update(listings).where(listings.c.num == bindparam("b_num")).values(key_set=bindparam("b_keys"))


def replace(connection: Connection, identity: str, given: Iterable[Key]) -> None:
    """Give a listing these keys and no others. KeyError when there is no such listing."""
    row = connection.execute(HELD, {"b_id": identity}).first()
    if row is None:
        raise KeyError(f"no listing {identity}")
    old = set(array("q", row.key_set))
    new = {_hashed(key) for key in given}
    if old == new:
        return
    if gone := sorted(old - new):
        connection.execute(delete(listing_keys).where(listing_keys.c.listing == row.num, listing_keys.c.key.in_(gone)))
    if fresh := sorted(new - old):
        connection.execute(listing_keys.insert(), [{"key": key, "listing": row.num} for key in fresh])
    packed = array("q", sorted(new)).tobytes()
    connection.execute(HOLD, {"b_num": row.num, "b_keys": packed})


def meeting(connection: Connection, given: Sequence[Key], most: int = MOST) -> dict[Key, tuple[str, ...]]:
    """The listings that have each of the keys, in the order in which they came; the `most` newest of a crowded key."""
    by_hash = {_hashed(key): key for key in given}
    found: dict[Key, list[str]] = {}
    hashes = iter(by_hash)
    while some := list(islice(hashes, 1000)):
        if connection.dialect.name == "sqlite":
            rows = connection.execute(SQLITE, {"keys": str(some), "past": most - 1})
        else:
            rows = connection.execute(POSTGRESQL, {"keys": some, "past": most - 1})
        for key, identity in rows:
            found.setdefault(by_hash[key], []).append(identity)
    return {key: tuple(found[key]) for key in given if key in found}


def _hashed(key: Key) -> int:
    return key63(key.kind, key.value)
