"""Amounts as people write them: digits of any script with their separators, multipliers, and number words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import regex

from nlp.facts.money import after, before, glued
from nlp.facts.tables import Words, ends, rows, tongues, view
from nlp.facts.wordnumbers import spoken, spoken_at, without_other_words
from nlp.text import Folded

_TAIL = regex.compile(r" ?(\d{1,4}+)(?![\d.,]\d)")
_MULTIPLIER_FIRST = frozenset({"sw", "my"})  # elfu 25, သိန်း ၂၀
_METRIC = frozenset("克米瓦")
_MOST = 3000  # numbers read in one field; prices and amounts traded stand before that
_GROUP_SPACE = frozenset(["fr", "ru", "es", "pt", "de", "it", "nl", "tr", "sw", "en", "und"])
_COMMA_DECIMAL = frozenset(["de", "fr", "es", "pt", "it", "nl", "ru", "tr", "id", "vi", "lo", "km"])
# 1,234.50 | 1 234 | 1,25,000 | 12,5 ; bounded, and possessive where it repeats.
NUMBER = regex.compile(
    r"(?<!\d[.,])(?:"
    r"(?<vulgar>(?:\d{1,3} )?\d{0,3}\d\u2044\d)"
    r"|(?<spaced>[1-9]\d{0,2}(?:[ \u202f]\d{3}){1,4}+(?:[.,]\d{1,2})?)(?![\d]|[.,]\d| \d)"
    r"|(?<grouped>\d{1,3}(?:(?:,\d{3}){1,5}+|(?:\.\d{3}){1,5}+|(?:'\d{3}){1,5}+|(?:\u066c\d{3}){1,5}+)(?:[.,\u066b]\d{1,2})?)(?!\d)"
    r"|(?<indian>\d{1,2}(?:,\d\d){1,3},\d{3}(?:\.\d{1,2})?)(?!\d)"
    r"|(?<plain>\d{1,15}+(?:[.,\u066b\u00b7]\d{1,4}+(?!\d))?)"
    r")"
)


_DIGIT = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number at folded offsets. `value` as money, `measure` as a measurement (they differ at 1.234)."""

    start: int
    end: int
    value: float
    measure: float
    digits: str
    multiplied: bool = False
    spoken: bool = False
    ruble: bool = False
    needs_money: bool = False


@dataclass(frozen=True, slots=True)
class Multiplier:
    """A word that multiplies; `flags`: sign (only beside a currency sign), money (only for money), rub, =spelling."""

    value: float
    langs: frozenset[str]
    flags: tuple[str, ...]


@lru_cache(maxsize=1)
def multipliers() -> Words[Multiplier]:
    """The table of multipliers."""
    return Words(
        (word, Multiplier(float(value), frozenset(langs.split()), tuple(flags.split())))
        for word, value, langs, flags in rows("multipliers.tsv")
    )


@lru_cache(maxsize=1)
def _halves() -> Words[frozenset[str]]:
    return Words(
        (word, frozenset((lang,)))
        for lang, kind, _, words in rows("numerals.tsv")
        if kind == "half"
        for word in words.split("|")
    )


def comma_decimal(language: str, country: str) -> bool:
    """Whether "1.234" is one thousand two hundred and thirty-four where this is written."""
    return language in _COMMA_DECIMAL and country not in ("MX", "GT", "SV", "HN", "NI", "PA", "DO", "PR", "PE", "TH")


def read(raw: str, *, money: bool, comma: bool) -> float:
    """The value of written digits. `comma`: the comma is the decimal sign here, when only that can tell."""
    raw = raw.replace(" ", "").replace("\u202f", "").replace("'", "").replace("\u066c", ",").replace("\u066b", ".")
    raw = raw.replace("\u00b7", ".")
    if "\u2044" in raw:
        whole, under = raw.split("\u2044")
        return float(whole[:-1] or 0) + float(whole[-1]) / max(1.0, float(under))
    marks = [char for char in raw if char in ".,"]
    if not marks:
        return float(raw)
    last = raw.rindex(marks[-1])
    after = len(raw) - last - 1
    if len(set(marks)) == 2:
        return _decimal(raw, last) if marks.count(marks[-1]) == 1 else _whole(raw)
    if len(marks) > 1:
        return _whole(raw)
    if after != 3 or raw.startswith("0"):
        return _decimal(raw, last)
    if money or (marks[0] == ".") == comma:
        return _whole(raw)
    return _decimal(raw, last)


