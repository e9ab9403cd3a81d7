"""Listings, their versions in the order in which they were seen, and the keys by which they meet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select, update

from storage import keys, versions
from storage.database import Database, insert_for
from storage.hashing import key63
from storage.identity import canonical_url, listing_id
from storage.records import Key, ListingVersion, StoredListing
from storage.schema import lead_listings, listing_versions, listings, sightings

CHUNK = 400
"""Most values of one IN: SQLite takes more, but each number of them is a statement of its own to prepare."""

WHOLE = (
    select(
        listings.c.id,
        listings.c.first_seen,
        listings.c.last_seen,
        listings.c.gone_at,
        listings.c.versions,
        lead_listings.c.lead,
        *versions.COLUMNS,
    )
    .join(listing_versions, listing_versions.c.num == listings.c.latest)
    .outerjoin(lead_listings, lead_listings.c.listing == listings.c.num)
)


class Listings:
    """Every method names listings by their `id`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, version: ListingVersion) -> StoredListing:
        """Keep what a capture said of a listing. A new version is made only when the content differs from what was seen
        before and after it; the same capture again, or the same content again, replaces the analysis."""
        identity = listing_id(version.source, version.external_id, version.url)
        known = (
            select(listings.c.num, listings.c.first_seen, listings.c.last_seen, listings.c.gone_at)
            .where(listings.c.id == identity)
            .with_for_update()
        )
        with self._database.write() as connection:
            row = connection.execute(known).first()
            if row is None and not self._create(connection, identity, version):
                row = connection.execute(known).first()  # another worker made it in between
            if row is not None:
                self._seen_again(connection, row, version)
            return self._get(connection, identity)

    def get(self, identity: str) -> StoredListing:
        """KeyError when there is no such listing."""
        with self._database.read() as connection:
            return self._get(connection, identity)

    def many(self, ids: Iterable[str]) -> tuple[StoredListing, ...]:
        """Those of the listings that exist, in the order asked for."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, StoredListing] = {}
        with self._database.read() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = WHOLE.where(listings.c.id.in_(wanted[start : start + CHUNK]))
                found.update((row.id, _stored(row)) for row in connection.execute(query))
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
        query = WHOLE.where(lead_listings.c.lead == lead).order_by(listings.c.first_seen, listings.c.num)
        with self._database.read() as connection:
            return tuple(_stored(row) for row in connection.execute(query))

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

    def _create(self, connection: Connection, identity: str, version: ListingVersion) -> bool:
        number = connection.execute(
            insert_for(connection, listings).on_conflict_do_nothing().returning(listings.c.num),
            {
                "id": identity, "source": version.source, "external_id": version.external_id,
                "url_key": key63(canonical_url(version.url)), "first_seen": version.seen_at,
                "last_seen": version.seen_at, "versions": 1, "latest": 0, "key_set": b"",
            },
        ).scalar()  # fmt: skip
        if number is None:
            return False
        made = versions.add(connection, number, version)
        connection.execute(update(listings).where(listings.c.num == number).values(latest=made))
        versions.index(connection, number, version, new=True)
        return True

    def _seen_again(self, connection: Connection, row: Row[Any], version: ListingVersion) -> None:
        number, latest, changed = versions.put(connection, row.num, version)
        last = max(row.last_seen, version.seen_at)
        connection.execute(
            update(listings)
            .where(listings.c.num == row.num)
            .values(
                latest=latest,
                versions=number,
                first_seen=min(row.first_seen, version.seen_at),
                last_seen=last,
                gone_at=None if row.gone_at is None or last >= row.gone_at else row.gone_at,
                **({"url_key": key63(canonical_url(version.url))} if version.seen_at >= row.last_seen else {}),
            )
        )
        if changed:
            versions.index(connection, row.num, self._latest(connection, latest), new=False)

    def _latest(self, connection: Connection, number: int) -> ListingVersion:
        query = select(*versions.COLUMNS).where(listing_versions.c.num == number)
        return versions.record(connection.execute(query).one())

    def _get(self, connection: Connection, identity: str) -> StoredListing:
        query: Select[Any] = WHOLE.where(listings.c.id == identity)
        row = connection.execute(query).first()
        if row is None:
            raise KeyError(f"no listing {identity}")
        return _stored(row)


def _stored(row: Row[Any]) -> StoredListing:
    return StoredListing(
        id=row.id,
        latest=versions.record(row),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        versions=row.versions,
        gone_at=row.gone_at,
        lead=row.lead,
    )
