"""Prices in text: the number as people write it, and the currency from sign, country and language."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

import regex

from spiders.extract.marks import mark
from spiders.items import Price


def _lines(name: str) -> list[str]:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()[1:]


# The zero of each script whose digits prices are written in: Arabic, Persian, Devanagari, Bengali, Thai, Lao, Burmese, Khmer, wide.  # noqa: E501
_ZEROES = (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xED0, 0x1040, 0x17E0, 0xFF10)
_DIGITS = {ord(char): str(unicodedata.digit(char)) for first in _ZEROES for char in map(chr, range(first, first + 10))}

_OTHER = str.maketrans({"٫": ".", "٬": ",", "，": ",", "．": ".", "’": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\u200e": "", "\u200f": "", "\u200b": "", "＄": "$", "￥": "¥"})  # fmt: skip  # noqa: E501
# Groups first (1.234.567,89 and 1 234 567.89 and 12,34,567), then plain digits; bounded so that no input is slow.
NUMBER = mark("money", "number", ignore_case=False)
# What follows a number and multiplies it. `tr` and `k` only where they touch or nearly touch the number.
_TIMES: dict[str, int] = {}
_IMPLIED: dict[str, str] = {}
for _word, _tens, _code in (line.split("\t") for line in _lines("multipliers.tsv")):
    _TIMES[_word], _IMPLIED[_word] = int(_tens), _code
_SUFFIX = regex.compile(
    r"\s?("
    + "|".join(sorted(map(regex.escape, _TIMES), key=len, reverse=True))
    + r")(?:(\d)(?![\d.,]))?(?![\p{Latin}\p{Cyrillic}\p{Arabic}\p{Thai}\p{Hangul}\d²³])",
    regex.I,
)
_SPLIT_SIGN = re.compile(r"\b(US|AU|CA|NZ|HK|NT|SG|MX|A|C|S|R)\s\$")
_SPLIT_CENTS = re.compile(r"(?<=\d)(\d)([.,])\s(\d\d)(?=\s*(?:$|[^\s\d.,%\w]|zł|TL|kr|Kč|руб))")
_THREE_DECIMALS = frozenset({"KWD", "BHD", "OMR", "JOD", "TND", "IQD"})
_FREE = frozenset(
    [
        "free",
        "gratis",
        "kostenlos",
        "verschenken",
        "gratuit",
        "免费",
        "免費",
        "無料",
        "무료",
        "ฟรี",
        "percuma",
        "бесплатно",
        "ücretsiz",
        "مجاني",
        "bure",
    ]
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a page says about where it is: decides what a bare `$` or `kr` means. Codes ISO 3166 and ISO 639-1."""

    country: str = ""
    language: str = ""
    currency: str = ""
    """A currency the page itself names somewhere (its metadata)."""


@dataclass(frozen=True, slots=True)
class Money:
    """One price found: amount, currency (None when bare), where it stands in the text, and whether a sign was there."""

    amount: Decimal
    currency: str | None
    start: int
    end: int
    signed: bool


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], dict[str, list[str]], dict[str, str]]:
    own: dict[str, str] = {}
    shared: dict[str, list[str]] = {}
    countries: dict[str, str] = {}
    for line in _lines("currencies.tsv"):
        code, places, signs, doubtful = ([*line.split("\t"), "", "", ""])[:4]
        for sign in signs.split():
            own.setdefault(sign.casefold(), code)
        for sign in doubtful.split():
            shared.setdefault(sign.casefold(), []).append(code)
        for place in places.split():
            countries.setdefault(place, code)
    return own, shared, countries


