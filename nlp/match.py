"""Finding the words: one Aho-Corasick pass over folded text, then the boundaries.

Alphabetic scripts: punctuation is turned into spaces and a term is searched as " term", so the left boundary costs
nothing;
the right one is checked here, with the endings that each language may add. Scripts without spaces are searched as
they are.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.compiled import Columns
from nlp.lexicon import Term
from nlp.patterns import CUT, grouped, mode, script, searchable
from nlp.text import Folded

# Endings that may follow a term of at least five letters (four in Turkish and Russian), by language.
ENDINGS = {
    "en": re.compile(r"(?:s|es)\Z"),
    "de": re.compile(r"[a-z]{1,24}\Z"),
    "nl": re.compile(r"[a-z]{1,24}\Z"),
    "fr": re.compile(r"(?:s|x|e|es)\Z"),
    "es": re.compile(r"(?:s|es|ito|ita|itos|itas)\Z"),
    "pt": re.compile(r"(?:s|es|zinho|zinha|zinhos)\Z"),
    "it": re.compile(r"(?:i|e|o|a)\Z"),
    "tr": re.compile(
        r"(?:l[ae]r)?(?:[iuy]?m|[sy]?[iu]|n)?(?:n?[iu]n|[nyd]?[aei]|[dt][ae]n?|n[dt][ae]n?|y?l[ae]|l[iu]k?|s[iu]z|c[iu])?"
        r"(?:dir|dur|tir|tur)?\Z"
    ),
    "ru": re.compile(r"[а-я]{1,3}\Z"),
    "id": re.compile(r"(?:nya|ku|mu|lah)\Z"),
    "ms": re.compile(r"(?:nya|ku|mu|lah)\Z"),
    "hi": re.compile("[\u093e-\u094c\u0902\u0901]{1,3}\\Z"),
    "bn": re.compile("[\u09be-\u09cc\u0981\u0982রকগু]{1,4}\\Z"),
    "sw": re.compile(r"(?:ni)\Z"),
}
_ARABIC_BEFORE = frozenset(
    {"", "ال", "و", "ف", "ب", "ل", "ك", "لل", "وال", "بال", "فال", "كال", "ول", "وب", "ولل", "وبال"}
)
_ARABIC_AFTER = frozenset({"", "ات", "ين", "ون", "ه", "ها", "هم", "ي", "ان", "ا", "هما", "نا", "تين", "تان"})
_MANY, _ENOUGH = 5_000, 200


class Hit(NamedTuple):
    """A term at folded offsets; `disguise` names what had to be undone to read it."""

    term: Term
    start: int
    end: int
    disguise: tuple[str, ...] = ()


class Matcher:
    """All terms in one automaton: those made ready (`nlp.compiled`), and further ones. Cheap to ask; build it once."""

    def __init__(self, terms: Iterable[Term] = (), ready: Columns | None = None) -> None:
        self._ready = ready
        self._patterns = list(ready.patterns) if ready else []
        self._numbers = dict(zip(self._patterns, range(len(self._patterns)), strict=True))
        prefixes = ready.prefixes if ready else []
        self._sizes = ready.sizes() if ready else []
        self._added = grouped(terms)
        if self._added:
            prefixes = self._add(prefixes)
        self._groups: dict[int, tuple[str, Sequence[Term]]] = {}
        self._automaton = AhoCorasick(prefixes, implementation=Implementation.ContiguousNFA)

    def _add(self, prefixes: list[str]) -> list[str]:
        """Take in the patterns that are not there yet."""
        known = {prefix: number for number, prefix in enumerate(prefixes)}
        for one in self._added:
            if one in self._numbers:
                continue
            self._numbers[one] = len(self._patterns)
            self._patterns.append(one)
            place = known.setdefault(one[:CUT], len(known))
            if place == len(self._sizes):
                self._sizes.append([])
            if len(one) not in self._sizes[place]:
                self._sizes[place].append(len(one))
        return list(known)

    def _group(self, number: int) -> tuple[str, Sequence[Term]]:
        """The boundary rules and the terms of a pattern, made at its first hit."""
        one = self._patterns[number]
        mine, others = self._ready.terms(number) if self._ready and number < len(self._ready.patterns) else ([], [])
        found = self._groups[number] = (mode(one), (*mine, *self._added.get(one, ()), *others))
        return found

    def _matches(self, text: str) -> list[tuple[int, int, int]]:
        """All patterns in a text, by their ends, of those with one end the longest first: number, start, end."""
        numbers, sizes = self._numbers, self._sizes
        found: list[tuple[int, int, int]] = []
        for place, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for size in sizes[place]:
                number = numbers.get(text[start : start + size])
                if number is not None and start + size <= len(text):
                    found.append((start + size, start, number))
        found.sort()
        return [(number, start, end) for end, start, number in found]

    def scan(self, folded: str) -> list[Hit]:
        """All hits that stand at boundaries, overlapping ones too, as offsets into `folded`."""
        text, added = searchable(folded)
        hits: list[Hit] = []
        matches = self._matches(text)
        for number, first, last in matches if len(matches) <= _MANY else _thinned(matches):
            start, end = first, last
            rules, every = self._groups.get(number) or self._group(number)
            if rules == "strict":
                terms: Sequence[Term] = every
                start, end = start + 1, end - 1
            elif rules == "left":
                terms = every if unicodedata.category(text[end])[0] != "M" else ()
                start += 1
            elif rules == "alpha":
                rest = _word_after(text, end)
                terms = [t for t in every if not rest or _ending(t, rest)]
                start += 1
            elif rules == "open":
                rest = _word_after(text, end)
                inside = text[start - 1] != " "
                terms = [t for t in every if "open" in t.flags or (inside and len(rest) < 3)]
            else:
                terms = every if _stands(rules, text, start, end) else ()
                if rules == "hangul" and text[start] == " ":
                    start += 1
            if added:
                start, end = start - bisect_left(added, start), end - bisect_left(added, end)
            hits.extend(Hit(term, start - 1, end - 1) for term in terms)
        return hits


def _thinned(matches: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Of each word the first two hundred: a megabyte of one word says no more than they do."""
    seen: dict[int, int] = {}
    for match in matches:
        times = seen.get(match[0], 0)
        if times < _ENOUGH:
            seen[match[0]] = times + 1
            yield match


