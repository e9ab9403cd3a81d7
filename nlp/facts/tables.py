"""The word tables of this folder, and longest-match look-up at one place of a folded text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from nlp.text import Folded, fold, key

FOLDER = Path(__file__).parent
Value = TypeVar("Value")


class TableError(ValueError):
    """A row that cannot be used; the message names file and line."""


def rows(name: str) -> Iterator[list[str]]:
    """Rows of a table, header left out. Raises `TableError` for a row with another number of cells than its header."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    width = lines[0].count("\t") + 1
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != width:
            raise TableError(f"{name}:{number}: {len(cells)} cells, {width} wanted")
        yield cells


@lru_cache(maxsize=4)
def view(text: str) -> Folded:
    """The folded text; kept for the next fact that is read from the same field."""
    return fold(text)


def _spaced(code: int) -> bool:
    if code < 0x590 or 0x1E00 <= code < 0x2000:
        return chr(code).isalpha()
    return 0x590 <= code < 0xE00 and unicodedata.category(chr(code))[0] in "LM"


_LETTERS = frozenset(chr(code) for code in range(0x2000) if _spaced(code))
_RUN = re.compile("[" + "".join(sorted(_LETTERS)) + "]+")
_ASCII_RUN = re.compile("[a-z]+")


def spaced(char: str) -> bool:
    """Whether a letter belongs to a script that puts spaces between words (so that a word must end where it ends)."""
    return char in _LETTERS


@lru_cache(maxsize=4)
def runs(text: str) -> frozenset[str]:
    """The runs of such letters in a folded text: a phrase that begins with one stands in it only if its first run does."""  # noqa: E501
    return frozenset((_ASCII_RUN if text.isascii() else _RUN).findall(text))


def first_run(phrase: str) -> str:
    """The run of such letters that a folded phrase begins with, "" where it begins with another sign."""
    found = _RUN.match(phrase)
    return found.group() if found else ""


def ends(text: str, at: int) -> bool:
    """No word goes on through position `at`; a digit before it is no word."""
    return not (0 < at < len(text) and text[at] in _LETTERS and text[at - 1] in _LETTERS)


def stuck(text: str, at: int) -> bool:
    """A letter of an alphabetic script follows right at `at`."""
    return at < len(text) and text[at] in _LETTERS


def marked(word: str) -> str:
    """The word itself where it is Latin with accents that tell it from other words ("đôi", pair; "đối"), else ""."""
    return unicodedata.normalize("NFC", word.casefold()) if not word.isascii() and _LATIN_MARKED.match(word) else ""


def written_as(folded: Folded, start: int, end: int, word: str) -> bool:
    """Whether the text has a marked word with its own accents, or without any."""
    first, last = folded.span(start, end)
    written = folded.original[first:last]
    return written.isascii() or unicodedata.normalize("NFC", written.casefold()) == word


_LATIN_MARKED = re.compile("[\u0000-\u024f\u0300-\u036f\u1e00-\u1eff]+\\Z")


class Found(NamedTuple, Generic[Value]):
    """A table entry and where it stands in the folded text."""

    value: Value
    start: int
    end: int


class Words(Generic[Value]):
    """Longest entry that starts, or ends, at a position. A word may have several values (one a language)."""

    def __init__(self, entries: Iterable[tuple[str, Value]]) -> None:
        self._values: dict[str, list[Value]] = {}
        for word, value in entries:
            folded = key(word)
            if folded:
                self._values.setdefault(folded, []).append(value)
        self._first: dict[str, list[int]] = {}
        self._last: dict[str, list[int]] = {}
        for table, at in ((self._first, 0), (self._last, -1)):
            for word in self._values:
                sizes = table.setdefault(word[at], [])
                if len(word) not in sizes:
                    sizes.append(len(word))
            for sizes in table.values():
                sizes.sort(reverse=True)

    def __iter__(self) -> Iterator[tuple[str, list[Value]]]:
        return iter(self._values.items())

    def get(self, word: str) -> list[Value]:
        """The values of one folded word."""
        return self._values.get(word, [])

    def at(self, text: str, start: int, *, loose: bool = False) -> Iterator[Found[list[Value]]]:
        """Entries that begin at `start`, the longest first; a digit may stand before them. `loose`: may end in a word."""  # noqa: E501
        if start >= len(text):
            return
        for size in self._first.get(text[start], ()):
            values = self._values.get(text[start : start + size])
            if values is not None and start + size <= len(text) and (loose or ends(text, start + size)):
                yield Found(values, start, start + size)

    def before(self, text: str, end: int) -> Iterator[Found[list[Value]]]:
        """Entries that end at `end`, the longest first."""
        if end <= 0:
            return
        for size in self._last.get(text[end - 1], ()):
            if size <= end and ends(text, end - size):
                values = self._values.get(text[end - size : end])
                if values is not None:
                    yield Found(values, end - size, end)


@lru_cache(maxsize=1)
def countries() -> dict[str, tuple[str, str, tuple[str, ...]]]:
    """Country code → currency, calling code, languages of its trade (the first one leads)."""
    return {code: (money, phone, tuple(langs.split())) for code, money, phone, langs, _ in rows("countries.tsv")}


_HOME = {"vi": "VN", "th": "TH", "lo": "LA", "km": "KH", "my": "MM", "id": "ID", "ms": "MY", "tl": "PH", "zh": "CN",
         "ja": "JP", "ko": "KR", "ru": "RU", "hi": "IN", "bn": "BD", "tr": "TR", "sw": "TZ", "de": "DE", "fr": "FR",
         "it": "IT", "nl": "NL", "pt": "BR", "es": "", "ar": "", "en": ""}  # fmt: skip


@lru_cache(maxsize=1024)
def home(language: str, country: str) -> str:
    """The country to think of: the site's, else the one where most who write `language` live ("" when many do)."""
    return country or _HOME.get(language, "")


@lru_cache(maxsize=1024)
def tongues(language: str, country: str) -> frozenset[str]:
    """Languages whose words may stand in a text: its own, those of the site's country, English, and near kin."""
    out = {language, "en", *(countries().get(country, ("", "", ()))[2])}
    if out & {"id", "ms"}:
        out |= {"id", "ms"}
    if country == "IN":
        out |= {"hi", "in"}
    if out & {"zh", "ja"}:
        out.add("zh")
    return frozenset(out)