@lru_cache(maxsize=1)
def _signs() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Signs by their first and by their last character, lower case, the longest first."""
    own, shared, _ = _table()
    firsts: dict[str, list[str]] = {}
    lasts: dict[str, list[str]] = {}
    for sign in sorted({*own, *shared}, key=lambda one: (-len(one), one)):
        if sign not in _TIMES:
            firsts.setdefault(sign[0], []).append(sign)
            lasts.setdefault(sign[-1], []).append(sign)
    return firsts, lasts


def _worded(char: str) -> bool:
    # Scripts that part their words by spaces: a sign in them is one only when it stands alone.
    return char.isalpha() and char < "\u0e00"


_DEFAULTS = {"$": "USD", "¥": "JPY", "£": "GBP", "rs": "INR", "rs.": "INR", "₨": "INR", "rupees": "INR", "kr": "SEK", "kr.": "SEK",  # noqa: E501
             "元": "CNY", "yen": "JPY", "pounds": "GBP", "pound": "GBP", "р.": "RUB", "руб": "RUB", "руб.": "RUB"}  # fmt: skip  # noqa: E501
_BY_LANGUAGE = {"zh": "CNY", "ja": "JPY", "nb": "NOK", "no": "NOK", "nn": "NOK", "da": "DKK", "sv": "SEK", "is": "ISK", "hi": "INR",  # noqa: E501
                "ur": "PKR", "ne": "NPR", "si": "LKR", "sw": "KES", "th": "THB", "ms": "MYR", "ru": "RUB", "be": "BYN", "fa": "IRR",  # noqa: E501
                "he": "ILS", "vi": "VND", "id": "IDR", "ko": "KRW", "my": "MMK", "lo": "LAK", "km": "KHR"}  # fmt: skip


def currency_of(sign: str, setting: Setting | None = None) -> str | None:
    """The ISO 4217 code of a sign, code or word; None when it is none. A shared sign is settled by the page's setting."""  # noqa: E501
    key = sign.strip().translate(_OTHER).casefold()
    own, shared, countries = _table()
    where = setting or Setting()
    candidates = shared.get(key)
    if candidates is None:
        return own.get(key)
    for likely in (where.currency, countries.get(where.country, ""), _BY_LANGUAGE.get(where.language, "")):
        if likely and (likely in candidates or likely == own.get(key)):
            return likely
    return own.get(key) or _DEFAULTS.get(key)


def country_currency(country: str) -> str | None:
    """The currency used in a country (ISO 3166), None when unknown."""
    return _table()[2].get(country)


def amount_of(text: str, currency: str | None = None) -> Decimal | None:
    """The number written in `text` (digits and separators only): which separator is the decimal one is told by its place."""  # noqa: E501
    digits = text.strip().replace(" ", "").replace("'", "")
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return _decimal(digits)
    mark = digits[last]
    after = len(digits) - last - 1
    other = "," if mark == "." else "."
    if other in digits[:last]:  # 1.234,56
        decimals = digits.count(mark) == 1
    elif digits.count(mark) > 1:  # 1.234.567
        decimals = False
    elif after == 3:  # 1.234: a group, unless the currency has mills or the number starts with 0
        decimals = currency in _THREE_DECIMALS or digits.startswith("0") or last > 3
    else:
        decimals = True
    if decimals:
        return _decimal(digits[:last].replace(other, "").replace(mark, "") + "." + digits[last + 1 :])
    return _decimal(digits.replace(".", "").replace(",", ""))


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal("0" + text if text.startswith(".") else text)
    except InvalidOperation:
        return None


