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
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.lexicon import Term
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
COMPOUNDING = frozenset({"de", "nl"})
_ARABIC_BEFORE = frozenset(
    {"", "ال", "و", "ف", "ب", "ل", "ك", "لل", "وال", "بال", "فال", "كال", "ول", "وب", "ولل", "وبال"}
)
_ARABIC_AFTER = frozenset({"", "ات", "ين", "ون", "ه", "ها", "هم", "ي", "ان", "ا", "هما", "نا", "تين", "تان"})
_WIDE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U0001f300-\U0001faff"
_MANY, _ENOUGH = 5_000, 200
_PART = "A"  # no folded key holds a capital
_HANGUL_SHORT = 2
_STRICT = 4
_MIN_RAW = 2


class Hit(NamedTuple):
    """A term at folded offsets; `disguise` names what had to be undone to read it."""

    term: Term
    start: int
    end: int
    disguise: tuple[str, ...] = ()


def script(char: str) -> str:
    """The way a character's script is searched: alpha, arabic, hangul, kana, plain (no spaces between words) or
    none."""
    code = ord(char)
    if code < 0x2C0 or 0x370 <= code < 0x590 or 0x900 <= code < 0xE00 or 0x1E00 <= code < 0x2000:
        return "alpha" if char.isalnum() or unicodedata.category(char)[0] == "M" else "none"
    if 0x590 <= code < 0x900:
        return "arabic"
    if 0xAC00 <= code < 0xD7B0:
        return "hangul"
    if 0x30A0 <= code < 0x3100:
        return "kana"
    return "plain"


