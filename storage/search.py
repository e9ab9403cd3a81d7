"""Text as it is searched: one folding for what is stored and for what is asked, so that any script is found.

NFKC and case folded; what is neither letter, digit nor mark separates. Scripts written without spaces (Han, kana, Thai, Lao,
Khmer, Myanmar; Hangul too, whose particles cling to words) become overlapping pairs: 象牙手镯 → 象牙 牙手 手镯 镯. The single
character at the end lets a search for one character find it anywhere, as the start of a pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u19e0-\u19ff\u3005-\u3007\u3040-\u30ff\u3100-\u312f"
    "\u3130-\u318f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\ua9e0-\ua9ff\uaa60-\uaa7f\uac00-\ud7ff\uf900-\ufaff"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{UNSPACED}]")
_OLD = unicodedata.ucd_3_2_0
LONGEST = 60
"""Longest token, in characters; longer runs of letters are cut (an index entry must stay small)."""

PHONE = re.compile(r"(?<!\d)\+?\d(?:[ ().\-/]{0,3}\d){5,17}(?!\d)")
ASKED_NUMBER = re.compile(r"[\d ().\-/+]+")


def fold(*texts: str, numbers: Iterable[str] = ()) -> str:
    """What is stored for searching: the tokens of all texts, and of `numbers` (phones, ids) their digits in threes."""
    joined = "\n".join(texts)
    parts = list(_tokens(joined))
    found = dict.fromkeys(_digits(one) for one in (*PHONE.findall(unicodedata.normalize("NFKC", joined)), *numbers))
    for digits in found:
        if len(digits) >= 3:
            parts.extend(_threes(digits))
            parts.append("n")  # so that no phrase runs on from one number into the next
    return " ".join(parts)


def phrase(words: str) -> list[str]:
    """The tokens of what is asked, to be found one after the other."""
    tokens = list(_tokens(words))
    if tokens and len(tokens) > 1 and _pair(tokens[-2]) and len(tokens[-1]) == 1 and tokens[-2].endswith(tokens[-1]):
        tokens.pop()  # the run may go on in the text: its last character alone is no sign of an end
    return tokens


def prefix(words: str) -> bool:
    """Is the last token only the start of one? So it is for a single character of an unspaced script."""
    tokens = phrase(words)
    return len(tokens) > 0 and len(tokens[-1]) == 1 and bool(_UNSPACED.match(tokens[-1]))


def number_phrase(words: str) -> list[str]:
    """For a search of digits only (three or more): the tokens by which a part of a phone number is found."""
    plain = unicodedata.normalize("NFKC", words).strip()
    digits = _digits(plain)
    return list(_threes(digits)) if len(digits) >= 3 and ASKED_NUMBER.fullmatch(plain) else []


def _tokens(text: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    word: list[str] = []
    run: list[str] = []
    for one in folded:
        kind = _kind(one)
        if kind != "run" and run:
            yield from _pairs(run)
            run.clear()
        if (kind != "word" or len(word) >= LONGEST) and word:
            yield "".join(word)
            word.clear()
        if kind == "run":
            run.append(one)
        elif kind == "word":
            word.append(one)
        elif kind == "coded":
            yield f"u{ord(one):x}"
    if run:
        yield from _pairs(run)
    if word:
        yield "".join(word)


@lru_cache(maxsize=8192)
def _kind(one: str) -> str:
    """run (unspaced script), word, coded, or "" for what separates.

    SQLite's tokenizer knows the letters of Unicode 6.1 only. Letters that Unicode 3.2 did not have are written as codes, so
    that they are tokens for every tokenizer; so are symbols such as emoji, which traders use as words.
    """
    category = unicodedata.category(one)
    if category[0] in "LNM":
        if _OLD.category(one)[0] not in "LNM":
            return "coded"
        return "run" if _UNSPACED.match(one) else "word"
    return "coded" if category == "So" else ""


def _pairs(run: list[str]) -> Iterator[str]:
    for first, second in zip(run, run[1:], strict=False):
        yield first + second
    yield run[-1]


def _pair(token: str) -> bool:
    return len(token) == 2 and bool(_UNSPACED.match(token))


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(one)) for one in text if unicodedata.category(one) == "Nd")


def _threes(digits: str) -> Iterator[str]:
    for start in range(len(digits) - 2):
        yield f"n{digits[start : start + 3]}"
