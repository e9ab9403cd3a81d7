"""XLSX: the same table as CSV, and the captures on a second sheet. Strings stay strings: no formula, no link."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from osint.export.cells import cell
from osint.export.formats import Format, Record, flat

MOST_ROWS = 1_048_575
"""Rows of a sheet, its header left out."""
WIDE = {"url": 40, "title": 40, "text": 60, "reasons": 60, "sha256": 66}
CAPTURE = ("number", "url", "status", "media_type", "requested_at", "fetched_at", "size", "sha256", "by", "wacz", "id")
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write(record: Record, path: Path) -> None:
    """Write the workbook. Its own date is that of the package, so that the same package gives the same bytes."""
    with xlsxwriter.Workbook(str(path), OPTIONS) as book:
        made = datetime.fromisoformat(record["package"]["created_at"]).replace(tzinfo=None)
        book.set_properties({"title": "Lead package", "created": made})
        head = book.add_format({"bold": True, "bottom": 1})
        sheet = book.add_worksheet("listings")
        for number, row in enumerate(flat(record)):
            if number == 0:
                _header(sheet, list(row), head)
            if number >= MOST_ROWS:
                break
            for column, value in enumerate(row.values()):
                sheet.write_string(number + 1, column, cell(value))
        captures = book.add_worksheet("captures")
        _header(captures, list(CAPTURE), head)
        for number, one in enumerate(record["captures"][:MOST_ROWS]):
            for column, key in enumerate(CAPTURE):
                captures.write_string(number + 1, column, cell(str(one[key])))


def _header(sheet: Worksheet, names: list[str], head: object) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        sheet.set_column(column, column, WIDE.get(name, 16))
        sheet.write_string(0, column, name, head)


FORMAT = Format(
    "xlsx",
    "listings.xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "the same table with the captures, for Excel and LibreOffice",
    write,
)