@cache
def simplified() -> dict[str, str]:
    """Traditional Chinese characters and their simplified form (OpenCC, Apache-2.0; see `nlp.build.han`)."""
    lines = Path(__file__).with_name("han.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {line[0]: line[2] for line in lines}


class _Spaces(dict[int, str]):
    """Everything that is neither letter, digit nor mark becomes a space; emoji and other symbols stay.

    Traditional characters become simplified ones, one for one, in terms and texts alike: the lists are written in
    simplified Chinese, and half of the sellers of Hong Kong and Taiwan were missed (recall .48 against .96).
    """

    def __init__(self) -> None:
        super().__init__()
        self._simplified = simplified()

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = unicodedata.category(char)
        value = " " if kind[0] in "PZC" or char in "|+=<>~^`$" else self._simplified.get(char, char)
        self[code] = value
        return value


_SPACES = _Spaces()


_EDGE = re.compile(rf"(?<=[a-z0-9])(?=[{_WIDE}])|(?<=[{_WIDE}])(?=[a-z0-9])")


def searchable(folded: str) -> tuple[str, list[int]]:
    """The text as the automaton sees it: punctuation as spaces, one space before and after, and one between Latin
    letters
    and scripts without spaces; the second value holds the positions of those added inside.
    """
    text = f" {folded.translate(_SPACES)} "
    if folded.isascii():
        return text, []
    added = [found.start() + place for place, found in enumerate(_EDGE.finditer(text))]
    return (_EDGE.sub(" ", text) if added else text), added


class Matcher:
    """All terms in one automaton. Cheap to ask; build it once."""

    def __init__(self, terms: Iterable[Term]) -> None:
        by_pattern: dict[str, list[Term]] = defaultdict(list)
        terms = list(terms)
        for term, plain in zip(terms, _plain([term.key for term in terms]), strict=True):
            if plain:
                by_pattern[_pattern(plain, term)].append(term)
                if _compounds(plain, term):
                    by_pattern[plain].append(term)
        self._terms: list[tuple[Term, ...]] = [tuple(group) for group in by_pattern.values()]
        self._lengths = [len(pattern) for pattern in by_pattern]
        self._modes = [_mode(pattern) for pattern in by_pattern]
        self._automaton = AhoCorasick(list(by_pattern), implementation=Implementation.ContiguousNFA)

    def scan(self, folded: str) -> list[Hit]:
        """All hits that stand at boundaries, overlapping ones too, as offsets into `folded`."""
        text, added = searchable(folded)
        hits: list[Hit] = []
        modes, every = self._modes, self._terms
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        for number, first, last in matches if len(matches) <= _MANY else _thinned(matches):
            start, end = first, last
            mode = modes[number]
            if mode == "strict":
                terms: Sequence[Term] = every[number]
                start, end = start + 1, end - 1
            elif mode == "left":
                terms = every[number] if unicodedata.category(text[end])[0] != "M" else ()
                start += 1
            elif mode == "alpha":
                rest = _word_after(text, end)
                terms = [t for t in every[number] if not rest or _ending(t, rest)]
                start += 1
            elif mode == "open":
                rest = _word_after(text, end)
                inside = text[start - 1] != " "
                terms = [t for t in every[number] if "open" in t.flags or (inside and len(rest) < 3)]
            else:
                terms = every[number] if _stands(mode, text, start, end) else ()
                if mode == "hangul" and text[start] == " ":
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


def _plain(keys: list[str]) -> list[str]:
    """The searchable forms of many keys at once, without the spaces around."""
    plain = [key for key in keys if key.isascii()]
    forms = iter(_PART.join(plain).translate(_SPACES).split(_PART) if plain else ())
    return [(next(forms) if key.isascii() else searchable(key)[0]).strip() for key in keys]


def _compounds(plain: str, term: Term) -> bool:
    """Whether a word is also searched as the last part of a compound: Käfig in Papageienkäfig."""
    return (term.lang in COMPOUNDING and term.kind in ("part", "innocent", "context") and term.cls != "negator"
            and len(plain) > 3 and " " not in plain)  # fmt: skip


def _pattern(plain: str, term: Term) -> str:
    """The string to search: with a leading space for alphabetic scripts, with both for short words."""
    first = script(plain[0])
    if "open" in term.flags:
        return plain
    if first == "hangul":
        return f" {plain}" if len(plain) <= _HANGUL_SHORT else plain
    if first != "alpha":
        return plain
    strict = (len(plain) <= _STRICT and term.lang not in ("ru", "hi", "bn", "tr")) or len(plain) < 3
    return f" {plain} " if strict and script(plain[-1]) == "alpha" else f" {plain}"


def _mode(pattern: str) -> str:
    if pattern[0] == " ":
        if pattern[-1] == " ":
            return "strict"
        if script(pattern[-1]) not in ("alpha", "hangul"):
            return "left"
        return "hangul" if script(pattern[1]) == "hangul" else "alpha"
    kind = script(pattern[0])
    return "open" if kind == "alpha" else kind


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


def _stands(mode: str, text: str, start: int, end: int) -> bool:
    """Boundary rules of the scripts that are searched without spaces."""
    after, before = text[end], text[start - 1] if start else " "
    if mode == "kana":
        # A katakana word inside a longer one is another word (サイ in サイズ), unless the hit is at least four long.
        left = script(before) == "kana"
        right = script(after) == "kana" and script(text[end - 1]) == "kana"
        return not (left or right) or (end - start >= 4 and not left)
    if mode == "arabic":
        stop = end
        while text[stop] != " " and stop - end < 5:
            stop += 1
        begin = start
        while begin and text[begin - 1] != " " and start - begin < 5:
            begin -= 1
        if end - start < 3 and end != stop:
            return False  # two letters and an ending are another word
        return text[begin:start] in _ARABIC_BEFORE and text[end:stop] in _ARABIC_AFTER
    if mode == "plain":
        # A vowel or tone mark after the last letter makes another syllable (งา in งาน needs more: see gating by
        # context).
        if unicodedata.category(after)[0] == "M":
            return False
        return not (script(text[end - 1]) == "kana" and script(after) == "kana")
    return True


def original(folded: Folded, hit: Hit) -> tuple[int, int]:
    """Offsets of a hit in the original text."""
    return folded.span(hit.start, hit.end)
