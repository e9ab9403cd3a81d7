"""Long things in bounded memory: rows that wait on the disk, and JSON that is written while it comes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol


class Spool:
    """Plain records written once and read as often as wanted: every part of a package sees the same ones."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file = path.open("x", encoding="utf-8")

    def add(self, row: Mapping[str, Any]) -> None:
        """Keep a row."""
        self._file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")
        self.count += 1

    def __iter__(self) -> Iterator[dict[str, Any]]:
        self._file.flush()
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)

    def __len__(self) -> int:
        return self.count

    def close(self) -> None:
        """No more rows."""
        self._file.close()


class Sink(Protocol):
    """Anything that takes bytes."""

    def write(self, data: bytes, /) -> int:
        """Take all of `data`."""


def write_object(sink: Sink, parts: Mapping[str, Any]) -> None:
    """Write a JSON object, indented for people. A value that is a Spool or an iterator becomes an array, row by row."""
    sink.write(b"{")
    for number, (key, value) in enumerate(parts.items()):
        sink.write(b",\n " if number else b"\n ")
        sink.write(json.dumps(key).encode() + b": ")
        if isinstance(value, Spool | Iterator):
            _write_array(sink, value)
        else:
            sink.write(_indented(value, "\n "))
    sink.write(b"\n}\n")


def _write_array(sink: Sink, rows: Iterable[Any]) -> None:
    sink.write(b"[")
    empty = True
    for row in rows:
        sink.write(b"\n  " if empty else b",\n  ")
        sink.write(_indented(row, "\n  "))
        empty = False
    sink.write(b"]" if empty else b"\n ]")


def _indented(value: Any, line: str) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False).replace("\n", line).encode()
