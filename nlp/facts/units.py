"""Units of measurement and counters, as words that follow a number."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from nlp.facts.tables import Words, marked, rows, tongues, written_as
from nlp.text import Folded


class Unit(NamedTuple):
    """A unit by its normal name; `kind` mass | volume | length | area | count."""

    name: str
    kind: str
    langs: frozenset[str]
    marked: str = ""


class Measure(NamedTuple):
    """A unit found beside a number, at folded offsets."""

    unit: Unit
    start: int
    end: int


@lru_cache(maxsize=1)
def units() -> Words[Unit]:
    """Units and counters of all languages."""
    entries = [
        (word, Unit(unit, kind, frozenset(langs.split()), marked(word)))
        for unit, kind, langs, words in rows("units.tsv")
        for word in words.split("|")
    ]
    entries += [
        (word, Unit(unit, "count", frozenset((lang,)), marked(word)))
        for unit, lang, words in rows("counters.tsv")
        for word in words.split("|")
    ]
    return Words(entries)


def unit_after(folded: Folded, end: int, language: str, country: str, *, reach: int = 2) -> Measure | None:
    """The unit that follows a number ending at `end`, over at most `reach` spaces or a hyphen."""
    text, at = folded.text, end
    while at < len(text) and at < end + reach and text[at] in " -\u2011":
        at += 1
    langs = tongues(language, country)
    for found in units().at(text, at):
        for unit in found.value:
            if (not unit.langs or unit.langs & langs) and (
                not unit.marked or written_as(folded, found.start, found.end, unit.marked)
            ):
                return Measure(unit, found.start, found.end)
    return None


def unit_before(folded: Folded, start: int, langs: frozenset[str]) -> Measure | None:
    """The unit that stands before a number: "kilo 11.5" in Swahili, 重量kg."""
    text, at = folded.text, start
    while at > 0 and at > start - 2 and text[at - 1] in " :":
        at -= 1
    for found in units().before(text, at):
        for unit in found.value:
            if (not unit.langs or unit.langs & langs) and (
                not unit.marked or written_as(folded, found.start, found.end, unit.marked)
            ):
                return Measure(unit, found.start, found.end)
    return None


def counted(folded: Folded, end: int, language: str, country: str) -> bool:
    """Whether a unit or counter follows a number, so that it is no price."""
    return unit_after(folded, end, language, country) is not None
