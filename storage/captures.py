"""Captures: rows that point into WARC files, and what of them has been read."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, literal_column, select, update

from storage import audit, capture_rows, warcfile
from storage.bodies import decode
from storage.database import Database
from storage.errors import BodyTooLarge, StoreDamaged
from storage.hashing import key63
from storage.records import Capture
from storage.recovery import Recovered, recover
from storage.reviews import Reviews
from storage.schema import captures, readers, readings
from storage.warc import parse_http
from storage.writer import CaptureWriter

LIMIT = 64 << 20
"""Most bytes of a body that is asked for without a limit of its own."""

GOOD = (404, 410, 451)
"""Besides 1xx-3xx: answers that settle what is at an address. 403, 429 and 5xx do not, and are asked again."""

COLUMNS = [column for column in captures.c if column.name not in ("num", "url_key")]


class Captures:
    """`folder` holds the WARC files."""

    def __init__(self, database: Database, folder: Path, reviews: Reviews) -> None:
        self._database = database
        self.folder = folder
        self._reviews = reviews

    def writer(self, run: str) -> CaptureWriter:
        """A writer of new captures; one per run and process, to be closed at the end."""
        return CaptureWriter(self._database, self.folder, self._reviews, run)

    def recover(self, run: str) -> Recovered:
        """Put in order what a killed writer of this run left; see `storage.recovery`. Safe to repeat."""
        return recover(self._database, self.folder, self._reviews, run)

    def verify(self, run: str | None = None) -> tuple[str, ...]:
        """What does not agree between rows, records and the hashes of sealed files, in words; empty when all does."""
        return tuple(audit.check(self._database, self.folder, run))

    def get(self, capture: str) -> Capture:
        """KeyError when there is no such capture."""
        return capture_rows.capture(self._row(capture))

    def find(self, run: str, url: str) -> Capture | None:
        """The run's newest answer for that URL that settles what is there; None when it has to be fetched (again)."""
        query = (
            select(*COLUMNS)
            .where(captures.c.run == run, captures.c.url_key == key63(url), captures.c.url == url)
            .where((captures.c.status < 400) | captures.c.status.in_(GOOD))
            .order_by(captures.c.num.desc())
            .limit(1)
        )
        found = self._many(query)
        return found[0] if found else None

    def of(
        self,
        *,
        source: str | None = None,
        run: str | None = None,
        url: str | None = None,
        kind: str | None = None,
        limit: int | None = None,
    ) -> tuple[Capture, ...]:
        """Captures of a source, a run, a URL, or that were read as a `kind` of page; oldest first."""
        query = select(*COLUMNS).order_by(captures.c.num)
        if kind is not None:
            query = query.join(readings, readings.c.capture == captures.c.num).where(readings.c.kind == kind)
        for column, value in ((captures.c.source, source), (captures.c.run, run), (captures.c.url, url)):
            if value is not None:
                query = query.where(column == value)
        if url is not None:
            query = query.where(captures.c.url_key == key63(url))
        return self._many(query.limit(limit) if limit is not None else query)

    def body(self, capture: Capture, decoded: bool = True, limit: int = LIMIT) -> bytes:
        """The body, checked against its SHA-256; `decoded` takes content-encodings off.

        Raises BodyTooLarge past `limit` bytes, BodyUndecodable, StoreDamaged when the WARC file does not hold it.
        """
        if capture.size > limit:
            raise BodyTooLarge(f"the body of {capture.url} has {capture.size:,} bytes, the limit is {limit:,}")
        block = warcfile.block(warcfile.member(self.folder, capture.warc, capture.offset, capture.length))
        _, headers, body = parse_http(block)
        if hashlib.sha256(body).hexdigest() != capture.sha256:
            raise StoreDamaged(f"the bytes of capture {capture.id} in {capture.warc} are not those that were captured")
        return decode(body, headers, limit) if decoded else body

    def members(self, capture: Capture) -> dict[str, bytes]:
        """The raw gzip members by kind (request, screenshot, response): to be copied into a package as they are."""
        row = self._row(capture.id)
        kinds = {
            "request": (row["request_offset"], row["request_length"]),
            "screenshot": (row["screenshot_offset"], row["screenshot_length"]),
            "response": (row["offset"], row["length"]),
        }
        return {
            kind: warcfile.member(self.folder, row["warc"], offset, length)
            for kind, (offset, length) in kinds.items()
            if offset is not None and length
        }

    def screenshot(self, capture: Capture) -> bytes:
        """The PNG, b"" when there is none."""
        if not capture.screenshot:
            return b""
        row = self._row(capture.id)
        raw = warcfile.member(self.folder, row["warc"], row["screenshot_offset"], row["screenshot_length"])
        return warcfile.block(raw)

    def unread(self, version: str, run: str | None = None, limit: int = 100) -> tuple[Capture, ...]:
        """Captures that this version has not read: those never read first, then those read by another version."""
        found: list[Capture] = []
        with self._database.read() as connection:
            reader = _reader(connection, version) or -1  # a version that has read nothing: all count as unread
            # Two ranges of one index instead of "not equal", which would walk over everything that is read already.
            for other in (readings.c.reader < reader, readings.c.reader > reader):
                if len(found) < limit:
                    query = select(*COLUMNS).join(readings, readings.c.capture == captures.c.num).where(other)
                    if run is not None:
                        query = query.where(readings.c.run == run)
                    query = query.order_by(readings.c.reader, readings.c.capture).limit(limit - len(found))
                    found += [capture_rows.capture(row) for row in connection.execute(query).mappings()]
        return tuple(found)

    def mark_read(self, capture: str, version: str, kind: str, error: str = "") -> None:
        """This version has read the capture as a `kind` of page, or failed to. KeyError when there is none."""
        with self._database.write() as connection:
            reader = _reader(connection, version)
            if not reader:
                connection.execute(readers.insert().values(version=version, version_key=key63(version)))
                reader = _reader(connection, version)
            done = connection.execute(
                update(readings)
                .where(readings.c.capture == select(captures.c.num).where(captures.c.id == capture).scalar_subquery())
                .values(reader=reader, kind=kind, error=error, at=datetime.now(UTC))
            )
            if done.rowcount != 1:
                raise KeyError(f"no capture {capture}")

    def forget_reading(self, run: str | None = None) -> None:
        """All captures, or those of a run, count as unread again. What was read of them stays until it is read anew."""
        with self._database.write() as connection:
            query = update(readings).values(reader=0)
            connection.execute(query.where(readings.c.run == run) if run is not None else query)

    def errors(self, run: str | None = None, limit: int = 1000) -> tuple[tuple[Capture, str, str], ...]:
        """(capture, kind, error) of captures that could not be read, newest first."""
        query = (
            select(*COLUMNS, readings.c.kind, readings.c.error)
            .join(readings, readings.c.capture == captures.c.num)
            .where(literal_column("readings.error != ''"))  # word for word as in the index of those that failed
            .order_by(readings.c.capture.desc())
            .limit(limit)
        )
        if run is not None:
            query = query.where(readings.c.run == run)
        with self._database.read() as connection:
            return tuple(
                (capture_rows.capture(row), row["kind"], row["error"]) for row in connection.execute(query).mappings()
            )

    def _row(self, capture: str) -> RowMapping:
        with self._database.read() as connection:
            row = connection.execute(select(captures).where(captures.c.id == capture)).mappings().first()
        if row is None:
            raise KeyError(f"no capture {capture}")
        return row

    def _many(self, query: Select[Any]) -> tuple[Capture, ...]:
        with self._database.read() as connection:
            return tuple(capture_rows.capture(row) for row in connection.execute(query).mappings())


def _reader(connection: Connection, version: str) -> int:
    """The number of a reader's version, 0 when it has read nothing yet."""
    query = select(readers.c.num).where(readers.c.version_key == key63(version))
    return connection.execute(query).scalar() or 0
