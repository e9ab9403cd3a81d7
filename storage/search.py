"""Text as it is searched: one folding for what is stored and for what is asked, so that any script is found.

NFKC and case folded; what is neither letter, digit nor mark separates, and so does the step from letters to digits
("100g" is found by "100 g", and the other way round). Scripts written without spaces (Han, kana, Thai,
Lao, Khmer, Myanmar; Hangul too, whose particles cling to words) become overlapping pairs: 象牙手镯 → 象牙 牙手 手镯 镯.
The single character at the end lets a search for one character find it anywhere, as the start of a pair.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x19E0, 0x19FF), (0x3005, 0x3007),
    (0x3040, 0x30FF), (0x3100, 0x318F), (0x31A0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xA960, 0xA97F),
    (0xA9E0, 0xA9FF), (0xAA60, 0xAA7F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x1B000, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip
"""Blocks of scripts written without spaces."""
LONGEST = 60
"""Longest token, in characters; longer runs of letters are cut (an index entry must stay small)."""
LONGEST_TEXT = 250_000
"""Most characters of a folded text. A tsvector of PostgreSQL holds 1 MB, each position of each token counted."""
NUMBERS = 500

PHONE = re.compile(r"(?<!\d)\+?\d(?:[ ().\-/]{0,3}\d){5,17}(?!\d)")
ASKED_NUMBER = re.compile(r"[\d ().\-/+]+")
ASCII = re.compile(rf"[a-z]{{1,{LONGEST}}}|[0-9]{{1,{LONGEST}}}")
UNSEEN = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
                    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]")  # fmt: skip
"""Characters without a look of their own (Unicode's Default_Ignorable_Code_Point): they hide words, and part none."""
_OLD = unicodedata.ucd_3_2_0


def fold(*texts: str, numbers: Iterable[str] = ()) -> str:
    """What is stored for searching: the tokens of all texts, and of `numbers` (phones, ids) their digits in threes.

    At most LONGEST_TEXT characters: numbers first, then the texts from their start.
    """
    joined = _normal("\n".join(texts))
    parts: list[str] = []
    for digits in list(dict.fromkeys(_digits(one) for one in (*numbers, *PHONE.findall(joined))))[:NUMBERS]:
        if len(digits) >= 3:
            parts.extend(_threes(digits))
            parts.append("n")  # so that no phrase runs on from one number into the next
    folded = " ".join([*parts, *_tokens(joined)])
    return folded if len(folded) <= LONGEST_TEXT else folded[:LONGEST_TEXT].rpartition(" ")[0]


def phrase(words: str) -> list[str]:
    """The tokens of what is asked, to be found one after the other."""
    tokens = list(_tokens(_normal(words)))
    if len(tokens) > 1 and len(tokens[-1]) == 1 and len(tokens[-2]) == 2 and unspaced(tokens[-2]):
        tokens.pop()  # the run may go on in the text: its last character alone is no sign of an end
    return tokens


def prefix(words: str) -> bool:
    """Is the last token only the start of one? So it is for a single character of an unspaced script."""
    tokens = phrase(words)
    return bool(tokens) and len(tokens[-1]) == 1 and unspaced(tokens[-1])


def number_phrase(words: str) -> list[str]:
    """For a search of digits only (three or more): the tokens by which a part of a phone number is found."""
    plain = _normal(words).strip()
    digits = _digits(plain)
    return list(_threes(digits)) if len(digits) >= 3 and ASKED_NUMBER.fullmatch(plain) else []


def unspaced(token: str) -> bool:
    """Is this text, or its start, of a script written without spaces?"""
    return any(first <= ord(token[0]) <= last for first, last in UNSPACED)


def _normal(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFKC", UNSEEN.sub("", text))


def _tokens(normal: str) -> Iterator[str]:
    """Tokens of a text in NFKC."""
    folded = normal.casefold()
    if folded.isascii():
        yield from ASCII.findall(folded)
        return
    for found in _pattern().finditer(unicodedata.normalize("NFKC", folded)):
        text = found.group()
        if found.lastgroup == "run":
            for first, second in pairwise(text):
                yield first + second
            yield text[-1]
        elif found.lastgroup == "code":
            yield f"u{ord(text):x}"
        else:
            yield text


@cache
def _pattern() -> re.Pattern[str]:
    """Words, numbers, runs of unspaced scripts, and single characters that are written as codes.

    SQLite's tokenizer knows the letters of Unicode 6.1 only. Letters that Unicode 3.2 did not have are therefore
    written as codes (`u1f418`), tokens for every tokenizer; so are symbols such as emoji, which traders use as words.
    """
    kinds: dict[str, list[str]] = {"word": [], "number": [], "run": [], "code": []}
    for number in range(0x10000):
        if kind := _kind(chr(number)):
            kinds[kind].append(re.escape(chr(number)))
    kinds["run"].append("\U00020000-\U0003fffd")
    kinds["code"].append("\U00010000-\U0001ffff\U000f0000-\U0010ffff")
    most = {"word": f"{{1,{LONGEST}}}", "number": f"{{1,{LONGEST}}}", "run": "+", "code": ""}
    return re.compile("|".join(f"(?P<{kind}>[{''.join(kinds[kind])}]{most[kind]})" for kind in kinds))


def _kind(one: str) -> str:
    category = unicodedata.category(one)
    if category[0] in "LNM":
        if _OLD.category(one)[0] not in "LNM":
            return "code"
        return "run" if unspaced(one) else "number" if category[0] == "N" else "word"
    return "code" if category == "So" else ""


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(one)) for one in text if unicodedata.category(one) == "Nd")


def _threes(digits: str) -> Iterator[str]:
    for start in range(len(digits) - 2):
        yield f"n{digits[start : start + 3]}"
