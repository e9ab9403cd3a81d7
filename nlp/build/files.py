"""Reading and writing the tables of the data build."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def read_tsv(path: Path, delimiter: str = "\t") -> Iterator[dict[str, str]]:
    """Rows of a table as dicts; missing cells are empty strings."""
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter=delimiter, quoting=csv.QUOTE_NONE):
            yield {key.strip(): (value or "").strip() for key, value in row.items() if key}


def lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A tab-separated table; tabs and line ends inside cells become spaces."""
    clean = (("\t".join(" ".join(str(cell).split()) for cell in row)) for row in (header, *rows))
    return "\n".join(clean) + "\n"


def write_tsv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a plain table."""
    path.write_text(lines(header, rows), encoding="utf-8")


def write_gz(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a gzip table that is the same, byte for byte, whenever it is built."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", filename="", mtime=0) as handle:
        handle.write(lines(header, rows).encode("utf-8"))
    path.write_bytes(buffer.getvalue())
