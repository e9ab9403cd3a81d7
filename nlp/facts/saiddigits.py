"""Digits written as words or look-alike letters, put back as digits where they form a phone number."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import regex
from ahocorasick_rs import AhoCorasick, Implementation

from nlp.facts.tables import ends, rows
from nlp.text import key

_ZEROS = {"en": "zero|oh|o|nought", "vi": "không|zero", "th": "ศูนย์", "lo": "ສູນ", "km": "សូន្យ", "my": "သုည", "id": "nol|kosong",  # noqa: E501
          "ms": "kosong|sifar", "fr": "zero", "es": "cero", "pt": "zero", "de": "null", "it": "zero", "nl": "nul", "ru": "ноль|нуль",  # noqa: E501
          "ar": "صفر", "hi": "शून्य|जीरो|ज़ीरो", "sw": "sifuri", "tr": "sıfır", "tl": "sero|zero", "ko": "영|공", "zh": "零|洞|拐"}  # fmt: skip  # noqa: E501
_UNSPACED = frozenset(["th", "lo", "km", "my", "zh", "ko", "ja"])
_LOOKALIKE = regex.compile(r"(?<![\w+])[0o+][0-9oil|]{1,12}+(?:[ .\-]{1,2}[0-9oil|]{2,8}+){0,6}+(?![\w])")
_LETTERS = str.maketrans("oil|", "0111")
_FEWEST, _FEWEST_SAID, _SAID = 7, 4, 3
_DOUBLE = "(?:double|triple|doble|dobel|двойной)"
_BETWEEN = regex.compile(rf"(?:[\d ,.\-_·]|{_DOUBLE} ){{0,80}}+")
_DIGIT = re.compile(r"\d")
_READ = 100_000  # characters in which numbers are said in words; beyond stand long documents


class _Table(NamedTuple):
    """Digit words of some languages, their automaton, which of them need no spaces around, and the pattern of a run."""

    words: dict[str, str]
    counter: AhoCorasick
    tight: list[bool]
    run: regex.Pattern[str]

    def runs(self, text: str) -> bool:
        """Whether three digit words follow each other, with nothing but digits and their signs between: what the
        slower pattern needs."""
        follow, last = 0, 0
        for number, start, end in self.counter.find_matches_as_indexes(text, overlapping=True):
            if self.tight[number] or (ends(text, start) and ends(text, end)):
                follow = follow + 1 if follow and _BETWEEN.fullmatch(text, last, start) else 1
                last = max(last, end)
                if follow == _SAID:
                    return True
        return False


@lru_cache(maxsize=64)
def _table(langs: frozenset[str]) -> _Table | None:
    words: dict[str, str] = {}
    spaced: set[str] = set()
    tight: set[str] = set()
    for lang, kind, value, forms in rows("numerals.tsv"):
        if lang in langs and kind == "n" and value in "0123456789" and len(value) == 1:
            for form in forms.split("|"):
                words.setdefault(key(form), value)
                (tight if lang in _UNSPACED else spaced).add(key(form))
    for lang, forms in _ZEROS.items():
        if lang in langs:
            for form in forms.split("|"):
                words.setdefault(key(form), "0")
                (tight if lang in _UNSPACED else spaced).add(key(form))
    if not words:
        return None
    parts = []
    for group, edge in ((spaced, True), (tight, False)):
        choice = "|".join(regex.escape(word) for word in sorted(group, key=len, reverse=True))
        if choice:
            parts.append(rf"(?<![\w\p{{M}}])(?:{choice})(?![\w\p{{M}}])" if edge else f"(?:{choice})")
    item = "(?:" + "|".join([*parts, r"(?<!\d)\d{1,4}(?!\d)"]) + ")"
    double = rf"(?:{_DOUBLE} )?"
    counter = AhoCorasick(list(words), implementation=Implementation.ContiguousNFA)
    pattern = regex.compile(rf"(?:{double}{item}[ ,.\-_·]{{0,3}}){{4,20}}+")
    return _Table(words, counter, [word in tight for word in words], pattern)


def as_digits(text: str, langs: frozenset[str]) -> str:
    """The folded text with said digits as digits, padded with spaces to the same length.

    >>> as_digits("ring zero seven seven double oh nine hundred", frozenset({"en"}))[:6]
    'ring 0'
    """
    if _DIGIT.search(text) and ("o" in text or "l" in text or "|" in text or "i" in text):
        text = _LOOKALIKE.sub(_lookalike, text[:_READ]) + text[_READ:]
    table = _table(langs)
    if table is None:
        return text
    text, rest = text[:_READ], text[_READ:]
    words = table.words
    if len(table.counter.find_matches_as_indexes(text)) < _FEWEST_SAID or not table.runs(text):
        return text + rest
    out, last = [], 0
    for found in table.run.finditer(text):
        digits, said, repeat = [], 0, 1
        for part in regex.finditer(r"\d+|[^\d\W]+|[\p{L}\p{M}]+", found.group()):
            word = part.group()
            if word in ("double", "doble", "dobel", "triple"):
                repeat = 3 if word == "triple" else 2
            elif word.isdigit():
                digits.append(word * repeat)
                repeat = 1
            else:
                value = words.get(word) or _glued(word, words)
                said += len(value)
                digits.append(value * repeat)
                repeat = 1
        joined = "".join(digits)
        if said >= _SAID and len(joined) >= _FEWEST:
            size = len(found.group())
            out += [text[last : found.start()], joined.ljust(size)[:size]]
            last = found.end()
    return "".join([*out, text[last:], rest])


def _glued(word: str, words: dict[str, str]) -> str:
    """Digit words without spaces between them (一三八)."""
    out, at = [], 0
    while at < len(word):
        size = next((size for size in range(min(12, len(word) - at), 0, -1) if word[at : at + size] in words), 0)
        if not size:
            return ""
        out.append(words[word[at : at + size]])
        at += size
    return "".join(out)


def _lookalike(found: regex.Match[str]) -> str:
    word = found.group()
    digits = sum(char.isdigit() for char in word)
    signs = digits + sum(char in "oil|" for char in word)
    return word.translate(_LETTERS) if signs >= 9 and digits * 5 >= signs else word
