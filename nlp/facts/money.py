"""Which currency a sign or word beside a number means."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from nlp.facts.tables import Words, countries, home, rows, tongues
from nlp.text import Folded

_SMALL_COUNT = 10


class Sign(NamedTuple):
    """A currency sign or word: ISO 4217 code or family (*DOLLAR), side b(efore) a(fter) ba, languages, spelling."""

    currency: str
    side: str
    langs: frozenset[str]
    spelling: str


class Money(NamedTuple):
    """A currency read beside a number, and the folded offsets of its sign."""

    currency: str
    start: int
    end: int


@lru_cache(maxsize=1)
def signs() -> Words[Sign]:
    """The table of currency signs and words."""
    return Words((word, Sign(money, side, frozenset(langs.split()), spelling))
                 for word, money, side, langs, spelling in rows("currencies.tsv"))  # fmt: skip


@lru_cache(maxsize=1)
def families() -> dict[str, tuple[str, frozenset[str]]]:
    """Shared signs: family → what it means without evidence, and what it can mean."""
    return {family: (default, frozenset(members.split())) for family, default, members in rows("families.tsv")}


def resolve(currency: str, language: str, country: str) -> str:
    """The ISO 4217 code of a sign: that of the site's country where the sign can mean it, else its commonest meaning."""  # noqa: E501
    if not currency.startswith("*"):
        return currency
    at = home(language, country)
    local = countries().get(at, ("", "", ()))[0]
    if currency == "*HOME":
        return local
    default, members = families()[currency]
    return local if local in members else default


def glued(text: str, end: int) -> bool:
    """Whether a currency word starts right at `end` (450kđ)."""
    return any("a" in sign.side for found in signs().at(text, end) for sign in found.value)


def after(view: Folded, end: int, language: str, country: str, value: float = 0.0) -> Money | None:
    """The currency that follows a number ending at `end`, over at most two spaces."""
    text, at = view.text, end
    while at < len(text) and at < end + 2 and text[at] == " ":
        at += 1
    langs = tongues(language, country)
    for found in signs().at(text, at):
        for sign in found.value:
            if "a" in sign.side and _fits(view, found.start, found.end, sign, langs, language, country):
                word = text[found.start : found.end]
                if word in ("块", "塊") and value < _SMALL_COUNT and text[found.end : found.end + 1].isalpha():
                    continue  # 3块象牙 is three pieces
                if len(word) == 1 and not word.isascii() and _goes_on(text, found.end):
                    continue
                return Money(resolve(sign.currency, language, country), found.start, found.end)
    return None


def before(view: Folded, start: int, language: str, country: str) -> Money | None:
    """The currency that stands before a number starting at `start`, over at most two spaces or a colon."""
    text, at = view.text, start
    while at > 0 and at > start - 2 and text[at - 1] in " :=":
        at -= 1
    langs = tongues(language, country)
    for found in signs().before(text, at):
        for sign in found.value:
            if "b" not in sign.side or not _fits(view, found.start, found.end, sign, langs, language, country):
                continue
            if (
                found.end - found.start == 1
                and text[found.start].isalpha()
                and (at != start or not _capital(view, found.start))
            ):
                continue
            return Money(resolve(sign.currency, language, country), found.start, found.end)
    return None


def _fits(view: Folded, start: int, end: int, sign: Sign, langs: frozenset[str], language: str, country: str) -> bool:
    if sign.langs and not sign.langs & (langs | {country.lower()}):
        return False
    word = view.text[start:end]
    if len(word) <= 2 and word.isascii() and word.isalpha() and not sign.currency.startswith("*"):
        local = countries().get(home(language, country), ("", "", ()))[0]
        if local != sign.currency and not _capital(view, start):
            return False
    if sign.spelling and sign.spelling != "slang":
        first, last = view.span(start, end)
        return view.original[first:last].casefold() == sign.spelling
    return True


def _capital(view: Folded, at: int) -> bool:
    first, last = view.span(at, at + 1)
    return view.original[first:last].isupper()


def _goes_on(text: str, end: int) -> bool:
    """A letter of the Thai, Lao, Khmer, Burmese or Arabic blocks follows a one-letter sign."""
    return end < len(text) and (0x600 <= ord(text[end]) < 0x700 or 0xE00 <= ord(text[end]) < 0x1100)
