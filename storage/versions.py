"""Versions of a listing: what was seen, told apart by content, put right in whatever order captures are read.

Every capture that showed the listing is a sighting. In order of time, neighbouring sightings of the same content are one
version. Reading an old capture late, or all of them again with a better reader, therefore gives what reading them in order
would have given.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from storage.columns import dumps
from storage.database import insert_for
from storage.records import ListingVersion
from storage.schema import listing_versions, search_texts, sightings
from storage.search import fold

FIELDS = (
    "source", "url", "capture", "seen_at", "external_id", "title", "text", "price_amount", "price_currency", "price_text",
    "seller_name", "seller_id", "seller_url", "seller_text", "location", "posted", "images", "attributes", "availability",
    "origins", "analysis",
)  # fmt: skip
COLUMNS = [listing_versions.c[name] for name in FIELDS]
NOT_CONTENT = {"capture", "seen_at", "analysis", "origins"}


def put(connection: Connection, listing: int, version: ListingVersion) -> tuple[int, int, bool]:
    """Keep a sighting of a known listing: (number of versions, the newest one's row, was anything of the newest changed)."""
    made = content(version)
    newest = connection.execute(
        select(listing_versions.c.num, listing_versions.c.content, listing_versions.c.analysis)
        .where(listing_versions.c.listing == listing)
        .order_by(listing_versions.c.seen_at.desc(), listing_versions.c.num.desc())
        .limit(1)
    ).one()
    row = add(connection, listing, version, made)
    numbers = _settle(connection, listing)
    changed = numbers[-1] != newest.num or (row == newest.num) or newest.content != made
    return len(numbers), numbers[-1], changed


def add(connection: Connection, listing: int, version: ListingVersion, made: str = "") -> int:
    """Keep the sighting with a version row of its content, made or brought up to date; the row's number."""
    made = made or content(version)
    values = {name: getattr(version, name) for name in FIELDS} | {"listing": listing, "content": made}
    values["images"] = list(version.images)
    query = select(listing_versions.c.num).where(
        listing_versions.c.listing == listing, listing_versions.c.content == made
    )
    number = connection.execute(query.order_by(listing_versions.c.seen_at).limit(1)).scalar()
    if number is None:
        number = connection.execute(listing_versions.insert().returning(listing_versions.c.num), values).scalar_one()
    else:
        connection.execute(
            update(listing_versions)
            .where(listing_versions.c.listing == listing, listing_versions.c.content == made)
            .values(analysis=version.analysis, origins=version.origins)
        )
    insert = insert_for(connection, sightings)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["listing", "seen_at", "capture"], set_={"version": insert.excluded.version}
        ),
        {"listing": listing, "seen_at": version.seen_at, "capture": version.capture, "version": number},
    )
    return int(number)


def _settle(connection: Connection, listing: int) -> list[int]:
    """Make the versions what the sightings say: one row for each run of the same content. The rows in order of time."""
    seen = connection.execute(
        select(sightings.c.seen_at, sightings.c.capture, sightings.c.version, listing_versions.c.content)
        .join(listing_versions, listing_versions.c.num == sightings.c.version)
        .where(sightings.c.listing == listing)
        .order_by(sightings.c.seen_at, sightings.c.capture)
    ).all()
    rows = {
        row.num: row
        for row in connection.execute(
            select(listing_versions.c.num, listing_versions.c.capture, listing_versions.c.seen_at).where(
                listing_versions.c.listing == listing
            )
        )
    }
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
    values = {name: value for name, value in row.items() if name != "num"}
    return int(connection.execute(listing_versions.insert().returning(listing_versions.c.num), values).scalar_one())


def _point(connection: Connection, listing: int, one: Row[Any], number: int) -> None:
    connection.execute(
        update(sightings)
        .where(sightings.c.listing == listing, sightings.c.seen_at == one.seen_at, sightings.c.capture == one.capture)
        .values(version=number)
    )


def content(version: ListingVersion) -> str:
    """A hash of what the listing said: everything but when and by which capture it was seen, and what readers made of it."""
    fields = [getattr(version, name) for name in FIELDS if name not in NOT_CONTENT]
    text = dumps([_plain(one) for one in fields])
    return blake2b(text.encode(), digest_size=16).hexdigest()


def index(connection: Connection, listing: int, version: ListingVersion, new: bool) -> None:
    """Make the listing findable by the words of its newest version, by its seller, and by parts of its numbers."""
    contacts = [str(one.get("value", "")) for one in version.analysis.get("contacts") or ()]
    folded = fold(
        version.title, version.text, version.seller_name, version.seller_id, version.seller_text, version.location,
        version.external_id, *contacts, numbers=contacts,
    )  # fmt: skip
    if new:
        connection.execute(search_texts.insert(), {"num": listing, "search_text": folded})
    else:
        connection.execute(
            update(search_texts)
            .where(search_texts.c.num == listing, search_texts.c.search_text != folded)
            .values(search_text=folded)
        )


def record(row: Row[Any]) -> ListingVersion:
    """The version of a row that holds COLUMNS."""
    values = {name: getattr(row, name) for name in FIELDS}
    values["images"] = tuple(values["images"])
    return ListingVersion(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict) or hasattr(value, "items"):
        return sorted((str(key), str(one)) for key, one in value.items())
    if value is None or isinstance(value, (str, list, tuple)):
        return value
    return str(value)
