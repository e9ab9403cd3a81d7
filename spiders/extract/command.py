"""Saved pages in, answers out, as JSON lines: `python -m spiders.extract.command --jsonl < rows > answers`.

Rows are {id, url, path} (`path` may end in .gz), optionally `fetched_at` (ISO 8601), `media_type` and `status`; answers keep their order.
A row that cannot be read gives a record with `error` and never ends the run.
"""  # noqa: E501

from __future__ import annotations

import argparse
import gzip
import json
import mimetypes
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from spiders.extract.reader import read
from spiders.items import Page, Reading
from spiders.profile import Profile

_LARGEST = 64 * 1024 * 1024
"""Bytes of a file that are read, after gzip."""


def page_of(row: dict[str, Any]) -> Page:
    """The page a row names. OSError when the file cannot be read, ValueError when the row is not one."""
    if not isinstance(row, dict) or not isinstance(row.get("path"), str):
        raise ValueError("a row needs a path")
    path = Path(row["path"])
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        body = file.read(_LARGEST)
    stamp = row.get("fetched_at")
    fetched = datetime.fromisoformat(stamp) if stamp else datetime.fromtimestamp(path.stat().st_mtime, UTC)
    media = row.get("media_type") or mimetypes.guess_type(path.name.removesuffix(".gz"))[0] or ""
    return Page(
        url=str(row.get("url") or path.resolve().as_uri()), body=body, status=int(row.get("status") or 200), media_type=media,  # noqa: E501
        fetched_at=fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC), by="import",
    )  # fmt: skip


def answer(row: dict[str, Any], profile: Profile | None = None) -> dict[str, Any]:
    """The answer to one row; {id, error} when it cannot be read."""
    name = row.get("id") if isinstance(row, dict) else None
    try:
        return {"id": name, **as_record(read(page_of(row), profile))}
    except Exception as error:
        return {"id": name, "error": f"{type(error).__name__}: {error}"[:500]}


def as_record(reading: Reading) -> dict[str, Any]:
    """A reading as plain JSON values: `page` is its kind, `listing` and `article` their fields."""
    record = {"page": reading.kind, **{key: value for key, value in _plain(reading).items() if key != "kind"}}
    record["listing"] = record["listing"] or {}
    record["article"] = record["article"] or {}
    return record


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            key: _plain(item) for key, item in ((name, getattr(value, name)) for name in value.__dataclass_fields__)
        }
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _answer_line(line: str) -> str:
    try:
        row = json.loads(line)
    except ValueError as error:
        return json.dumps({"id": None, "error": f"not JSON: {error}"})
    return json.dumps(answer(row), ensure_ascii=False)


def run(lines: Iterable[str], out: IO[str], workers: int | None = None) -> int:
    """Answer each row on a line of `out`, in order, on all cores. Returns the number of rows that failed."""
    failed = 0
    for text in _mapped((line for line in lines if line.strip()), workers or os.cpu_count() or 1):
        failed += '"error": ' in text and "error" in json.loads(text)
        out.write(text + "\n")
    out.flush()
    return failed


def _mapped(lines: Iterator[str], workers: int) -> Iterator[str]:
    first = [line for _, line in zip(range(8), lines, strict=False)]
    if workers < 2 or len(first) < 8:
        yield from map(_answer_line, first)
        yield from map(_answer_line, lines)
        return
    with ProcessPoolExecutor(workers) as pool:
        waiting = [pool.submit(_answer_line, line) for line in first]
        for line in lines:
            waiting.append(pool.submit(_answer_line, line))
            if len(waiting) >= workers * 8:
                yield waiting.pop(0).result()
        for one in waiting:
            yield one.result()


def main() -> int:
    """Entry of the module run as a command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--jsonl", action="store_true", required=True, help="rows on standard input, answers out")
    arguments.add_argument("--workers", type=int, default=None)
    chosen = arguments.parse_args()
    started = time.monotonic()
    failed = run(sys.stdin, sys.stdout, chosen.workers)
    print(f"{time.monotonic() - started:.1f} s, {failed} failed", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
