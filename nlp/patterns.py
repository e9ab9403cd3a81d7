"""Words as the automaton has them: the script rules, the searchable form of a folded text, the pattern of a term."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nlp.lexicon import Term

COMPOUNDING = frozenset({"de", "nl"})
_WIDE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U0001f300-\U0001faff"
_PART = "A"  # no folded key holds a capital
_HANGUL_SHORT = 2
_STRICT = 4
CUT = 9
"""Characters of a pattern that the automaton looks for; what begins so is looked up whole. Built of whole patterns it
takes four times as long to build, and finds them no faster."""


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


def grouped(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """The terms by the patterns that find them."""
    out: dict[str, list[Term]] = {}
    terms = list(terms)
    for term, plain in zip(terms, plain_forms([term.key for term in terms]), strict=True):
        if plain:
            out.setdefault(pattern(plain, term), []).append(term)
            if compounds(plain, term):
                out.setdefault(plain, []).append(term)
    return out


def plain_forms(keys: list[str]) -> list[str]:
    """The searchable forms of many keys at once, without the spaces around."""
    plain = [key for key in keys if key.isascii()]
    forms = iter(_PART.join(plain).translate(_SPACES).split(_PART) if plain else ())
    return [(next(forms) if key.isascii() else searchable(key)[0]).strip() for key in keys]


def compounds(plain: str, term: Term) -> bool:
    """Whether a word is also searched as the last part of a compound: Käfig in Papageienkäfig."""
    return (term.lang in COMPOUNDING and term.kind in ("part", "innocent", "context") and term.cls != "negator"
            and len(plain) > 3 and " " not in plain)  # fmt: skip


def pattern(plain: str, term: Term) -> str:
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


def mode(pattern: str) -> str:
    """Which boundary rules a pattern is under."""
    if pattern[0] == " ":
        if pattern[-1] == " ":
            return "strict"
        if script(pattern[-1]) not in ("alpha", "hangul"):
            return "left"
        return "hangul" if script(pattern[1]) == "hangul" else "alpha"
    kind = script(pattern[0])
    return "open" if kind == "alpha" else kind
