"""The hash chain: each entry's hash covers all its fields and the hash before it. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from storage.columns import micros
from storage.records import Event

START = "0" * 64
"""What the first entry names as its predecessor."""


def canonical(value: Any) -> str:
    """JSON with one form only: sorted keys, no blanks, no escapes beyond what JSON needs. TypeError for a float.

    A float is written differently by different programs; amounts are strings here.
    """
    _no_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(prev: str, seq: int, at: int, who: str, action: str, object: str, note: str, before: str, after: str) -> str:
    """The hash of an entry. `at` in microseconds, `before` and `after` as canonical JSON texts."""
    fields = [prev, seq, at, who, action, object, note, before, after]
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def check(events: Iterable[Event], head: tuple[int, str] | None = None) -> tuple[str, ...]:
    """What is wrong with a chain given in order of `seq`, in words; empty when it is intact.

    A chain that was cut at its end looks intact by itself: `head` (seq and hash kept elsewhere) shows it.
    """
    findings: list[str] = []
    prev, expected, seen = START, 1, head is None
    for event in events:
        if event.seq != expected:
            findings.append(f"entry {expected} is missing" if event.seq > expected else f"entry {event.seq} is doubled")
        if event.prev != prev:
            findings.append(f"entry {event.seq} does not follow the one before it")
        made = digest(
            event.prev, event.seq, micros(event.at), event.who, event.action, event.object, event.note,
            canonical(event.before), canonical(event.after),
        )  # fmt: skip
        if made != event.hash:
            findings.append(f"entry {event.seq} was changed")
        if head is not None and event.seq == head[0]:
            seen = True
            if event.hash != head[1]:
                findings.append(f"entry {event.seq} is not the one that was kept as the head")
        prev, expected = event.hash, event.seq + 1
    if not seen and head is not None:
        findings.append(f"the log ends before entry {head[0]}, which was kept as its head")
    return tuple(findings)


def plain(value: Mapping[str, Any] | None) -> dict[str, Any]:
    """A mapping as JSON reads it back (tuples become lists), so that it hashes the same before and after storing."""
    return dict(json.loads(canonical(dict(value or {}))))


def _no_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"no floats in the log: write {value!r} as a string")
    if isinstance(value, Mapping):
        for key, one in value.items():
            if not isinstance(key, str):
                raise TypeError(f"keys of the log are strings, not {key!r}")
            _no_floats(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            _no_floats(one)