def find(text: str, setting: Setting | None = None) -> list[Money]:
    """Numbers of `text` (its first 2,000 characters) in order; those without a currency beside them have `signed` False."""  # noqa: E501
    plain = _SPLIT_SIGN.sub(r" \1$", text[:2000].translate(_DIGITS).translate(_OTHER))
    plain = _SPLIT_CENTS.sub(r"\1\2\3 ", plain)
    folded = plain.casefold() if len(plain.casefold()) == len(plain) else plain.lower()
    if len(folded) != len(plain):
        folded = plain
    results: list[Money] = []
    for number in NUMBER.finditer(plain):
        start, end = number.span()
        sign = _beside(folded, start, end, setting)
        code = currency_of(sign[2], setting) if sign else None
        amount = amount_of(number.group(), code)
        if amount is None:
            continue
        suffix = _SUFFIX.match(plain, end)
        if suffix and (power := _power(suffix, sign is not None)):
            amount = _scaled(number.group(), suffix, power, code)
            end = suffix.end()
            if sign is None:
                sign = _beside(folded, start, end, setting)
                code = currency_of(sign[2], setting) if sign else None
            code = code or _IMPLIED.get(suffix.group(1).casefold()) or None
        first, last = (min(start, sign[0]), max(end, sign[1])) if sign else (start, end)
        results.append(Money(amount, code, first, last, sign is not None))
    return results


def _power(suffix: regex.Match[str], signed: bool) -> int:
    word = suffix.group(1).casefold()
    bare = word in {"m", "mn", "mil", "bin", "cr", "ty"} or (word in {"k", "tr"} and suffix.group().startswith(" "))
    return 0 if bare and not signed else _TIMES.get(word, 0)


def _scaled(number: str, suffix: regex.Match[str], power: int, code: str | None) -> Decimal:
    # Before a large multiplier a single mark is decimal: 1,5 jt; 1.250 triệu.
    marks = number.count(",") + number.count(".")
    value = amount_of(number, "KWD" if marks == 1 and power >= 6 else code) or Decimal(0)
    if suffix.group(2):  # 3tr5 is 3.5 million
        value += Decimal(suffix.group(2)) / 10
    value = value.scaleb(power)
    return Decimal(int(value)) if value == value.to_integral_value() else value


def _beside(folded: str, start: int, end: int, setting: Setting | None) -> tuple[int, int, str] | None:
    before = _before(folded, start, setting)
    after = _after(folded, end, setting)
    if before and after and before[2] in _table()[1]:  # "$ 5.00 USD": the clearer sign of the two
        return after
    return before or after


def _before(folded: str, start: int, setting: Setting | None) -> tuple[int, int, str] | None:
    place = start
    while place > 0 and start - place < 3 and folded[place - 1] in " :.-":
        place -= 1
    for stop in (place, min(place + 1, start)):  # the point may belong to the sign: "Rs. 5"
        if stop == 0:
            continue
        for sign in _signs()[1].get(folded[stop - 1], ()):
            at = stop - len(sign)
            if at < 0 or not folded.startswith(sign, at):
                continue
            if _worded(sign[0]) and at > 0 and _worded(folded[at - 1]):
                continue
            if currency_of(sign, setting):
                return at, stop, sign
    return None


def _after(folded: str, end: int, setting: Setting | None) -> tuple[int, int, str] | None:
    place = end
    while place < len(folded) and place - end < 3 and folded[place] in " .,-*":
        place += 1
    for at in (place, end):  # ",-" is a sign of its own
        if at >= len(folded):
            continue
        for sign in _signs()[0].get(folded[at], ()):
            stop = at + len(sign)
            if not folded.startswith(sign, at):
                continue
            if _worded(sign[-1]) and stop < len(folded) and _worded(folded[stop]):
                continue
            if currency_of(sign, setting):
                return at, stop, sign
    return None


def read(text: str, setting: Setting | None = None, currency: str | None = None) -> Price | None:
    """The price a short text states; None when it states none. The first number with a sign wins, else the first number.

    `currency` is what is known from elsewhere and holds when the text has no sign of its own.
    """  # noqa: E501
    short = " ".join(text.split())[:300]
    found = find(short, setting)
    signed = [one for one in found if one.signed]
    best = signed[0] if signed else (found[0] if found else None)
    if best is None:
        if len(short) < 40 and any(word.strip("!.") in _FREE for word in short.casefold().split()):
            return Price(Decimal(0), currency, short)
        return None
    return Price(best.amount, best.currency or currency, short)
