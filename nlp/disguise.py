"""Lane 2: words made hard to search for. Suspicious spots are rewritten to the known word they hide, then searched
again.

Only tokens that look disguised are touched (a digit, sign or picture inside a word, letters of two scripts, masked,
stretched or separated letters), and only when what they hide is a word of the lexicon (`nlp.hidden`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import regex

from nlp.compiled import Columns
from nlp.hidden import BLOTS, EMOJI, INITIALS, MASKED, SEPARATED, SEPARATORS, Hidden, skeleton, vocabulary
from nlp.lexicon import Term

__all__ = ["Disguises", "Rewritten", "skeleton"]

_TOKEN = re.compile(r"\S+")
_LEAD = re.compile(r"(?s:.*\s)?")
# Letters with signs or digits between them, or with one before or behind. Written from the sign on, since a search
# that begins with a set of signs runs over plain letters several times as fast as one that begins with a letter.
_SIGNS = r"[\d@$!|+€£¥*#" + re.escape(SEPARATORS) + EMOJI + "]"
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0dff])"  # the vowel signs of the Indic scripts are no \w
_ODD = re.compile(_SIGNS + rf"(?:(?<={_LETTER}.)" + _SIGNS + r"*+[^\W\d_]|(?<=[@$!|+€£¥\d])(?<!\S.)[^\W\d_]{2}|"
                  r"(?<=[^\W\d_]{2}[@$!|€£¥\d])(?!\S)|(?<=[^\W\d_]{3}[*#●○])(?!\S))")  # fmt: skip
_RUNS = re.compile(r"([a-z\u00df-\u024f\u0430-\u044f])\1\1")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*·•]{1,2}[^\W\d_]){2,24}(?![^\W_])")
_WIDE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WIDE_SEPARATED = re.compile(
    rf"(?<=[{_WIDE}])(?:[._*·•・☆★♡♥~/|+＊※\-{EMOJI}'\"]{{1,3}}|"
    rf"(?<=(?<!\S)[{_WIDE}]) (?=[{_WIDE}](?![{_WIDE}])))(?=[{_WIDE}])"
)
# Three or more signs with a space after each: เ ขี้ ย ว งู. A sign is a letter with its marks and what is stacked on it.
_SIGN = r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}](?:\u17d2[\u1780-\u17a2]|\u1039[\u1000-\u1021]|\p{M}){0,6}"
_WIDE_SPACED = regex.compile(rf"(?<!\S){_SIGN}(?: {_SIGN}){{2,24}}(?!\S)")
_WIDE_MASKED = re.compile(
    rf"[{_WIDE}]{{0,8}}(?:[{re.escape(BLOTS)}]{{1,2}}[{_WIDE}]{{1,8}})+|[{_WIDE}]{{2,8}}[{re.escape(BLOTS)}]{{1,2}}"
)
_INITIALS = re.compile("(?<![\u1100-\u11ff])[\u1100-\u1112]{3,6}(?![\u1100-\u11ff])")  # ㅎㄹㅇ, folded
_MIXED = re.compile("(?:[a-z][\u0370-\u052f]|[\u0370-\u052f][a-z]|[ᴀ-ᴢɩʀʏ])")
_MOST = 2000  # suspicious tokens looked at in one text
_LONGEST = 60  # characters of one that are looked at
_MOST_BLOTTED = 200  # blotted words of scripts without spaces: each is held against hundreds of words


class Rewritten(NamedTuple):
    """Text with the hidden words written out, the way back to the folded text, and the spots that were changed."""

    text: str
    starts: list[int]
    ends: list[int]
    spots: list[tuple[int, int, str]]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Folded offsets of rewritten `start:end`; a spot that was rewritten is taken whole."""
        return self.starts[start], self.ends[end - 1]

    def touched(self, start: int, end: int) -> tuple[str, ...]:
        """The disguises inside rewritten `start:end`."""
        at = bisect_right(self.spots, (start, -1, ""))
        at = at - 1 if at and self.spots[at - 1][1] > start else at
        kinds = []
        while at < len(self.spots) and self.spots[at][0] < end:
            kinds.append(self.spots[at][2])
            at += 1
        return tuple(dict.fromkeys(kinds))