def _decimal(raw: str, last: int) -> float:
    return float(_digits(raw[:last]) + "." + (_digits(raw[last + 1 :]) or "0"))


def _whole(raw: str) -> float:
    return float(_digits(raw))


def _digits(raw: str) -> str:
    return raw.replace(",", "").replace(".", "") or "0"


@lru_cache(maxsize=8)
def amounts(original: str, language: str, country: str) -> tuple[Amount, ...]:
    """All amounts of a text, in order, at folded offsets. `language` decides on 1.234, and which words multiply."""
    folded = view(original)
    text = folded.text
    langs = tongues(language, country)
    comma = comma_decimal(language, country)
    out: list[Amount] = []
    end = 0
    for digit in islice(_DIGIT.finditer(text), _MOST):
        found = NUMBER.match(text, digit.start()) if digit.start() >= end else None
        if found is None:
            continue
        raw, stop = found.group(), found.end()
        if found.group("spaced") and not _may_space(text, found.start(), raw, language, country):
            raw = raw.split(" ")[0]
            stop = found.start() + len(raw)
        amount = Amount(
            found.start(), stop, read(raw, money=True, comma=comma), read(raw, money=False, comma=comma), raw
        )
        grown = _multiply(folded, amount, language, country, langs)
        out.append(grown)
        end = grown.end
    left = text
    if out:
        pieces, at = [], 0
        for amount in out:
            pieces += [text[at : amount.start], "\x00" * (amount.end - amount.start)]
            at = amount.end
        left = "".join([*pieces, text[at:]])
    if language == "vi":
        left = without_other_words(folded, left)
    out.extend(
        Amount(start, end, value, value, "", by, True)
        for start, end, value, by in spoken(left, language, country)
        if not (text[start:end] == "千" and text[end : end + 1] in _METRIC)
    )
    return tuple(sorted(out, key=lambda amount: amount.start))


def _may_space(text: str, start: int, raw: str, language: str, country: str) -> bool:
    """Whether digits apart by spaces are one number here, and not a size and a price or a phone number."""
    if raw.count(" ") > 1 or language in _GROUP_SPACE - {"en", "und", "sw"}:
        return True
    before = text[max(0, start - 3) : start].rstrip()
    return (
        country in ("ZA", "KE", "TZ", "CA", "SE")
        or before[-1:] in ("$", "€", "£", "r", "¥", "₹")
        or before[-2:] == "rp"
    )


def _multiply(view: Folded, amount: Amount, language: str, country: str, langs: frozenset[str]) -> Amount:
    """The amount with the multipliers that follow it: "4tr8", "2 lakh 50 thousand", "3万5千", "1,5 juta"."""
    text, end, base = view.text, amount.end, read_fraction(amount)
    total, ruble, money, last = 0.0, False, False, 0.0
    while True:
        found = _multiplier(view, end, language, langs)
        if found is None or (language == "sw" and spoken_at(text, found[2])):
            break
        if "sign" in found[1].flags and not (
            before(view, amount.start, language, country) or after(view, found[2], language, country)
        ):
            break
        chain, multiplier, end = found
        ruble, money = ruble or "rub" in multiplier.flags, money or "money" in multiplier.flags
        total, last = total + base * chain, chain
        tail = _TAIL.match(text, end)
        if not tail:
            break
        below = _multiplier(view, tail.end(), language, langs)
        if below is not None and below[0] < last and base.is_integer():
            base, end = float(tail.group(1)), tail.end()
            continue
        if _is_tail(text, tail, language, last):
            digits = tail.group(1)
            total, end = total + float(digits) / 10 ** len(digits) * last, tail.end()
        break
    if not last:
        return _multiplied_before(view, amount, langs) if language in _MULTIPLIER_FIRST else amount
    gap = end + (text[end : end + 1] == " ")
    half = next((f for f in _halves().at(text, gap) if any(v & langs for v in f.value)), None)
    if half is not None:
        total, end = total + last / 2, half.end
    total = round(total, 6)
    return Amount(amount.start, end, total, total, amount.digits, True, False, ruble, money)


