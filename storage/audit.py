"""Evidence held against the database, and the database against the evidence: what does not agree, in words."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, select

from storage import capture_rows
from storage.database import Database
from storage.errors import StoreDamaged
from storage.schema import captures, warc_files
from storage.warcfile import OPEN, whole_records


def check(database: Database, folder: Path, run: str | None = None) -> Iterator[str]:
    """Findings over all WARC files, or those of a run: missing, changed, cut, unknown; rows and records one to one.

    Reads every byte. A file that is being written meanwhile may be named with what is not finished in it.
    """
    query = select(warc_files).order_by(warc_files.c.name)
    with database.read() as connection:
        files = connection.execute(query.where(warc_files.c.run == run) if run is not None else query).mappings().all()
    for file in files:
        yield from _file(database, folder, file)
    if run is None:
        known = {file["name"] for file in files}
        for path in sorted(folder.glob("*/*.warc.gz*")):
            if (name := str(path.relative_to(folder)).removesuffix(OPEN)) not in known:
                yield f"{name}: the database does not know this file"


def _file(database: Database, folder: Path, file: RowMapping) -> Iterator[str]:
    name = file["name"]
    path = folder / name
    if not path.exists() and file["closed_at"] is None:
        path = folder / (name + OPEN)
    if not path.exists():
        yield f"{name}: the file is missing"
        return
    if file["closed_at"] is not None:
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() != file["sha256"]:
                yield f"{name}: the file was changed after it was sealed"
    with database.read() as connection:
        query = select(captures).where(captures.c.warc == name)
        rows = {row["id"]: row for row in connection.execute(query).mappings()}
    end = 0
    for offset, length, found, block in whole_records(path):
        end = offset + length
        if found.rec_type != "response":
            continue
        try:
            made = capture_rows.from_record(found, block, name, offset, length)
        except StoreDamaged as error:
            yield f"{name}: {error}"
            continue
        row = rows.pop(made["id"], None)
        if row is None:
            yield f"{name}: capture {made['id']} has no row"
        elif wrong := [column for column, value in made.items() if _plain(row[column]) != _plain(value)]:
            yield f"{name}: the row of capture {made['id']} differs from its record in {', '.join(wrong)}"
    if (size := path.stat().st_size) != end:
        yield f"{name}: {size - end:,} bytes from byte {end:,} on are no whole record"
    for lost in rows:
        yield f"{name}: the record of capture {lost} is missing"


def _plain(value: Any) -> Any:
    return [list(pair) for pair in value] if isinstance(value, (list, tuple)) else value
