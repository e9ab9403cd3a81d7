"""JSON lines in, JSON lines out: `python -m nlp.analyse < texts.jsonl`. A bad line is one error record, the rest is
answered."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from nlp.pipeline import Reader
from nlp.records import Text

KINDS = ("listing", "post", "news")
_KEYS = tuple(item.name for item in fields(Text))
_LONGEST = 20_000_000  # characters of one line


def parse(line: str, number: int) -> Text | dict[str, Any]:
    """The text of a line, or its error record: id (if it can be read), line number and reason."""
    if len(line) > _LONGEST:
        return {"id": None, "line": number, "error": f"line {number}: longer than {_LONGEST} characters"}
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return {"id": None, "line": number, "error": f"line {number}: not JSON ({error})"}
    if not isinstance(row, dict):
        return {"id": None, "line": number, "error": f"line {number}: not an object but {type(row).__name__}"}
    name = row.get("id")
    if not isinstance(name, (str, int)) or isinstance(name, bool):
        return {"id": None, "line": number, "error": f"line {number}: no id"}
    kind = row.get("kind", "listing")
    if kind not in KINDS:
        return {"id": name, "line": number, "error": f"line {number}: kind must be one of {', '.join(KINDS)}"}
    values: dict[str, Any] = {"id": str(name), "kind": kind}
    for key in _KEYS[2:]:
        value = row.get(key)
        if value is not None and not isinstance(value, str):
            return {"id": name, "line": number, "error": f"line {number}: {key} must be a string"}
        values[key] = value or ""
    return Text(**values)


def answers(lines: Iterable[str], reader: Reader) -> Iterator[dict[str, Any]]:
    """The answer to each line, in order."""
    number = 0
    for line in lines:
        number += 1
        if not line.strip():
            continue
        text = parse(line, number)
        yield text if isinstance(text, dict) else reader.read(text).as_dict()


def main(extra: Path | None = None) -> int:
    """Answer standard input on standard output; 1 when some lines failed."""
    reader = Reader(extra)
    failed = 0
    source = (raw.decode("utf-8", "replace") for raw in sys.stdin.buffer)
    for answer in answers(source, reader):
        failed += "error" in answer
        sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=True).encode("ascii") + b"\n")
    sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
