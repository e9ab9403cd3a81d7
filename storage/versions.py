"""Versions of a listing: what was seen, told apart by content, put right in whatever order captures are read.

Every capture that showed the listing is a sighting. In order of time, neighbouring sightings of the same content are
one version. Reading an old capture late, or all of them again with a better reader, therefore gives what reading them
in order would have given. The usual cases (new, unchanged, changed since last time) need none of that and are fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, update

from storage.columns import dumps
from storage.database import insert_for
from storage.records import ListingVersion
from storage.schema import listing_versions, sightings

FIELDS = (
    "source", "url", "capture", "seen_at", "external_id", "title", "text", "price_amount", "price_currency",
    "price_text", "seller_name", "seller_id", "seller_url", "seller_text", "location", "posted", "images", "attributes",
    "availability", "origins", "analysis",
)  # fmt: skip
COLUMNS = [listing_versions.c[name] for name in FIELDS]
NOT_CONTENT = {"capture", "seen_at", "analysis", "origins"}

ADD = listing_versions.insert().returning(listing_versions.c.num)
SAME = select(listing_versions.c.num).where(
    listing_versions.c.listing == bindparam("b_listing"), listing_versions.c.content == bindparam("b_content")
)
REREAD = (
    update(listing_versions)
    .where(listing_versions.c.listing == bindparam("b_listing"), listing_versions.c.content == bindparam("b_content"))
    .values(analysis=bindparam("b_analysis"), origins=bindparam("b_origins"))
)
SEEN = (
    select(sightings.c.seen_at, sightings.c.capture, sightings.c.version, listing_versions.c.content)
    .join(listing_versions, listing_versions.c.num == sightings.c.version)
    .where(sightings.c.listing == bindparam("b_listing"))
    .order_by(sightings.c.seen_at, sightings.c.capture)
)
ROWS = select(listing_versions.c.num, listing_versions.c.capture, listing_versions.c.seen_at).where(
    listing_versions.c.listing == bindparam("b_listing")
)


def add(connection: Connection, listing: int, version: ListingVersion, made: str) -> int:
    """A row for this version; its number."""
    values = {name: getattr(version, name) for name in FIELDS}
    values |= {"images": list(version.images), "listing": listing, "content": made}
    return int(connection.execute(ADD, values).scalar_one())


def sighted(connection: Connection, listing: int, version: ListingVersion, number: int) -> bool:
    """Note that the capture showed version row `number`; False when that capture had been noted already."""
    insert = insert_for(connection, sightings).on_conflict_do_nothing().returning(sightings.c.version)
    values = {"listing": listing, "seen_at": version.seen_at, "capture": version.capture, "version": number}
    return connection.execute(insert, values).first() is not None


def reread(connection: Connection, listing: int, made: str, version: ListingVersion) -> None:
    """The same content read anew: its analysis replaces the one before."""
    connection.execute(
        REREAD,
        {
            "b_listing": listing, "b_content": made, "b_analysis": dict(version.analysis),
            "b_origins": dict(version.origins),
        },
    )  # fmt: skip


def insert_anywhere(connection: Connection, listing: int, version: ListingVersion, made: str) -> list[int]:
    """Keep a sighting wherever it falls in time. The version rows in order of time, the newest last."""
    number = connection.execute(SAME.limit(1), {"b_listing": listing, "b_content": made}).scalar()
    if number is None:
        number = add(connection, listing, version, made)
    else:
        reread(connection, listing, made, version)
    insert = insert_for(connection, sightings)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["listing", "seen_at", "capture"], set_={"version": insert.excluded.version}
        ),
        {"listing": listing, "seen_at": version.seen_at, "capture": version.capture, "version": number},
    )
    return _settle(connection, listing)


def _settle(connection: Connection, listing: int) -> list[int]:
    """Make the versions what the sightings say: one row for each run of the same content. The rows in order of time."""
    seen = connection.execute(SEEN, {"b_listing": listing}).all()
    rows = {row.num: row for row in connection.execute(ROWS, {"b_listing": listing})}
    used: list[int] = []
    for _, group in groupby(seen, key=lambda one: one.content):
        run = list(group)
        number = next((one.version for one in run if one.version not in used), None)
        if number is None:
            number = _copy(connection, run[0].version)
        used.append(number)
        for one in run:
            if one.version != number:
                _point(connection, listing, one, number)
        first, there = run[0], rows.get(number)
        if there is None or (there.capture, there.seen_at) != (first.capture, first.seen_at):
            connection.execute(
                update(listing_versions)
                .where(listing_versions.c.num == number)
                .values(capture=first.capture, seen_at=first.seen_at)
            )
    for number in rows.keys() - set(used):
        connection.execute(delete(listing_versions).where(listing_versions.c.num == number))
    return used


def _copy(connection: Connection, number: int) -> int:
    """A second row with the same content: the listing went back to what it had been before."""
    row = connection.execute(select(listing_versions).where(listing_versions.c.num == number)).mappings().one()
    return int(connection.execute(ADD, {name: value for name, value in row.items() if name != "num"}).scalar_one())


def _point(connection: Connection, listing: int, one: Row[*tuple[Any, ...]], number: int) -> None:
    connection.execute(
        update(sightings)
        .where(sightings.c.listing == listing, sightings.c.seen_at == one.seen_at, sightings.c.capture == one.capture)
        .values(version=number)
    )


def content(version: ListingVersion) -> str:
    """A hash of what the listing said: all but when and by which capture it was seen, and what was made of it."""
    fields = [getattr(version, name) for name in FIELDS if name not in NOT_CONTENT]
    return blake2b(dumps([_plain(one) for one in fields]).encode(), digest_size=16).hexdigest()


def record(row: Row[*tuple[Any, ...]]) -> ListingVersion:
    """The version of a row that holds COLUMNS."""
    values = {name: getattr(row, name) for name in FIELDS}
    values["images"] = tuple(values["images"])
    return ListingVersion(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return sorted((str(key), str(one)) for key, one in value.items())
    if value is None or isinstance(value, (str, list, tuple)):
        return value
    return str(value)
