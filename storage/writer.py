"""The writer of captures: bytes into a WARC file first, the row after.

What is promised when `write` returns: the records are in the file and the file is synced to the disk, and only then was the
row committed (inside a larger transaction: the file is synced right before that commits). A row without its records cannot
exist, whatever is killed when; records without a row can, and `storage.recovery` makes their rows.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from uuid import uuid4

from sqlalchemy import Connection, func, select, update

from storage import warc
from storage.database import Database
from storage.errors import StoreError
from storage.hashing import key63
from storage.records import Capture, NewCapture
from storage.reviews import Reviews
from storage.schema import captures, readings, runs, warc_files
from storage.warcfile import OPEN

ROTATE = 1 << 30
"""A new file is begun when one has this many bytes: 1 GiB, as the WARC guidelines advise."""


class CaptureWriter:
    """Writes captures of one run. A context manager; not to be shared by threads or processes."""

    def __init__(self, database: Database, folder: Path, reviews: Reviews, run: str, rotate: int = ROTATE) -> None:
        with database.read() as connection:
            source = connection.execute(select(runs.c.source).where(runs.c.id == run)).scalar()
        if source is None:
            raise KeyError(f"no run {run}")
        self.run = run
        self._source = source
        self._database = database
        self._folder = folder
        self._reviews = reviews
        self._rotate = rotate
        self._file: IO[bytes] | None = None
        self._name = self._info = ""
        self._offset = 0

    def write(self, new: NewCapture) -> Capture:
        """Keep an exchange; its capture. Raises OSError when the disk refuses (the file is then cut back to what it was)."""
        if new.run != self.run:
            raise StoreError(f"this writer keeps run {self.run}, not {new.run}")
        if self._file is not None and self._offset >= self._rotate:
            self.close()
        if self._file is None:
            self._begin()
        identity = str(uuid4())
        members = warc.exchange(identity, new, self._info)
        placed: dict[str, tuple[int, int]] = {}
        start = offset = self._offset
        for kind, member in members.items():
            placed[kind] = (offset, len(member.data))
            offset += len(member.data)
        self._append(b"".join(member.data for member in members.values()), start)
        row = capture_row(identity, new, self._name, placed, members["screenshot"].id if new.screenshot else "")
        with self._database.write() as connection:
            self._database.before_commit(self._sync)
            insert_capture(connection, row)
        return capture_of(row)

    def close(self) -> None:
        """Seal the file: synced, renamed without `.open`, its hash kept in the table and in the log."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with file:
            file.flush()
            os.fsync(file.fileno())
            seal(self._database, self._reviews, self._folder, self._name)

    def __enter__(self) -> CaptureWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self) -> None:
        now = datetime.now(UTC)
        label = re.sub(r"[^a-z0-9]+", "-", self._source.lower()).strip("-")[:60] or "source"
        self._name = f"{now:%Y-%m}/{label}-{now:%Y%m%dT%H%M%S}-{uuid4().hex[:12]}.warc.gz"
        path = self._folder / (self._name + OPEN)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._database.write() as connection:
            connection.execute(warc_files.insert(), {"name": self._name, "run": self.run, "opened_at": now})
        self._file = path.open("xb", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # says to `recovery` that the writer lives
        info = warc.warcinfo(
            self._name.rpartition("/")[2],
            now,
            (
                ("software", "wildlife-osint"),
                ("format", "WARC File Format 1.1"),
                ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
                ("hostname", socket.gethostname()),
                ("isPartOf", f"run {self.run} of {self._source}"),
            ),
        )
        self._info, self._offset = info.id, 0
        self._append(info.data, 0)
        _sync_folder(path.parent)

    def _append(self, data: bytes, start: int) -> None:
        file = self._open_file()
        try:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
        except OSError:
            file.truncate(start)  # half a record in the middle would make all that follows unreadable
            file.seek(start)
            raise
        self._offset = start + len(data)

    def _sync(self) -> None:
        if self._file is not None:
            os.fsync(self._file.fileno())

    def _open_file(self) -> IO[bytes]:
        assert self._file is not None
        return self._file


def capture_row(
    identity: str, new: NewCapture, name: str, placed: dict[str, tuple[int, int]], screenshot: str
) -> dict[str, Any]:
    """The row of a capture. `placed`: offset and length of each member in the file `name`."""
    return {
        "id": identity,
        "run": new.run,
        "source": new.source,
        "url": new.url,
        "url_key": key63(new.url),
        "final_url": new.final_url or new.url,
        "requested_at": new.requested_at.astimezone(UTC),
        "fetched_at": new.fetched_at.astimezone(UTC),
        "status": new.status,
        "headers": warc.http_headers(new.headers, len(new.body)),
        "media_type": new.media_type,
        "sha256": hashlib.sha256(new.body).hexdigest(),
        "size": len(new.body),
        "warc": name,
        "offset": placed["response"][0],
        "length": placed["response"][1],
        "request_offset": placed["request"][0],
        "request_length": placed["request"][1],
        "screenshot_offset": placed["screenshot"][0] if screenshot else None,
        "screenshot_length": placed["screenshot"][1] if screenshot else None,
        "by": new.by,
        "parent": new.parent,
        "screenshot": screenshot,
    }


def capture_of(row: Mapping[str, Any]) -> Capture:
    """The record of a row, be it fresh or out of the database."""
    return Capture(
        id=row["id"], run=row["run"], source=row["source"], url=row["url"], final_url=row["final_url"],
        requested_at=row["requested_at"], fetched_at=row["fetched_at"], status=row["status"],
        headers=tuple((name, value) for name, value in row["headers"]), media_type=row["media_type"],
        sha256=row["sha256"], size=row["size"], warc=row["warc"], offset=row["offset"], length=row["length"],
        by=row["by"], parent=row["parent"], screenshot=row["screenshot"],
    )  # fmt: skip


def insert_capture(connection: Connection, row: dict[str, Any]) -> None:
    """The row, and its place among the unread."""
    num = connection.execute(captures.insert().returning(captures.c.num), row).scalar_one()
    connection.execute(readings.insert(), {"capture": num, "run": row["run"], "reader": 0})


def seal(database: Database, reviews: Reviews, folder: Path, name: str, note: str = "") -> None:
    """Rename an open file to its final name, and keep its hash in the table and in the log. May be repeated."""
    path = folder / name
    if not path.exists():
        (folder / (name + OPEN)).rename(path)
        _sync_folder(path.parent)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    with database.write() as connection:
        number = connection.execute(select(func.count()).where(captures.c.warc == name)).scalar_one()
        values = {"closed_at": datetime.now(UTC), "size": path.stat().st_size, "sha256": sha256, "captures": number}
        connection.execute(update(warc_files).where(warc_files.c.name == name).values(**values))
        reviews.log(
            who="system",
            action="seal",
            object=f"warc:{name}",
            note=note,
            after={"sha256": sha256, "size": path.stat().st_size, "captures": number},
        )


def _sync_folder(folder: Path) -> None:
    """A new name is only safe when its folder is synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