class Disguises:
    """Finds and rewrites what is hidden."""

    def __init__(self, terms: Iterable[Term] = (), ready: Columns | None = None) -> None:
        words = vocabulary(terms)
        self._hidden_words = Hidden(ready.hidden.joined(words) if ready else words)

    def rewrite(self, folded: str) -> Rewritten | None:
        """The text with hidden words written out, or None when nothing suspicious hides a known word."""
        changes = sorted(self._changes(folded))
        if not changes:
            return None
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        spots: list[tuple[int, int, str]] = []
        at = 0
        size = 0
        for start, end, word, kind in changes:
            if start < at:
                continue
            parts.append(folded[at:start])
            starts.extend(range(at, start))
            ends.extend(range(at + 1, start + 1))
            size += start - at
            parts.append(word)
            starts.extend([start] * len(word))
            ends.extend([end] * len(word))
            # A dropped separator marks the letters on both sides of it.
            spots.append((size - (not word), size + len(word) + (not word), kind))
            size += len(word)
            at = end
        parts.append(folded[at:])
        starts.extend(range(at, len(folded)))
        ends.extend(range(at + 1, len(folded) + 1))
        return Rewritten("".join(parts), starts, ends, spots)

    def _changes(self, folded: str) -> Iterator[tuple[int, int, str, str]]:
        taken: list[tuple[int, int]] = []
        for found in _SPACED.finditer(folded) if not folded.isascii() or _apart(folded) else ():
            for part in re.finditer(r"\S(?:\S| (?! ))*", found.group()):
                joined = re.sub(r"[^\w]|_", "", part.group())
                known = self._hidden_words.joined(joined)
                if known:
                    start = found.start() + part.start()
                    taken.append((start, found.start() + part.end()))
                    yield *taken[-1], known, SEPARATED
        looked = 0
        for first, last in _suspicious(folded):
            if last - first > _LONGEST:
                continue
            looked += 1
            if looked > _MOST:
                break
            if any(start < last and first < end for start, end in taken):
                continue
            yield from self._hidden(folded[first:last], first)
        if not folded.isascii():
            yield from self._without_spaces(folded)

    def _without_spaces(self, folded: str) -> Iterator[tuple[int, int, str, str]]:
        """Blots and separators in scripts without spaces, and Korean initials."""
        for found in islice(_WIDE_MASKED.finditer(folded), _MOST_BLOTTED):
            for start, end, word in self._hidden_words.wide(found.group()[:_LONGEST]):
                yield found.start() + start, found.start() + end, word, MASKED
        for found in islice(_INITIALS.finditer(folded), _MOST_BLOTTED):
            word = self._hidden_words.consonants(found.group())
            if word:
                yield found.start(), found.end(), word, INITIALS
        for run in islice(_WIDE_SPACED.finditer(folded), _MOST_BLOTTED):
            for at in range(*run.span()):
                if folded[at] == " ":
                    yield at, at + 1, "", SEPARATED
        for found in _WIDE_SEPARATED.finditer(folded):
            yield found.start(), found.end(), "", SEPARATED

    def _hidden(self, token: str, at: int) -> Iterator[tuple[int, int, str, str]]:
        """What a suspicious token hides: whole, or without the punctuation around it, or one of its hyphened parts."""
        core = token.strip(".,;:()[]{}\"'«»“”?…")
        start = at + token.find(core) if core else at
        answer = self._hidden_words.word(core)
        if answer:
            yield start, start + len(core), *answer
            return
        for word, offset in _parts(core):
            answer = self._hidden_words.word(word)
            if answer:
                yield start + offset, start + offset + len(word), *answer


def _suspicious(folded: str) -> Iterator[tuple[int, int]]:
    """The words that hold something odd, in order."""
    places = [found.start() for found in _ODD.finditer(folded)]
    runs = [found.start() for found in _RUNS.finditer(folded)]
    if runs:
        places = sorted([*places, *runs])
    if not folded.isascii():
        places = sorted([*places, *(found.start() for found in _MIXED.finditer(folded))])
    end = 0
    for place in places:
        if place >= end:
            lead = _LEAD.match(folded, end, place)
            word = _TOKEN.match(folded, lead.end() if lead else end)
            if word is not None:
                end = word.end()
                yield word.span()


class _Shapes(dict[int, str]):
    """Letters as "a", separators of spaced-out words as spaces, all else as "#"."""

    def __missing__(self, code: int) -> str:
        value = "a" if chr(code).isalpha() else " " if chr(code) in " .-_*·•" else "#"
        self[code] = value
        return value


_SHAPES = _Shapes()


def _apart(folded: str) -> bool:
    """Whether two letters stand alone beside each other, as in a spaced-out word: five times faster than its pattern."""  # noqa: E501
    shape = f"#{folded}#".translate(_SHAPES)
    return " a a " in shape or "#a a " in shape or " a  a " in shape or "#a  a " in shape


def _parts(core: str) -> Iterator[tuple[str, int]]:
    """Hyphened or slashed parts of a token, with their offsets."""
    if not re.search(r"[-/]", core):
        return
    for found in re.finditer(r"[^-/]+", core):
        if found.group() != core:
            yield found.group(), found.start()
