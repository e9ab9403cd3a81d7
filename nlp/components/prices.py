"""Prices that a text names, and which of them is asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import regex

from nlp.context import Context
from nlp.facts.cues import Cue, load
from nlp.facts.money import after, before, resolve
from nlp.facts.numbers import Amount, amounts, read_fraction
from nlp.facts.short import Money, parse_amount
from nlp.facts.tables import home, stuck, tongues, view
from nlp.facts.units import counted
from nlp.records import FieldName, Price
from nlp.text import Folded

__all__ = ["Money", "Quoted", "asked", "find", "parse_amount"]

ROLES = (
    "now",
    "asked",
    "old",
    "ship",
    "deposit",
    "instalment",
    "rent",
    "bid",
    "other",
    "total",
    "unit",
    "near",
    "neutral",
)
_AGAINST = frozenset({"old", "ship", "deposit", "instalment", "rent", "bid", "other"})
_NEVER = frozenset({"ship", "deposit", "other"})
_BEFORE, _AFTER, _NEAR = 28, 14, 3
_STOP = regex.compile(r"[.;!?\n。！？।။។,、(]")
_JOIN = regex.compile(
    r"[\s:=\-–/]*(?:(?:for|of|de|du|fur|per|pour|di|cho|untuk|voor|за|na|as|is|ist|la|là|est|es|e|yaitu|ni|تقريبا|ب|是|为|は|:)[\s:]*)?\Z"
)
_RANGE = regex.compile(r" ?(?:-|–|~|to|a|до|–|〜|至|到|ถึง|đến|bis|sampai|s/d) ?[$€£¥₹₩฿₫]?\Z")
_KARATS = frozenset({8000, 9000, 10000, 14000, 18000, 21000, 22000, 24000})
_YEARS = range(1800, 2101)
_LEAST = 5  # "2 each" counts things
_MOST = 200


@dataclass(frozen=True, slots=True)
class Quoted(Price):
    """A price with the part it plays (`role`) and how sure it is to be money and asked (`weight`)."""

    role: str = ""
    weight: float = 0.0


def find(field: FieldName, text: str, context: Context) -> list[Quoted]:
    """All prices of a field, in order, each with its role: asked, now, old, ship, deposit, instalment, rent, total ..."""  # noqa: E501
    folded = view(text)
    language, country = context.language.code, context.country
    found = amounts(text, language, country)[:_MOST]
    if not found:
        return []

    @cache
    def cues() -> list[Cue]:
        return load("price_cues.tsv", order=ROLES).find(folded.text, tongues(language, country), folded)

    out: list[Quoted] = []
    last_end = 0
    for number, amount in enumerate(found):
        if amount.start < last_end or (amount.digits.startswith("0") and amount.digits[1:2].isdigit()):
            continue
        following = found[number + 1] if number + 1 < len(found) else None
        quoted = _quote(field, folded, amount, following, cues, last_end, context)
        if quoted is not None:
            out.append(quoted)
            last_end = amount.end
            if following is not None and _RANGE.fullmatch(folded.text[amount.end : following.start]):
                last_end = following.end
    return out


def asked(prices: Sequence[Price], context: Context) -> Price | None:
    """The price asked, out of what `find` gave for all fields; None where none is asked, and in news."""
    if context.kind == "news":
        return None
    best: tuple[float, int] | None = None
    for number, price in enumerate(prices):
        role, weight = (price.role, price.weight) if isinstance(price, Quoted) else ("", 1.0)
        if role in _NEVER:
            continue
        score = weight - (4 if role in _AGAINST else 0)
        if best is None or score > best[0] + 1e-9:
            best = (score, number)
    if best is None:
        return None
    won = prices[best[1]]
    return Price(won.amount, won.currency, won.text, won.field, won.start, won.end)


SMALLEST = dict.fromkeys(("VND", "IDR", "LAK", "KHR", "MMK", "KRW", "JPY", "UGX", "TZS"), 10)
"""Currencies whose small numbers buy nothing: a bare number below it is a count, whatever word stands before it. Not
higher, for "mahar 150" leaves the thousands out."""


def _quote(
    field: FieldName,
    folded: Folded,
    amount: Amount,
    following: Amount | None,
    hear: Callable[[], list[Cue]],
    floor: int,
    context: Context,
) -> Quoted | None:
    """The amount as a price, when a currency, a multiplier or a cue says that it is one."""
    text, language, country = folded.text, context.language.code, context.country
    money = after(folded, amount.end, language, country, amount.value) or before(
        folded, amount.start, language, country
    )
    if amount.spoken and _said_by_the_way(text, amount, money is None):
        return None
    if money is not None and money.start < floor:
        money = None
    if money is None and following is not None and _RANGE.fullmatch(text[amount.end : following.start]):
        money = after(folded, following.end, language, country, following.value)
        if following.multiplied and not amount.multiplied and not following.spoken:  # 200-300k
            scale = following.value / read_fraction(following)
            amount = replace(amount, value=amount.value * scale, multiplied=True)
    if not (money and money.start == amount.end) and not amount.multiplied and stuck(text, amount.end):
        return None
    if money is None and amount.spoken and not amount.multiplied:
        return None  # "two": a number in words alone is no price, whatever stands around it
    cues = hear()
    start = min(amount.start, money.start) if money else amount.start
    end = max(amount.end, money.end) if money and money.end < amount.end + 30 else amount.end
    role, distance = _role(text, start, end, cues, floor)
    weight = 2.0
    currency = money.currency if money else ("RUB" if amount.ruble else _local(language, country))
    if money is None:
        weight = _unsigned(folded, amount, role, distance, context)
        if not weight or (amount.value < SMALLEST.get(currency, 0) and not amount.multiplied):
            return None  # "còn 1 lát": one slice left, not one dong
    if amount.value <= 0 or _looks_dated(text, amount, money is None):
        return None
    weight += {"now": 1.5, "asked": 1.0, "total": 0.1, "near": 0.3, "unit": -0.1}.get(role, 0.0)
    if role in _NEVER and distance > _NEAR + 3:
        role = "bid"  # a shipping word some way off: only when there is nothing better
    if _each(cues, end):
        weight -= 0.2
    first, last = folded.span(start, end)
    return Quoted(round(amount.value, 4), currency, folded.original[first:last], field, first, last, role, weight)


def _said_by_the_way(text: str, amount: Amount, unsigned: bool) -> bool:
    """ "Not a penny less", and the 万 of 万象, the 억 of 기억, a "triệu" that lost its number: no prices."""
    word = text[amount.start : amount.end]
    alone = word in ("trieu", "triệu") or (len(word) == 1 and word > "\u2e7f")
    return (amount.value == 1 and not amount.multiplied) or (unsigned and alone)


def _role(text: str, start: int, end: int, cues: list[Cue], floor: int) -> tuple[str, int]:
    """What the words around a price make of it, and how far they stand."""
    best: tuple[int, str] | None = None
    for cue in cues:
        if cue.start > end + _AFTER:
            break
        if floor <= cue.start and cue.end <= start:
            between = text[cue.end : start]
            if len(between) > _BEFORE or cue.role == "neutral":
                continue
            near = _JOIN.match(between) is not None
            if not near and (_STOP.search(between) or cue.role == "near" or _freed(cues, cue, start)):
                continue
            distance = 0 if near else len(between)
        elif cue.start >= end:
            between = text[end : cue.start]
            if cue.role in _AGAINST and any(char.isdigit() for char in text[cue.end : cue.end + 8]):
                continue  # the word belongs to the next number: 2,500.- shipping 60
            if (
                _STOP.search(between)
                or not _JOIN.match(between)
                or cue.role == "neutral"
                or _freed(cues, cue, cue.end + 12)
            ):
                continue
            distance = 1 + len(between) // 2
        else:
            continue
        if cue.role == "total":
            distance += 2
        if best is None or distance < best[0] or (distance == best[0] and cue.role in _AGAINST):
            best = (distance, cue.role)
    return (best[1], best[0]) if best else ("", 99)


def _freed(cues: list[Cue], cue: Cue, limit: int) -> bool:
    """A shipping word with "free" or "included" beside it says nothing about the price."""
    return cue.role == "ship" and any(
        c.role == "neutral" and cue.start - 10 <= c.end and c.start <= min(cue.end + 12, limit) for c in cues
    )


def _each(cues: list[Cue], end: int) -> bool:
    return any(cue.role == "unit" and end <= cue.start <= end + 2 for cue in cues)


def _unsigned(folded: Folded, amount: Amount, role: str, distance: int, context: Context) -> float:
    """How far a number without a currency is money: 0 for not at all."""
    text, after_it = folded.text, folded.text[amount.end : amount.end + 1]
    strong = role in ("asked", "now") and distance <= 1
    if after_it in ("%", "°", "/", "x", "×", "*") and not (after_it == "/" and amount.multiplied):
        return 0.0
    if amount.spoken and not amount.multiplied:
        return 0.0
    if role == "unit" and distance <= 1 and amount.value >= _LEAST and not _phone_like(amount):
        return 0.0 if amount.value in _YEARS else 0.5  # 80 la pièce, 900 each: a number by the piece is money
    thousands = amount.multiplied and amount.value >= 10_000 and not amount.needs_money
    if not thousands and counted(folded, amount.end, context.language.code, context.country):
        return 0.0  # 130 ribu sepasang is money, 12 pasang a count
    if amount.multiplied:
        if (
            amount.value in _KARATS
            and text[amount.end - 1] == "k"
            and not strong
            and context.language.code not in ("vi", "id", "th")
        ):
            return 0.0
        if amount.needs_money or (amount.value < 1000 and not strong):
            return 1.0 if strong else 0.0
        if amount.spoken and not role:
            return 0.0 if context.language.code == "en" else 0.4
        return 1.0 if role or not text[amount.end : amount.end + 2].strip().isalpha() else 0.5
    if strong and not _phone_like(amount) and (amount.value not in _YEARS or role == "asked"):
        return 0.6
    alone = regex.compile(r"\s*(?:[.,;!?\n)]|\Z)").match(text, amount.end) and (
        not text[: amount.start].strip() or text[: amount.start].rstrip(" ")[-1:] in ".,;:!?\n(。，、"
    )
    grouped = amount.value >= 1000 and any(mark in amount.digits for mark in ",. ")
    round_sum = (
        amount.value >= 100 and amount.value % 10 == 0 and amount.value not in _YEARS and not _phone_like(amount)
    )
    return 0.2 if alone and (grouped or round_sum) and context.kind != "news" else 0.0


def _local(language: str, country: str) -> str:
    return resolve("*HOME", language, home(language, country))


def _phone_like(amount: Amount) -> bool:
    return len(amount.digits) >= 9 and amount.digits.isdigit() and not amount.digits.endswith("000")


def _looks_dated(text: str, amount: Amount, unsigned: bool) -> bool:
    return (
        unsigned and not amount.multiplied and text[amount.start - 1 : amount.start] in ("/", "-", "+", "#", "@", "_")
    )