def _word_after(text: str, end: int) -> str:
    stop = end
    while text[stop] != " " and stop - end < 30:
        stop += 1
    return text[end:stop]


def _ending(term: Term, rest: str) -> bool:
    """Whether the language of the term may add `rest` to it."""
    pattern = ENDINGS.get(term.lang)
    if pattern is None or len(term.key) < (4 if term.lang in ("tr", "ru", "hi", "bn") else 5):
        return False
    return pattern.match(rest) is not None


def _stands(rules: str, text: str, start: int, end: int) -> bool:
    """Boundary rules of the scripts that are searched without spaces."""
    after, before = text[end], text[start - 1] if start else " "
    if rules == "kana":
        # A katakana word inside a longer one is another word (サイ in サイズ), unless the hit is at least four long.
        left = script(before) == "kana"
        right = script(after) == "kana" and script(text[end - 1]) == "kana"
        return not (left or right) or (end - start >= 4 and not left)
    if rules == "arabic":
        stop = end
        while text[stop] != " " and stop - end < 5:
            stop += 1
        begin = start
        while begin and text[begin - 1] != " " and start - begin < 5:
            begin -= 1
        if end - start < 3 and end != stop:
            return False  # two letters and an ending are another word
        return text[begin:start] in _ARABIC_BEFORE and text[end:stop] in _ARABIC_AFTER
    if rules == "plain":
        # A vowel or tone mark after the last letter makes another syllable (งา in งาน needs more: see gating by
        # context).
        if unicodedata.category(after)[0] == "M":
            return False
        return not (script(text[end - 1]) == "kana" and script(after) == "kana")
    return True


def original(folded: Folded, hit: Hit) -> tuple[int, int]:
    """Offsets of a hit in the original text."""
    return folded.span(hit.start, hit.end)
