"""Numbers said in words: "twelve", "两万八", "laki tatu na nusu", "साढ़े तीन लाख"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

import regex
from ahocorasick_rs import AhoCorasick, Implementation

from nlp.facts.tables import home, rows, tongues
from nlp.text import Folded, key

_UNSPACED = frozenset(["th", "lo", "km", "my", "zh", "ko"])
_REVERSED = frozenset({"sw"})  # laki tatu: the multiplier stands first
_MYRIADS = frozenset({"zh", "ja", "ko"})
_WORD = re.compile(r"[a-z]+")
_LONGEST, _MOST = 24, 3000


class Token(NamedTuple):
    """One number word: kind n (adds), x (multiplies), teen (adds ten), half, plushalf, and."""

    kind: str
    value: float


class Numerals(NamedTuple):
    """The number words of one language and the pattern that finds a run of them."""

    words: dict[str, Token]
    run: Any  # a pattern of re or regex
    one: Any
    starts: AhoCorasick

    def runs(self, text: str) -> Iterator[Any]:
        """The runs of number words, tried only where one of the words stands: the pattern alone tries every word."""
        last = 0
        for _, start, _ in sorted(self.starts.find_matches_as_indexes(text, overlapping=True), key=itemgetter(1)):
            if start >= last and (found := self.run.match(text, start)):
                last = found.end()
                yield found


@lru_cache(maxsize=64)
def numerals(language: str) -> Numerals | None:
    """The table of one language; None where there is none."""
    words: dict[str, Token] = {}
    for lang, kind, value, forms in rows("numerals.tsv"):
        if lang == language:
            for form in forms.split("|"):
                words.setdefault(key(form), Token(kind, float(value)))
    if not words:
        return None
    starts = AhoCorasick([*words], implementation=Implementation.ContiguousNFA)
    choice = "|".join(regex.escape(word) for word in sorted(words, key=len, reverse=True))
    if language in _UNSPACED:
        return Numerals(words, regex.compile(f"(?:{choice}){{1,{_LONGEST}}}+"), regex.compile(choice), starts)
    if language not in ("hi", "bn"):  # no vowel signs: the standard library is the faster one
        choice = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        run = rf"\b(?:{choice})\b(?:[ -]{{1,2}}(?:{choice})\b){{0,{_LONGEST}}}+"
        return Numerals(words, re.compile(run), re.compile(rf"\b(?:{choice})\b"), starts)
    edge, end = r"(?<![\w\p{M}'])", r"(?![\w\p{M}])"
    joint = r"[ -]{1,2}"
    run = f"{edge}(?:{choice}){end}(?:{joint}(?:{choice}){end}){{0,{_LONGEST}}}+"
    return Numerals(words, regex.compile(run), regex.compile(f"{edge}(?:{choice}){end}"), starts)


def spoken(text: str, language: str, country: str = "") -> Iterator[tuple[int, int, float, bool]]:
    """Runs of number words in a folded text: start, end, value, whether something was multiplied."""
    done: set[int] = set()
    order = [language, *sorted(tongues(language, home(language, country)) - {language, "en", "in"})]
    for lang in (*order[:3], "en") if language != "en" else ("en",):
        table = numerals("zh" if lang == "ja" else lang)
        if table is None:
            continue
        for found in islice(table.runs(text), _MOST):
            if found.start() in done:
                continue
            tokens = [
                (table.words[m.group()], m.start(), m.end())
                for m in table.one.finditer(text, found.start(), found.end())
            ]
            while tokens and tokens[-1][0].kind == "and":
                tokens.pop()
            while tokens and tokens[0][0].kind == "and":
                tokens.pop(0)
            if not tokens or tokens[0][0].kind == "and":
                continue
            if lang in _REVERSED:  # kilo moja | laki tatu
                first = next((at for at, (token, _, _) in enumerate(tokens) if token.kind == "x"), 0)
                tokens = tokens[first:]
            parts = [token for token, _, _ in tokens]
            value = _reversed(parts) if lang in _REVERSED else evaluate(parts, myriads=lang in _MYRIADS)
            if value > 0:
                done.add(found.start())
                yield tokens[0][1], tokens[-1][2], value, any(part.kind == "x" for part in parts)


def spoken_at(text: str, end: int) -> bool:
    """Whether a Swahili number word or a digit follows `end` after a space: then a multiplier there belongs to it."""
    table = numerals("sw")
    if table is None or text[end : end + 1] != " ":
        return False
    return text[end + 1 : end + 2].isdigit() or table.one.match(text, end + 1) is not None


def evaluate(tokens: list[Token], *, myriads: bool = False) -> float:
    """The value of number words in the usual order. `myriads`: tens of thousands lead (zh, ja, ko), 三万五 = 35,000."""
    total = section = number = plus = 0.0
    last, fresh, big = 1.0, False, 10000 if myriads else 1000
    for (kind, value), following in zip(tokens, [*tokens[1:], Token("", 0)], strict=True):
        if kind == "n":
            # digits read out follow each other (二五); words add up (twenty five)
            number = number * 10 + value if fresh and value < 10 else number + value
            fresh = number > 0 and value < 10
        elif kind == "teen":
            number += 10
        elif kind == "plushalf":
            plus = value
        elif kind == "half":
            if following.kind == "x":  # dua setengah juta
                number += 0.5
            else:
                total += last / 2
        elif kind == "x":
            if value < big:
                section, number = section + (number or 1) * value, 0.0
            else:
                total, section, number, plus = total + (section + number + plus or 1) * value, 0.0, 0.0, 0.0
            last, fresh = value, False
    if myriads and fresh and number < 10 and last >= 100:
        number *= last / 10
    return total + section + number + plus


def _reversed(tokens: list[Token]) -> float:
    """Swahili: laki tatu na nusu = 3.5 × 100,000; elfu kumi na tano = 15,000; a plain number as usual."""
    if not any(kind == "x" for kind, _ in tokens):
        return evaluate(tokens)
    total, scale, number, half = 0.0, 1.0, 0.0, False
    for kind, value in tokens:
        if kind == "x":
            total += ((number or (scale > 1)) + half * 0.5) * scale if scale > 1 else number
            scale, number, half = value, 0.0, False
        elif kind == "half":
            half = True
        elif kind == "n":
            number += value
    return total + ((number or 1) + half * 0.5) * scale


@lru_cache(maxsize=1)
def _vietnamese() -> dict[str, set[str]]:
    """The ways of writing each Vietnamese number word, by its folded form."""
    out: dict[str, set[str]] = {}
    for lang, _, _, words in rows("numerals.tsv"):
        for word in (word for phrase in words.split("|") if lang == "vi" for word in phrase.split()):
            out.setdefault(key(word), set()).add(unicodedata.normalize("NFC", word.casefold()))
    return out


def without_other_words(folded: Folded, text: str) -> str:
    """The text without words that differ from number words in their accents: "tù" (prison) is not "tư" (four)."""
    pieces, at = [], 0
    for found in _WORD.finditer(text):
        known = _vietnamese().get(found.group())
        if known is None:
            continue
        first, last = folded.span(*found.span())
        if found.group() == "nam" and text[found.start() - 2 : found.start()] == "\x00 ":
            pieces += [text[at : found.start()], "\x00" * 3]  # 11 năm: years
            at = found.end()
            continue
        written = unicodedata.normalize("NFC", folded.original[first:last].casefold())
        if not written.isascii() and written not in known:
            pieces += [text[at : found.start()], "\x00" * len(found.group())]
            at = found.end()
    return "".join([*pieces, text[at:]])
