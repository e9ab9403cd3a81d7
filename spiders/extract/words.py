"""The words by which pages name their parts, from `words/*.toml`: one language a file, all languages looked at together.

A page's language is often undeclared or wrong, so a label is looked up in all languages at once; where one word means two
things (`von` in a price, `de` in a date) the caller says which language it trusts.
"""  # noqa: E501

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick

FOLDER = Path(__file__).parent / "words"
KEYS = frozenset(
    [
        "seller",
        "location",
        "posted",
        "description",
        "price",
        "old_price",
        "instalment",
        "condition",
        "brand",
        "sku",
        "category",
        "quantity",
        "sold_count",
        "watchers",
        "views",
        "shipping",
        "next",
        "previous",
        "missing",
        "blocked",
        "login",
        "javascript",
        "buy",
        "reply",
        "quoted",
        "stop",
        "today",
        "yesterday",
        "now",
        "ago",
        "second",
        "minute",
        "hour",
        "day",
        "week",
        "month",
        "year",
        "months",
    ]
)


class WordsError(ValueError):
    """A word table that cannot be used; the message names file and key."""


@lru_cache(maxsize=1)
def tables() -> dict[str, dict[str, tuple[str, ...]]]:
    """language → key → words, lower case. Raises WordsError for an unknown key or a wrong value."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in sorted(FOLDER.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for key, words in table.items():
            if key not in KEYS:
                raise WordsError(f"{path.name}: {key}: unknown key")
            if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
                raise WordsError(f"{path.name}: {key}: needs a list of words")
        if "months" in table and len(table["months"]) != 12:
            raise WordsError(f"{path.name}: months: needs twelve entries")
        found[path.stem] = {key: tuple(word.casefold() for word in words) for key, words in table.items()}
    return found


@lru_cache(maxsize=64)
def words(key: str) -> frozenset[str]:
    """The words of one key in all languages."""
    return frozenset(word for table in tables().values() for word in table.get(key, ()))


@dataclass(frozen=True, slots=True)
class Hit:
    """A word found, as it stands in the table, and where."""

    word: str
    at: int

    def group(self) -> str:
        """The word."""
        return self.word

    def start(self) -> int:
        """Where it starts."""
        return self.at

    def end(self) -> int:
        """Where it ends."""
        return self.at + len(self.word)


class Finder:
    """Finds words of the tables in lower-case text. One pass whatever the number of words, where an alternation of 400
    words costs a third of a millisecond a text."""

    def __init__(self, chosen: frozenset[str]) -> None:
        self.words = chosen
        self._order = sorted(chosen)
        self._automaton = AhoCorasick(self._order) if chosen else None

    def finditer(self, text: str) -> Iterator[Hit]:
        """The words of a text by place, the longest first; letters beside a Latin or Cyrillic word forbid it."""
        if self._automaton is None:
            return
        found = [
            Hit(self._order[index], start)
            for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True)
            if _bounded(text, start, end)
        ]
        found.sort(key=lambda hit: (hit.at, -len(hit.word)))
        past = 0
        for hit in found:
            if hit.at >= past:
                past = hit.end()
                yield hit

    def search(self, text: str) -> Hit | None:
        """The first word in a text, the longest of those that start there."""
        return next(self.finditer(text), None)

    def match(self, text: str) -> Hit | None:
        """A word at the very start of a text."""
        found = self.search(text)
        return found if found is not None and found.at == 0 else None

    def fullmatch(self, text: str) -> bool:
        """Is the text one of the words?"""
        return text in self.words


def _joined(char: str) -> bool:
    # Latin, Greek and Cyrillic part their words by spaces; most other scripts do not, or glue particles to them.
    return char.isalpha() and char < "\u0530"


def _bounded(text: str, start: int, end: int) -> bool:
    if _joined(text[start]) and start > 0 and _joined(text[start - 1]):
        return False
    return not (_joined(text[end - 1]) and end < len(text) and _joined(text[end]))


@lru_cache(maxsize=64)
def pattern(*keys: str) -> Finder:
    """What finds any word of the keys, in all languages at once, in lower-case text."""
    return Finder(frozenset(word for key in keys for word in words(key)))


@lru_cache(maxsize=20_000)
def has(key: str, text: str) -> str:
    """The first word of `key` in `text` (any case), or ""."""
    found = pattern(key).search(text.casefold())
    return found.group() if found else ""


_EDGES = " \t\r\n:：*•-–—|·›»«‹>.,;!?()[]【】「」『』"


def bare(text: str) -> str:
    """A label without its colon, bullets and case: what the tables hold."""
    return " ".join(text.casefold().strip(_EDGES).split())


@lru_cache(maxsize=1)
def _labels() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key in ("seller", "location", "posted", "description", "price", "old_price", "instalment", "condition", "brand", "sku",  # noqa: E501
                "category", "quantity", "sold_count", "watchers", "views", "shipping"):  # fmt: skip
        for word in words(key):
            found[bare(word)] = (*found.get(bare(word), ()), key)
    return found


def label(text: str) -> tuple[str, ...]:
    """What a label names (`Item location:` → location), () when it is none we know."""
    return _labels().get(bare(text), ()) if len(text) <= 60 else ()
