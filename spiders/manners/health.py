"""Is this run what the source's profile calls healthy? Pure: counters and expectations in, findings out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spiders.profile import Expect

BLOCKS = frozenset({401, 402, 403, 407, 429, 451})
"""Statuses that mean the site does not want us, or not so fast."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One way a run is outside its expectation. `key` as in `[expect]`; `text` is for people."""

    key: str
    wanted: float
    found: float
    text: str


def check(expect: Expect, counts: Mapping[str, int], filled: Mapping[str, float] | None = None) -> tuple[Finding, ...]:
    """Findings of a run; empty = healthy.

    `counts`: ok (pages answered well), items, failed (requests without a good answer), blocked (answers that are
    blocks). `filled`: share of items that have a field, where pages were read; a field the profile names and nobody
    counted is 0.
    """
    ok, failed, blocked = (counts.get(key, 0) for key in ("ok", "failed", "blocked"))
    asked = ok + failed
    found = []
    if ok < expect.pages:
        found.append(Finding("pages", expect.pages, ok, f"{ok} pages answered, at least {expect.pages} expected"))
    if counts.get("items", 0) < expect.items:
        items = counts.get("items", 0)
        found.append(Finding("items", expect.items, items, f"{items} items found, at least {expect.items} expected"))
    if asked and failed / asked > expect.failed:
        text = f"{failed} of {asked} requests failed, at most {expect.failed:.0%} expected"
        found.append(Finding("failed", expect.failed, failed / asked, text))
    if asked and blocked / asked > expect.blocked:
        text = f"{blocked} of {asked} answers are blocks, at most {expect.blocked:.0%} expected"
        found.append(Finding("blocked", expect.blocked, blocked / asked, text))
    for name, wanted in expect.filled.items() if filled is not None else ():
        share = (filled or {}).get(name, 0.0)
        if share < wanted:
            text = f"{name} filled in {share:.0%} of items, at least {wanted:.0%} expected: a new layout?"
            found.append(Finding(f"filled.{name}", wanted, share, text))
    return tuple(found)
