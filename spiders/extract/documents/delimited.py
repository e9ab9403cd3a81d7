"""CSV and TSV: rows as lines, cells parted by tabs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from spiders.extract.documents.charset import decode
from spiders.extract.documents.draft import Draft
from spiders.extract.documents.limits import Limits

FIELD_MAX = 1 << 20
"""Characters of one cell."""
_DELIMITERS = (",", ";", "\t", "|")


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read a table into the draft as one page."""
    text = decode(body)
    lines, cells = [], 0
    for row in rows(io.StringIO(text, newline=""), delimiter(text[:65_536])):
        if isinstance(row, str):
            draft.note(row)
            continue
        cells += len(row)
        if cells > limits.cells:
            draft.note(f"cells after {limits.cells} left out")
            break
        lines.append("\t".join(" ".join(cell.split()) for cell in row).rstrip())
    draft.add("\n".join(lines))


def delimiter(sample: str) -> str:
    """What parts the cells: the sign that gives the first lines the most equal number of cells, above one."""
    best, score = ",", 0.0
    for sign in _DELIMITERS:
        counts = []
        for row in rows(io.StringIO(sample, newline=""), sign):
            if isinstance(row, list) and row:
                counts.append(len(row))
            if len(counts) == 20:
                break
        if not counts or counts[0] < 2:
            continue
        same = sum(1 for count in counts if count == counts[0]) / len(counts)
        if (found := same * min(counts[0], 12) ** 0.5) > score:
            best, score = sign, found
    return best


def rows(lines: Iterable[str], sign: str) -> Iterator[list[str] | str]:
    """The rows of a table, each a list of cells; a row that the reader refuses is a string that says why."""
    csv.field_size_limit(FIELD_MAX)
    reader = csv.reader(lines, delimiter=sign)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield f"line {reader.line_num}: {error}"
