"""The writer of captures: bytes into a WARC file first, the row after.

What is promised when `write` returns: the records are in the file and the file is synced to the disk, and only then
was the row committed (inside a larger transaction: the file is synced right before that commits). So a row without its
records cannot exist, whatever is killed when, the power included. Records without a row can: `storage.recovery` makes
their rows. That is why the row's own commit need not be synced: one sync a capture, not two (each 1-2 ms here).
"""

from __future__ import annotations

import fcntl
import os
import re
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from storage import capture_rows, recovery, warc
from storage.database import Database
from storage.errors import NotKept, StoreError
from storage.records import Capture, NewCapture
from storage.reviews import Reviews
from storage.schema import captures, runs
from storage.warcfile import OPEN, sync_folder

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
        self._file: BinaryIO | None = None
        self._broken = self._doubtful = False
        self._name = self._info = ""
        self._offset = self._records = 0

    def write(self, new: NewCapture) -> Capture:
        """Keep an exchange; its capture.

        Raises NotKept (an OSError) when the disk or the database refuses. Then nothing half-written is left before what
        comes next: the file is cut back, or, if not even that works, not written any more.
        """
        if new.run != self.run:
            raise StoreError(f"this writer keeps run {self.run}, not {new.run}")
        try:
            return self._write(new)
        except OSError as error:
            raise NotKept(f"cannot keep {new.url}: {error}") from error
        except (SQLAlchemyError, StoreError) as error:
            raise NotKept(f"cannot keep {new.url} in the database: {error}") from error

    def close(self) -> None:
        """Seal the file: synced, renamed without `.open`, its hash kept in the table and in the log."""
        if self._file is None:
            return
        file, self._file = self._file, None
        with file:  # its lock is held until it is sealed
            if self._broken:
                return  # left open, for recovery to find how far it is whole
            os.fsync(file.fileno())
            path = self._folder / (self._name + OPEN)
            if self._rows() != self._records:  # a transaction was undone, or failed
                recovery.bring_rows(self._database, path, self._name, self.run)
            recovery.seal(self._database, self._reviews, self._folder, self._name)

    def __enter__(self) -> CaptureWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, new: NewCapture) -> Capture:
        if self._file is not None and self._offset >= self._rotate:
            self.close()
        file = self._file or self._begin()
        identity = str(uuid4())
        members = warc.exchange(identity, new, self._info)
        placed: dict[str, tuple[int, int]] = {}
        offset = self._offset
        for kind, member in members.items():
            placed[kind] = (offset, len(member.data))
            offset += len(member.data)
        screenshot = members["screenshot"].id if new.screenshot else ""
        row = capture_rows.from_exchange(identity, new, self._name, placed, screenshot)
        self._append(file, b"".join(member.data for member in members.values()))
        self._records += 1
        with self._database.write(synced=False) as connection:
            self._database.before_commit(self._sync)
            if self._doubtful:
                recovery.register(connection, self._name, self.run)
            capture_rows.insert(connection, row)
        return capture_rows.capture(row)

    def _begin(self) -> BinaryIO:
        now = datetime.now(UTC)
        label = re.sub(r"[^a-z0-9]+", "-", self._source.lower()).strip("-")[:60] or "source"
        self._name = f"{now:%Y-%m}/{label}-{now:%Y%m%dT%H%M%S}-{self.run}-{uuid4().hex[:6]}.warc.gz"
        path = self._folder / (self._name + OPEN)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._doubtful = self._database.joined  # a larger transaction may take the file's row away again
        with self._database.write() as connection:
            recovery.register(connection, self._name, self.run)
        file = path.open("xb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # says to `recovery` that the writer lives
        about = (
            ("software", "wildlife-osint"),
            ("format", "WARC File Format 1.1"),
            ("conformsTo", "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/"),
            ("hostname", socket.gethostname()),
            ("isPartOf", f"run {self.run} of {self._source}"),
        )
        info = warc.warcinfo(self._name.rpartition("/")[2], now, about)
        self._file, self._info, self._offset, self._records, self._broken = file, info.id, 0, 0, False
        self._append(file, info.data)
        sync_folder(path.parent)
        return file

    def _append(self, file: BinaryIO, data: bytes) -> None:
        if self._broken:
            raise StoreError(f"{self._name} could not be cut back after a failed write; resume the run")
        start = self._offset
        try:
            view = memoryview(data)
            while view:
                view = view[file.write(view) :]
        except OSError:
            self._broken = True  # half a record in the middle would make all that follows unreadable
            with suppress(OSError):
                file.truncate(start)
                file.seek(start)
                self._broken = False
            raise
        self._offset = start + len(data)

    def _rows(self) -> int:
        with self._database.read() as connection:
            query = select(func.count()).where(captures.c.warc == self._name)
            return connection.execute(query).scalar_one()

    def _sync(self) -> None:
        if self._file is not None:
            os.fdatasync(self._file.fileno())
