"""Listings out of tables: JSON lines, JSON lists, CSV and TSV, workbooks. Read as a stream; a bad line costs only
itself."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

from spiders.archive_columns import flatten, is_listing_header, to_row
from spiders.archive_records import Limits, Problem, Row
from spiders.extract.documents.charset import detect
from spiders.extract.documents.delimited import delimiter, rows

_SAMPLE: Final = 1 << 18
_LISTS: Final = ("listings", "items", "results", "rows", "records", "data", "products", "ads", "posts")


def read_json_lines(file: BinaryIO, path: str, member: str, limits: Limits) -> Iterator[Row | Problem]:
    """One row a line; a line that is no object, or has neither title nor text, is a problem that names its number."""
    number = 0
    while True:
        line = file.readline(limits.line + 1)
        if not line:
            return
        number += 1
        if len(line) > limits.line:
            yield Problem(path, member, "row", f"line {number}: longer than {limits.line} bytes")
            while line and not line.endswith(b"\n"):
                line = file.readline(limits.line)
            continue
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line.strip():
            continue
        yield _json_row(line, path, member, number)


def _json_row(line: bytes, path: str, member: str, number: int) -> Row | Problem:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Problem(path, member, "row", f"line {number}: {_said(error)}")
    return _row(record, path, member, number, line.strip())


def _row(record: Any, path: str, member: str, number: int, raw: bytes) -> Row | Problem:
    if not isinstance(record, Mapping):
        return Problem(path, member, "row", f"line {number}: no object but {type(record).__name__}")
    row = to_row(flatten(record), path, member, number, raw)
    return row or Problem(
        path, member, "row", f"line {number}: neither title nor text (has {', '.join(list(record)[:8])})"[:300]
    )


def _said(error: Exception) -> str:
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:200]


def json_records(body: bytes) -> Sequence[Any] | None:
    """The records of a JSON file that is one list, or one object with a list of objects; None for other JSON.
    ValueError or RecursionError when it is not JSON."""
    data = json.loads(body.decode(json.detect_encoding(body), "strict"))
    if isinstance(data, Mapping):
        lists = [data[name] for name in _LISTS if isinstance(data.get(name), list)]
        data = lists[0] if lists and "version" not in data else None  # a JSON feed has a version: it is a page
    if isinstance(data, list) and any(isinstance(item, Mapping) for item in data):
        return data
    return None


def read_json_list(records: Sequence[Any], path: str, member: str) -> Iterator[Row | Problem]:
    """One row an object of a list."""
    for number, record in enumerate(records, 1):
        yield _row(record, path, member, number, json.dumps(record, ensure_ascii=True).encode("ascii"))


def table_columns(sample: bytes) -> list[str] | None:
    """The columns of a CSV or TSV by its first 256 KB; None when they are not those of listings."""
    text = sample[:_SAMPLE].decode(detect(sample[:_SAMPLE]), "replace").removeprefix("\ufeff")
    for row in rows(io.StringIO(text, newline=""), delimiter(text[:65_536])):
        if isinstance(row, list) and any(cell.strip() for cell in row):
            return row if is_listing_header(row) else None
    return None


def read_table(file: BinaryIO, path: str, member: str) -> Iterator[Row | Problem]:
    """One row a line of a CSV or TSV with a header, whatever its encoding and delimiter."""
    sample = file.read(_SAMPLE)
    encoding = detect(sample[: sample.rfind(b"\n") + 1] or sample)
    file.seek(0)
    text = sample.decode(encoding, "replace").removeprefix("\ufeff")
    lines = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    yield from read_cells(rows(lines, delimiter(text[:65_536])), path, member)
    lines.detach()


def read_cells(cells: Iterator[list[str] | str], path: str, member: str) -> Iterator[Row | Problem]:
    """One row a list of cells after the first that is not empty, which is the header."""
    header: list[str] | None = None
    garbled = 0
    for number, row in enumerate(cells, 1):
        if isinstance(row, str):
            yield Problem(path, member, "row", row)
            continue
        if not any(cell.strip() for cell in row):
            continue
        if header is None:
            header = [name.strip().strip("\ufeff") or f"column {place}" for place, name in enumerate(row, 1)]
            continue
        names = header + [f"column {place}" for place in range(len(header) + 1, len(row) + 1)]
        named = dict(zip(names, row, strict=False))
        raw = json.dumps(named, ensure_ascii=False).encode("utf-8", "replace")
        garbled += any("\ufffd" in cell for cell in row)
        yield to_row(named, path, member, number, raw) or Problem(
            path, member, "row", f"row {number}: neither title nor text"
        )
    if garbled:
        yield Problem(
            path, member, "row", "rows with bytes that their encoding does not know (kept, the bytes marked)", garbled
        )
