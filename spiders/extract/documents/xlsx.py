"""XLSX: one page a sheet, rows as lines, cells parted by tabs."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from spiders.extract.documents.draft import Draft
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.limits import Limits
from spiders.extract.documents.package import Package, properties

_COLUMNS_MAX = 1000
_EMPTY_ROWS_MAX = 10_000
"""Empty rows in a row after which a sheet is taken to have ended (a stray cell in row 1,048,576 is common)."""


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read a workbook into the draft. The text of each sheet starts with its name."""
    package = Package(body, limits)
    if "docProps/core.xml" in package:
        properties(package.xml("docProps/core.xml"), draft)
    for name, rows in sheets(body, limits, draft):
        draft.add("\n".join([name, *("\t".join(row).rstrip("\t") for row in rows)]))


def sheets(body: bytes, limits: Limits, draft: Draft | None = None) -> list[tuple[str, list[list[str]]]]:
    """Every visible or hidden sheet as (name, rows of cell texts), empty rows and columns at the end left out."""
    Package(body, limits)  # its refusals come first, with a reason
    warnings.simplefilter("ignore")
    try:
        book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, TypeError, AttributeError) as error:
        raise DocumentError("broken", f"workbook: {error}") from None
    found: list[tuple[str, list[list[str]]]] = []
    cells = 0
    for sheet in book.worksheets:
        rows: list[list[str]] = []
        for row in _rows(sheet.iter_rows(values_only=True, max_col=_COLUMNS_MAX)):
            cells += len(row)
            if cells > limits.cells:
                if draft is None:
                    raise DocumentError("size", f"more than {limits.cells} cells")
                draft.note(f"sheet {sheet.title!r}: cells after {limits.cells} left out")
                return [*found, (sheet.title, rows)]
            rows.append(row)
        found.append((sheet.title, rows))
    return found


def _rows(values: Iterator[tuple[object, ...]]) -> Iterator[list[str]]:
    waiting = 0
    for value in values:
        row = [_text(cell) for cell in value]
        while row and not row[-1]:
            row.pop()
        if not row:
            waiting += 1
            if waiting > _EMPTY_ROWS_MAX:
                return
            continue
        yield from ([] for _ in range(min(waiting, 1)))
        waiting = 0
        yield row


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value).replace("\r\n", " ").replace("\n", " ").replace("\t", " ").strip()
