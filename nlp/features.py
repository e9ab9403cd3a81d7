"""What the learned part looks at: named values of one text, and the numbers they are kept under.

Names are hashed one by one to 32 bits, so that a model carries no text of what it learned from. Five blocks: what the
rules and the classes of words say (`r:`), the form of the title (`s:`), its words and word pairs (`w:`), its letters by
twos to fives (`c:`), and the words around what the text names (`x:`). Digits count as 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from math import sqrt
from zlib import crc32

from nlp.evidence import ANIMAL, Evidence
from nlp.text import fold
from nlp.things import Thing
from nlp.verdict import Verdict

VERSION = 2
"""Grows when the same text would give other values: weights of another version are not used."""

_WORD = re.compile(r"[^\W_]+|[$€£#/]")
_DIGITS = re.compile(r"\d+")
_DIGIT = re.compile(r"\d")
_UNSPACED = "\u0dff"  # from Thai on, scripts without spaces between words: letters stand in for words
_MOST_POINTS = 4.0
_LONGEST_TITLE = 200
_AROUND, _PLACES = 90, 4
_SHAPES = (
    ("year", re.compile(r"\b1[89]\d\d\b|\b20[012]\d\b")),
    ("capitals first", re.compile(r"^[A-Z]{4,}[ ,]")),
    ("latin name apart", re.compile(r"[(\"'][A-Z][a-z]+ [a-z]{3,}[)\"']")),
    ("measure", re.compile(r"\d ?(?:mm|cm|in|inch|\"|k?g|lb|oz)(?:\b|$)|\d\"")),
    ("face value", re.compile(r"\b\d+ ?(?:c|p|d|f|dr|kr|zl|l|pf|din|lira|r|€|euro)\b", re.IGNORECASE)),
)


def features(evidence: Evidence, verdict: Verdict, things: list[Thing]) -> dict[str, float]:
    """The values of one text by name. `verdict` is that of the rules alone."""
    out = dict(_said(evidence, verdict, things))
    title = evidence.text.title[:_LONGEST_TITLE]
    out.update(_shape(title))
    folded = fold(title).text
    words = list(_words(folded))
    for word in words:
        out[f"w:{word}"] = 1.0
    for pair in pairwise(words):
        out[f"w:{' '.join(pair)}"] = 0.7
    out.update(_level("c:", _letters(_DIGIT.sub("0", folded))))
    around = list(_words(fold(_around(evidence)).text))
    out.update(_level("x:", {*around, *(" ".join(pair) for pair in pairwise(around))}))
    return out


def number(name: str) -> int:
    """What a name is kept under."""
    return crc32(name.encode("utf-8", "surrogatepass"))


def weigh(named: Mapping[str, float], weights: Mapping[int, float]) -> float:
    """The sum of the values, each by its weight; a name without one counts nothing."""
    total = 0.0
    for name, value in named.items():
        weight = weights.get(crc32(name.encode("utf-8", "surrogatepass")))
        if weight is not None:
            total += weight * value
    return total


def _said(evidence: Evidence, verdict: Verdict, things: list[Thing]) -> Iterator[tuple[str, float]]:
    yield "r:total", max(-_MOST_POINTS, min(_MOST_POINTS, verdict.points)) / _MOST_POINTS
    rules: dict[str, float] = {}
    for reason in verdict.reasons:
        name = reason.rule.split(",")[0]
        rules[name] = rules.get(name, 0.0) + reason.points
    for name, points in rules.items():
        yield f"r:{name}", max(-2.0, min(2.0, points / 2))
    for word in evidence.of("context", "part", "innocent"):
        if word.field == "title":
            yield f"r:{word.term.kind}:{word.term.cls}", 1.0
        elif word.term.cls.startswith("broad_"):
            yield f"r:text:{word.term.cls}", 0.5
    for thing in things:
        yield f"r:{thing.form}:{thing.word.field}", 1.0


def _shape(title: str) -> Iterator[tuple[str, float]]:
    """How the title is written: a row of a catalogue of stamps looks unlike an offer of a belt."""
    letters = [char for char in title if char.isalpha()]
    size = max(1, len(title))
    yield "s:capitals", sum(char.isupper() for char in letters) / max(1, len(letters))
    yield "s:digits", 3 * sum(char.isdigit() for char in title) / size
    yield "s:commas", min(6, title.count(",")) / 4
    yield "s:length", min(1.2, len(title) / 80)
    for name, pattern in _SHAPES:
        if pattern.search(title):
            yield f"s:{name}", 1.0


def _words(folded: str) -> Iterator[str]:
    for word in _WORD.findall(_DIGITS.sub("0", folded)):
        if word[0] <= _UNSPACED:
            yield word
        else:
            yield from (word[at : at + 2] for at in range(max(1, len(word) - 1)))


def _letters(folded: str) -> set[str]:
    """Runs of two to five letters within words, a space at either end."""
    found: set[str] = set()
    for word in folded.split():
        padded = f" {word[:40]} "
        for size in (2, 3, 4, 5):
            found.update(padded[at : at + size] for at in range(len(padded) - size + 1))
    return found


def _around(evidence: Evidence) -> str:
    """The text around the first things it names, its beginning where it names none."""
    text = evidence.text.text
    spans = [(w.start, w.end) for w in evidence.of(*ANIMAL, "part") if w.field == "text"][:_PLACES]
    return " ".join(text[max(0, start - _AROUND) : end + _AROUND] for start, end in spans) or text[: 2 * _AROUND]


def _level(block: str, names: Iterable[str]) -> dict[str, float]:
    """Values that make a long text weigh no more than a short one."""
    found = set(names)
    value = 1 / sqrt(len(found)) if found else 0.0
    return {block + name: value for name in found}
