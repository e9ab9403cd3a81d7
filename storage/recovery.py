"""WARC files put in order: sealed at their end; after a kill read as far as they are whole, their missing rows made.

The capture's id is the response record's, so that recovering twice, or beside rows that exist, changes nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from storage import capture_rows
from storage.database import Database, insert_for
from storage.errors import StoreBusy, StoreDamaged
from storage.reviews import Reviews
from storage.schema import captures, runs, warc_files
from storage.warcfile import OPEN, sync_folder, whole_records


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done: files sealed, rows made, bytes of half-written records cut off."""

    files: int = 0
    rows: int = 0
    bytes_cut: int = 0


def recover(database: Database, folder: Path, reviews: Reviews, run: str) -> Recovered:
    """Seal all files of the run that were left open, and note in the run what was found.

    Raises StoreBusy when their writer is alive, StoreDamaged when a row names records that its file does not hold.
    """
    with database.read() as connection:
        query = select(warc_files.c.name).where(warc_files.c.run == run, warc_files.c.closed_at.is_(None))
        names = set(connection.execute(query).scalars())
    # A file whose row went with a transaction that was undone is known by its name alone.
    left = folder.glob(f"*/*-{run}-*{OPEN}")
    names |= {str(path.relative_to(folder)).removesuffix(OPEN) for path in left}
    rows = cut = 0
    for name in sorted(names):
        more, less = _recover_file(database, folder, reviews, name, run)
        rows, cut = rows + more, cut + less
    if names:
        words = f"recovered {len(names)} file(s) left open: {rows} row(s) made, {cut} byte(s) of half a record cut off"
        with database.write() as connection:
            note = connection.execute(select(runs.c.note).where(runs.c.id == run)).scalar() or ""
            connection.execute(
                update(runs).where(runs.c.id == run).values(note="; ".join(part for part in (note, words) if part))
            )
    return Recovered(len(names), rows, cut)


def register(connection: Connection, name: str, run: str) -> None:
    """Note a file of the run, unless it is noted already."""
    values = {"name": name, "run": run, "opened_at": datetime.now(UTC)}
    connection.execute(insert_for(connection, warc_files).on_conflict_do_nothing(), values)


def bring_rows(database: Database, path: Path, name: str, run: str) -> tuple[int, int]:
    """Make the rows that captures in the file have not: (end of the last whole capture, number of rows made)."""
    end = made = 0
    with database.write() as connection:
        register(connection, name, run)
        known = set(connection.execute(select(captures.c.id).where(captures.c.warc == name)).scalars())
        for offset, length, found, block in whole_records(path):
            if found.rec_type == "response" and capture_rows.identity(found) not in known:
                capture_rows.insert(connection, capture_rows.from_record(found, block, name, offset, length))
                known.add(capture_rows.identity(found))
                made += 1
            if found.rec_type in ("response", "warcinfo"):
                end = offset + length
    return end, made


def seal(database: Database, reviews: Reviews, folder: Path, name: str, note: str = "") -> None:
    """Rename an open file to its final name, and keep its hash in the table and in the log. May be repeated."""
    path, still_open = folder / name, folder / (name + OPEN)
    if still_open.exists():
        still_open.rename(path)
        sync_folder(path.parent)
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
    with database.write() as connection:
        number = connection.execute(select(func.count()).where(captures.c.warc == name)).scalar_one()
        sealed = connection.execute(
            update(warc_files)
            .where(warc_files.c.name == name, warc_files.c.closed_at.is_(None))
            .values(closed_at=datetime.now(UTC), size=size, sha256=sha256, captures=number)
        )
        if sealed.rowcount:
            after = {"sha256": sha256, "size": size, "captures": number}
            reviews.log_at_commit(who="system", action="seal", object=f"warc:{name}", note=note, after=after)


def _recover_file(database: Database, folder: Path, reviews: Reviews, name: str, run: str) -> tuple[int, int]:
    path = folder / (name + OPEN)
    if not path.exists():
        sealed = folder / name
        if not sealed.exists():  # killed between the row and the file
            sealed.parent.mkdir(parents=True, exist_ok=True)
            sealed.touch()
        _, made = bring_rows(database, sealed, name, run)  # killed between renaming and the row of the file
        seal(database, reviews, folder, name, note="recovered")
        return made, 0
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(f"{name} is still being written by another process") from error
        end, made = bring_rows(database, path, name, run)
        _check(database, name, end)
        cut = os.fstat(file.fileno()).st_size - end
        file.truncate(end)
        os.fsync(file.fileno())
        seal(database, reviews, folder, name, note=f"recovered; {cut} bytes of half a record cut off")
    return made, cut


def _check(database: Database, name: str, end: int) -> None:
    """No row may name bytes past the last whole record: the writer syncs before it commits."""
    with database.read() as connection:
        query = select(captures.c.id).where(captures.c.warc == name, captures.c.offset + captures.c.length > end)
        lost = list(connection.execute(query).scalars())
    if lost:
        raise StoreDamaged(
            f"{name} is whole up to byte {end:,} only, and the records of {len(lost)} capture(s) lie behind it, the "
            f"first is {lost[0]}. Nothing was changed. Restore the file from a backup."
        )