def _multiplied_before(view: Folded, amount: Amount, langs: frozenset[str]) -> Amount:
    """The amount when its multiplier stands first: "elfu 25", "laki 3 na nusu"."""
    stop = amount.start - (view.text[amount.start - 1 : amount.start] == " ")
    for found in multipliers().before(view.text, stop):
        hit = next((m for m in found.value if m.langs & _MULTIPLIER_FIRST & langs), None)
        if hit is None:
            continue
        value, end = read_fraction(amount) * hit.value, amount.end
        for half in _halves().at(view.text, end + (view.text[end : end + 1] == " ")):
            if any(v & langs for v in half.value):
                value, end = value + hit.value / 2, half.end
                break
        return Amount(found.start, end, value, value, amount.digits, True)
    return amount


def read_fraction(amount: Amount) -> float:
    """The number before a multiplier: "1.234 tr" and "4,8 jt" are decimals, whatever the language."""
    raw = amount.digits
    marks = [char for char in raw if char in ".,"]
    if raw.isdigit():
        return float(raw)
    if len(marks) == 1 and len(raw.replace(".", "").replace(",", "")) <= 4:
        return float(raw.replace(",", ".").replace(" ", "").replace("'", ""))
    return amount.value


def _multiplier(view: Folded, at: int, language: str, langs: frozenset[str]) -> tuple[float, Multiplier, int] | None:
    """The multipliers that stand at `at` ("trăm nghìn", "ແສນ", "十万"), their product, the first one, and where they end."""  # noqa: E501
    product, first = 1.0, None
    while True:
        gap = at + (view.text[at : at + 1] in (" ", "-"))
        hit = None
        for found in multipliers().at(view.text, gap, loose=True):
            following = view.text[found.end : found.end + 1]
            if view.text[found.start : found.end + 4] == "ca the":
                continue  # 4 cá thể: animals, not thousands
            if following and following in _METRIC and view.text[found.start : found.end] == "千":
                continue  # 0.82千克 is a weight in kilograms
            if not (following == "" or following.isdigit() or _closes(view.text, found.end)):
                continue
            fitting = [
                m for m in found.value if (not m.langs or m.langs & langs) and _spelt(view, found.start, found.end, m)
            ]
            hit = next((m for m in fitting if language in m.langs), fitting[0] if fitting else None)
            if hit is not None and first is not None and hit.value <= first.value:
                hit = None
            if hit is not None:
                at = found.end
                break
        if hit is None:
            return (product, first, at) if first is not None else None
        product, first = product * hit.value, first or hit


def _closes(text: str, end: int) -> bool:
    """A multiplier ends at `end`: no letter goes on, but for the currency that may be glued to it."""
    return ends(text, end) or glued(text, end)


def _spelt(view: Folded, start: int, end: int, multiplier: Multiplier) -> bool:
    wanted = next((flag[1:] for flag in multiplier.flags if flag.startswith("=")), "")
    if not wanted:
        return True
    first, last = view.span(start, end)
    written = view.original[first:last].casefold()
    return written == wanted or written.isascii()


def _is_tail(text: str, tail: regex.Match[str], language: str, last: float) -> bool:
    """Digits glued to a multiplier carry on below it: 3tr5 = 3.5 million. With a space only in Vietnamese, one digit."""  # noqa: E501
    after = text[tail.end() : tail.end() + 3]
    if after[:1].isalpha() or after[:1] == "%" or (after[:1] == " " and after[1:2].isdigit()):
        return False
    glued = not tail.group().startswith(" ")
    if glued:
        return last >= 1000 and len(tail.group(1)) <= 3
    return language == "vi" and len(tail.group(1)) == 1 and last >= 1000 and not after.strip()[:1].isalpha()
