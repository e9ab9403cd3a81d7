"""After a kill: the open WARC file is read as far as it is whole, rows that are missing are made, the broken tail is cut.

The capture's id is the response record's, so that recovering twice, or beside rows that exist, changes nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from storage import warc
from storage.database import Database
from storage.errors import StoreBusy, StoreDamaged
from storage.hashing import key63
from storage.reviews import Reviews
from storage.schema import captures, runs, warc_files
from storage.warcfile import OPEN, record, whole_members
from storage.writer import insert_capture, seal


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done: files sealed, rows made, bytes of half-written records cut off."""

    files: int = 0
    rows: int = 0
    bytes_cut: int = 0


def recover(database: Database, folder: Path, reviews: Reviews, run: str) -> Recovered:
    """Seal all files of the run that were left open.

    Raises StoreBusy when their writer is alive, StoreDamaged when a row names records that its file does not hold.
    """
    with database.read() as connection:
        query = select(warc_files.c.name).where(warc_files.c.run == run, warc_files.c.closed_at.is_(None))
        names = list(connection.execute(query.order_by(warc_files.c.name)).scalars())
    rows = cut = 0
    for name in names:
        more, less = _recover_file(database, folder, reviews, name)
        rows, cut = rows + more, cut + less
    found = Recovered(len(names), rows, cut)
    if names:
        words = (
            f"recovered {len(names)} file(s) left open: {rows} row(s) made, {cut} byte(s) of half-written records cut"
        )
        with database.write() as connection:
            note = connection.execute(select(runs.c.note).where(runs.c.id == run)).scalar() or ""
            connection.execute(
                update(runs).where(runs.c.id == run).values(note="; ".join(part for part in (note, words) if part))
            )
    return found


def _recover_file(database: Database, folder: Path, reviews: Reviews, name: str) -> tuple[int, int]:
    path = folder / (name + OPEN)
    if not path.exists():
        if (folder / name).exists():  # killed between renaming and the row
            seal(database, reviews, folder, name)
            return 0, 0
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()  # killed between the row and the file
    with path.open("r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(f"{name} is still being written by another process") from error
        end, made = _rows(database, path, name)
        size = path.stat().st_size
        _check(database, name, end)
        file.truncate(end)
        os.fsync(file.fileno())
        seal(database, reviews, folder, name, note=f"recovered; {size - end} bytes cut" if size > end else "recovered")
    return made, size - end


def _rows(database: Database, path: Path, name: str) -> tuple[int, int]:
    """(end of the last whole capture, number of rows made)."""
    end = made = 0
    with database.write() as connection:
        known = set(connection.execute(select(captures.c.id).where(captures.c.warc == name)).scalars())
        for offset, length, row in _captures(path, name):
            end = offset + length
            if row is not None and row["id"] not in known:
                insert_capture(connection, row)
                known.add(row["id"])
                made += 1
    return end, made


def _captures(path: Path, name: str) -> Iterator[tuple[int, int, dict[str, Any] | None]]:
    """(offset, length, row) of each whole response; row None for the warcinfo record that opens the file."""
    for offset, raw in whole_members(path):
        try:
            found, block = record(raw)
        except StoreDamaged:
            return
        headers = found.rec_headers
        if len(block) != int(headers.get_header("Content-Length", "-1")):
            return
        if headers.get_header("WARC-Block-Digest") != f"sha256:{hashlib.sha256(block).hexdigest()}":
            return
        if found.rec_type == "warcinfo":
            yield offset, len(raw), None
        elif found.rec_type == "response":
            yield offset, len(raw), _row(headers, block, name, offset, len(raw))


def _row(headers: Any, block: bytes, name: str, offset: int, length: int) -> dict[str, Any]:
    """The row that the writer would have made."""
    about = json.loads(headers.get_header("Osint-Capture"))
    identity = warc.bare_id(headers.get_header("WARC-Record-ID"))
    first, pairs, body = warc.parse_http(block)
    request, screenshot = about["request_length"], about["screenshot_length"]
    return {
        "id": identity,
        "run": about["run"],
        "source": about["source"],
        "url": about["url"],
        "url_key": key63(about["url"]),
        "final_url": about["final_url"] or about["url"],
        "requested_at": datetime.fromisoformat(about["requested_at"]),
        "fetched_at": datetime.fromisoformat(headers.get_header("WARC-Date")),
        "status": int(first.split(" ")[1]),
        "headers": pairs,
        "media_type": about["media_type"],
        "sha256": hashlib.sha256(body).hexdigest(),
        "size": len(body),
        "warc": name,
        "offset": offset,
        "length": length,
        "request_offset": offset - screenshot - request,
        "request_length": request,
        "screenshot_offset": offset - screenshot if screenshot else None,
        "screenshot_length": screenshot or None,
        "by": about["by"],
        "parent": about["parent"],
        "screenshot": warc.related_id("screenshot", identity) if screenshot else "",
    }


def _check(database: Database, name: str, end: int) -> None:
    """No row may name bytes past the last whole record: the writer syncs before it commits."""
    with database.read() as connection:
        query = select(captures.c.id).where(captures.c.warc == name, captures.c.offset + captures.c.length > end)
        lost = list(connection.execute(query).scalars())
    if lost:
        raise StoreDamaged(f"{name} has lost the records of {len(lost)} capture(s), the first is {lost[0]}")
