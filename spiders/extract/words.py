"""The words by which pages name their parts, from `words/*.toml`: one language a file, all languages looked at together.

A page's language is often undeclared or wrong, so a label is looked up in all languages at once; where one word means two
things (`von` in a price, `de` in a date) the caller says which language it trusts.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

import regex

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


@lru_cache(maxsize=64)
def pattern(*keys: str) -> regex.Pattern[str]:
    """A pattern that finds any word of the keys in lower-case text; letters beside a Latin or Cyrillic word forbid it."""
    alternatives = sorted({word for key in keys for word in words(key)}, key=lambda word: (-len(word), word))
    parts = []
    for word in alternatives:
        escaped = regex.escape(word)
        left = r"(?<![\p{Latin}\p{Cyrillic}])" if regex.match(r"[\p{Latin}\p{Cyrillic}]", word) else ""
        right = r"(?![\p{Latin}\p{Cyrillic}])" if regex.search(r"[\p{Latin}\p{Cyrillic}]$", word) else ""
        parts.append(left + escaped + right)
    return regex.compile("|".join(parts))


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
    for key in ("seller", "location", "posted", "description", "price", "old_price", "instalment", "condition", "brand", "sku",
                "category", "quantity", "sold_count", "watchers", "views", "shipping"):  # fmt: skip
        for word in words(key):
            found[bare(word)] = (*found.get(bare(word), ()), key)
    return found


def label(text: str) -> tuple[str, ...]:
    """What a label names (`Item location:` → location), () when it is none we know."""
    return _labels().get(bare(text), ()) if len(text) <= 60 else ()
