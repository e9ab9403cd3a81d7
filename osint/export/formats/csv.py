"""CSV: one row a listing, every cell quoted, formulas defused. UTF-8 with a mark, so that Excel reads it as such."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from osint.export.cells import defused
from osint.export.formats import Format, Record, flat


def write(record: Record, path: Path) -> None:
    """Write the table."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer: csv.DictWriter[str] | None = None
        for row in flat(record):
            if writer is None:
                writer = csv.DictWriter(file, list(row), quoting=csv.QUOTE_ALL)
                writer.writeheader()
            writer.writerow({key: defused(value) for key, value in row.items()})


def rows_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """Any flat or nested rows as CSV text: lists joined with `; `, objects as JSON. The columns are the first row's."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(out, list(row), quoting=csv.QUOTE_ALL, lineterminator="\n")
            writer.writeheader()
        writer.writerow({key: defused(_text(value)) for key, value in row.items()})
    return out.getvalue()


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping | list | tuple) else str(value)


FORMAT = Format("csv", "listings.csv", "text/csv", "one row a listing, for any spreadsheet", write)
