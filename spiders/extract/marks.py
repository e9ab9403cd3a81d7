"""Patterns of class names, ids and addresses, from `marks.toml`: what the makers of pages call their parts."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

_REMEMBERED = 30_000
"""Answers a pattern remembers: class names repeat by the thousand on a page, and from page to page of a site."""


class Mark:
    """A pattern that remembers what it answered. Made by `mark`."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self._known: dict[str, re.Match[str] | None] = {}
        self.match, self.fullmatch = pattern.match, pattern.fullmatch
        self.findall, self.finditer, self.sub = pattern.findall, pattern.finditer, pattern.sub

    def search(self, text: str) -> re.Match[str] | None:
        """As `re.Pattern.search`, at the price of a look-up for a text seen before."""
        try:
            return self._known[text]
        except KeyError:
            found = self.pattern.search(text)
            if len(text) < 400:
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[text] = found
            return found


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((Path(__file__).parent / "marks.toml").read_text(encoding="utf-8"))


def mark(module: str, name: str, *, ignore_case: bool = True) -> Mark:
    """The pattern `name` of a module's table. KeyError when the table lacks it, re.error when it is no pattern."""
    return Mark(re.compile("|".join(_tables()[module][name]), re.I if ignore_case else 0))
