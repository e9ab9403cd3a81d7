"""Listings, their versions in the order in which they were seen, and the keys by which they meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from storage import fulltext, keys, versions
from storage.columns import dumps, storable
from storage.database import Database, insert_for
from storage.hashing import key63
from storage.identity import canonical_url, listing_id
from storage.records import Key, ListingVersion, StoredListing
from storage.schema import lead_listings, listing_versions, listings, sightings

CHUNK = 400
"""Most values of one IN."""

WHOLE = (
    select(
        listings.c.num,
        listings.c.id,
        listings.c.first_seen,
        listings.c.last_seen,
        listings.c.gone_at,
        listings.c.versions,
        listings.c.latest,
        listing_versions.c.content,
        lead_listings.c.lead,
        *versions.COLUMNS,
    )
    .join(listing_versions, listing_versions.c.num == listings.c.latest)
    .outerjoin(lead_listings, lead_listings.c.listing == listings.c.num)
)
ONE = WHOLE.where(listings.c.id == bindparam("b_id"))
ONE_LOCKED = ONE.with_for_update(of=listings)
MANY = WHOLE.where(listings.c.id.in_(bindparam("b_ids", expanding=True)))
OF_LEAD = WHOLE.where(lead_listings.c.lead == bindparam("b_lead")).order_by(listings.c.first_seen, listings.c.num)
LATEST = update(listings).where(listings.c.num == bindparam("b_num")).values(latest=bindparam("b_latest"))
MOVED = (
    update(listings)
    .where(listings.c.num == bindparam("b_num"))
    .values(
        {
            name: bindparam(f"b_{name}")
            for name in ("latest", "versions", "first_seen", "last_seen", "gone_at", "url_key")
        }
    )
)
TEXTS = tuple(one.name for one in fields(ListingVersion) if one.type == "str")


class Listings:
    """Every method names listings by their `id`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, version: ListingVersion) -> StoredListing:
        """Keep what a capture said of a listing. A new version is made only when the content differs from what was seen
        before and after it; the same capture again, or the same content again, replaces the analysis."""
        version = _clean(version)
        identity = listing_id(version.source, version.external_id, version.url)
        with self._database.write() as connection:
            row = connection.execute(ONE_LOCKED, {"b_id": identity}).first()
            if row is None:
                if made := self._create(connection, identity, version):
                    return made
                row = connection.execute(ONE_LOCKED, {"b_id": identity}).one()  # another worker made it in between
            return self._seen_again(connection, row, version)

    def get(self, identity: str) -> StoredListing:
        """KeyError when there is no such listing."""
        with self._database.read() as connection:
            row = connection.execute(ONE, {"b_id": identity}).first()
        if row is None:
            raise KeyError(f"no listing {identity}")
        return _stored(row)

    def many(self, ids: Iterable[str]) -> tuple[StoredListing, ...]:
        """Those of the listings that exist, in the order asked for."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, StoredListing] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), CHUNK):
                rows = connection.execute(MANY, {"b_ids": wanted[start : start + CHUNK]})
                found.update((row.id, _stored(row)) for row in rows)
        return tuple(found[one] for one in wanted if one in found)

    def by_url(self, source: str, url: str) -> StoredListing | None:
        """The source's listing last seen at that address (tracking and fragments aside), else None."""
        query = (
            WHOLE.where(listings.c.url_key == key63(canonical_url(url)), listings.c.source == source)
            .order_by(listings.c.last_seen.desc())
            .limit(1)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _stored(row)

    def versions(self, identity: str) -> tuple[ListingVersion, ...]:
        """All versions, oldest first."""
        query = (
            select(*versions.COLUMNS)
            .join(listings, listings.c.num == listing_versions.c.listing)
            .where(listings.c.id == identity)
            .order_by(listing_versions.c.seen_at, listing_versions.c.num)
        )
        with self._database.read() as connection:
            return tuple(versions.record(row) for row in connection.execute(query))

    def captures(self, identity: str) -> tuple[tuple[str, datetime], ...]:
        """(capture, when) of everything that showed the listing, oldest first."""
        query = (
            select(sightings.c.capture, sightings.c.seen_at)
            .join(listings, listings.c.num == sightings.c.listing)
            .where(listings.c.id == identity)
            .order_by(sightings.c.seen_at, sightings.c.capture)
        )
        with self._database.read() as connection:
            return tuple((row.capture, row.seen_at) for row in connection.execute(query))

    def of_lead(self, lead: int) -> tuple[StoredListing, ...]:
        """The listings of a lead, in the order in which they were first seen."""
        with self._database.read() as connection:
            return tuple(_stored(row) for row in connection.execute(OF_LEAD, {"b_lead": lead}))

    def ids(self, source: str | None = None) -> tuple[str, ...]:
        """Ids of all listings, or of a source's, in the order in which they came."""
        query = select(listings.c.id).order_by(listings.c.num)
        with self._database.read() as connection:
            return tuple(connection.execute(query.where(listings.c.source == source) if source else query).scalars())

    def gone(self, identity: str, at: datetime) -> None:
        """The listing is no longer offered since `at`. Seen again later, it is back. KeyError when there is none."""
        with self._database.write() as connection:
            row = connection.execute(
                select(listings.c.num, listings.c.last_seen, listings.c.gone_at).where(listings.c.id == identity)
            ).first()
            if row is None:
                raise KeyError(f"no listing {identity}")
            if at > row.last_seen and (row.gone_at is None or at < row.gone_at):
                connection.execute(update(listings).where(listings.c.num == row.num).values(gone_at=at))

    def set_keys(self, identity: str, given: Iterable[Key]) -> None:
        """The keys by which this listing is met from now on. KeyError when there is no such listing."""
        with self._database.write() as connection:
            keys.replace(connection, identity, given)

    def meeting(self, given: Sequence[Key], most: int = keys.MOST) -> dict[Key, tuple[str, ...]]:
        """The listings that have each key, keys without any left out; of a crowded key the `most` newest only."""
        with self._database.read() as connection:
            return keys.meeting(connection, given, most)

    def _create(self, connection: Connection, identity: str, version: ListingVersion) -> StoredListing | None:
        """None when another worker has just made it."""
        number = connection.execute(
            insert_for(connection, listings).on_conflict_do_nothing().returning(listings.c.num),
            {
                "id": identity, "source": version.source, "external_id": version.external_id,
                "url_key": key63(canonical_url(version.url)), "first_seen": version.seen_at,
                "last_seen": version.seen_at, "versions": 1, "latest": 0, "key_set": b"",
            },
        ).scalar()  # fmt: skip
        if number is None:
            return None
        row = versions.add(connection, number, version, versions.content(version))
        versions.sighted(connection, number, version, row)
        connection.execute(LATEST, {"b_num": number, "b_latest": row})
        fulltext.put(connection, number, version, new=True)
        return StoredListing(identity, version, version.seen_at, version.seen_at, versions=1)

    def _seen_again(self, connection: Connection, row: Row[*tuple[Any, ...]], version: ListingVersion) -> StoredListing:
        made, latest, number = versions.content(version), row.latest, row.versions
        shown = versions.record(row)
        if made == row.content and version.seen_at >= row.seen_at and versions.sighted(
            connection, row.num, version, latest
        ):  # fmt: skip
            if dumps([version.analysis, version.origins]) != dumps([shown.analysis, shown.origins]):
                versions.reread(connection, row.num, made, version)
                shown = replace(shown, analysis=version.analysis, origins=version.origins)
                fulltext.put(connection, row.num, shown, new=False)
        elif version.seen_at > row.last_seen:
            latest, number, shown = versions.add(connection, row.num, version, made), row.versions + 1, version
            versions.sighted(connection, row.num, version, latest)
            fulltext.put(connection, row.num, shown, new=False)
        else:
            rows = versions.insert_anywhere(connection, row.num, version, made)
            latest, number = rows[-1], len(rows)
            newest = connection.execute(select(*versions.COLUMNS).where(listing_versions.c.num == latest)).one()
            shown = versions.record(newest)
            fulltext.put(connection, row.num, shown, new=False)
        last = max(row.last_seen, version.seen_at)
        moved = {
            "latest": latest,
            "versions": number,
            "first_seen": min(row.first_seen, version.seen_at),
            "last_seen": last,
            "gone_at": None if row.gone_at is None or last >= row.gone_at else row.gone_at,
        }
        key = {"b_url_key": key63(canonical_url(shown.url)), "b_num": row.num}
        connection.execute(MOVED, {f"b_{name}": value for name, value in moved.items()} | key)
        return StoredListing(
            row.id, shown, moved["first_seen"], last, versions=number, gone_at=moved["gone_at"], lead=row.lead
        )


def _stored(row: Row[*tuple[Any, ...]]) -> StoredListing:
    return StoredListing(
        id=row.id,
        latest=versions.record(row),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        versions=row.versions,
        gone_at=row.gone_at,
        lead=row.lead,
    )


def _clean(version: ListingVersion) -> ListingVersion:
    """The version as a database can hold it, so that what is answered is what was stored."""
    odd: dict[str, Any] = {
        name: kept for name in TEXTS if (kept := storable(value := getattr(version, name))) is not value
    }
    return replace(version, **odd) if odd else version
