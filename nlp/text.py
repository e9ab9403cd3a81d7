"""Folding of text for matching, with the way back to the original offsets.

Lane 1 (`fold`): NFKC, casefold, invisible characters out, marks dropped for Latin, Greek, Cyrillic and Arabic only
(in Thai, Lao, Khmer, Burmese and the Indic scripts marks are vowels), letters of one sound in Arabic made one,
digits of all scripts made ASCII. Lane 2 is in `nlp.disguise`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Latin letters that no decomposition reaches.
_LETTERS = {"đ": "d", "ø": "o", "ł": "l", "ı": "i", "ħ": "h", "ŧ": "t", "ɡ": "g", "ʻ": "'", "’": "'",
"‘": "'", "ʼ": "'",
            "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ة": "ه", "ک": "ك",
            "گ": "ك", "ؤ": "و", "ئ": "ي",
            "ё": "е", "Ё": "е"}  # fmt: skip
# Combining marks that are dropped: general, Cyrillic, Arabic (with tatweel), Devanagari nukta, and their extensions.
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u064b-\u065f\u0670\u0610-\u061a\u06d6-\u06dc\u0640\u093c\u1ab0-\u1aff\u1dc0-\u1dff"
    "\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
# A character and the marks that compose with it; at most 32 so that a pile of marks costs no more than its length.
_CLUSTER = re.compile("(?s).[\u0300-\u036f\u1161-\u11ff\u3099\u309a\uff9e\uff9f]{0,32}")
_NEEDS_CLUSTERS = re.compile("[\u0300-\u036f\u1161-\u11ff\u3099\u309a\uff9e\uff9f]")
_KEEP_MARKED = re.compile("[\u0400-\u04ff]")


def fold_cluster(cluster: str) -> str:
    """The folded form of one character with its marks: "" for what is invisible."""
    if cluster.isascii():
        return cluster.lower()
    out = []
    for char in unicodedata.normalize("NFKC", cluster).casefold():
        kind = unicodedata.category(char)
        if kind in ("Cf", "Cs", "Co") or _MARKS.match(char):
            continue
        if kind == "Nd":
            out.append(str(unicodedata.digit(char)))
            continue
        if char in _LETTERS:
            out.append(_LETTERS[char])
        elif kind == "Ll" and not _KEEP_MARKED.match(char):
            base = _MARKS.sub("", unicodedata.normalize("NFD", char))
            out.extend(_LETTERS.get(part, part) for part in base)
        else:
            out.append(" " if kind in ("Zs", "Zl", "Zp") else char)
    return "".join(out)


class _Table(dict[int, str]):
    """`str.translate` table that learns each character once; `odd` collects those that change the length."""

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()

    def __missing__(self, code: int) -> str:
        char = chr(code)
        value = fold_cluster(char)
        if len(value) != 1:
            self.odd.add(char)
        self[code] = value
        return value


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text and, for each of its characters, where it came from (`None`: the offsets are the same)."""

    text: str
    original: str
    starts: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Original offsets of folded `start:end`, with the marks that belong to the last character."""
        if self.starts is None:
            return start, end
        if start >= end:
            at = self.starts[start] if start < len(self.starts) else len(self.original)
            return at, at
        stop = self.starts[end] if end < len(self.starts) else len(self.original)
        last = self.starts[end - 1]
        # Characters that folded to nothing after the last one are left out, but for marks on it.
        cut = last + 1
        while cut < stop and (_MARKS.match(self.original[cut]) or _NEEDS_CLUSTERS.match(self.original[cut])):
            cut += 1
        return self.starts[start], min(max(cut, last + 1), max(stop, last + 1))


def fold(text: str) -> Folded:
    """Lane 1. Linear in the length of the text; lone surrogates and control characters do no harm."""
    if text.isascii():
        return Folded(text.lower(), text)
    if _NEEDS_CLUSTERS.search(text):
        return _by_cluster(text)
    folded = text.translate(_TABLE)
    if len(folded) == len(text) and (not _TABLE.odd or _TABLE.odd.isdisjoint(text)):
        return Folded(folded, text)
    starts: list[int] = []
    for at, char in enumerate(text):
        size = len(_TABLE[ord(char)])
        if size == 1:
            starts.append(at)
        elif size:
            starts.extend([at] * size)
    return Folded(folded, text, starts)


def _by_cluster(text: str) -> Folded:
    parts: list[str] = []
    starts: list[int] = []
    for found in _CLUSTER.finditer(text):
        cluster, at = found.group(), found.start()
        value = _TABLE[ord(cluster)] if len(cluster) == 1 else fold_cluster(cluster)
        if not value:
            continue
        parts.append(value)
        apart = [_TABLE[ord(char)] for char in cluster] if len(cluster) > 1 else []
        if apart and "".join(apart) == value:  # nothing composed: each character keeps its own place
            starts.extend(at + number for number, piece in enumerate(apart) for _ in piece)
        else:
            starts.extend([at] * len(value))
    return Folded("".join(parts), text, starts)


def keys(words: Sequence[str]) -> list[str]:
    """The keys of many words at once: a table of 60,000 in a quarter of the time."""
    lines = "\n".join(words).translate(_TABLE).split("\n")
    if len(lines) != len(words):  # a word with a line end of its own
        return [key(word) for word in words]
    return [
        key(word) if _NEEDS_CLUSTERS.search(word) else " ".join(line.split())
        for word, line in zip(words, lines, strict=True)
    ]


def key(word: str) -> str:
    """The folded form of a term, inner spaces made one: what the automaton is built from."""
    return " ".join(fold(word).text.split())
