"""One price out of a short string ("3tr5", "US$ 1,234.50", "1 234,50 zł"), as price fields of pages hold them."""

from __future__ import annotations

from typing import NamedTuple

from price_parser import Price as Parsed

from nlp.facts.money import after, before, resolve, signs
from nlp.facts.numbers import amounts
from nlp.facts.tables import countries, view
from nlp.text import key

_LONGEST = 200


class Money(NamedTuple):
    """An amount in whole units, and its ISO 4217 currency ("" where the string does not say)."""

    amount: float
    currency: str


def parse_amount(text: str, country: str = "") -> Money | None:
    """The price that a short string states; None where it states none. `country` is the home of the site.

    Multipliers and our currency words are read here; the rest is `price-parser`, which knows more separators but
    reads "12 triệu" as 12. Only the first 200 characters are looked at.
    """
    text = " ".join(text[:_LONGEST].split())
    language = next(iter(countries().get(country, ("", "", ("",)))[2]), "")
    folded = view(text)
    found = amounts(text, language, country)
    signed = [(amount, money) for amount in found
              if (money := after(folded, amount.end, language, country) or before(folded, amount.start, language, country))]  # fmt: skip  # noqa: E501
    for amount, money in signed:
        if amount.multiplied or len(signed) > 1:
            return Money(amount.value, money.currency)
    for amount in found:
        if amount.multiplied and not amount.spoken:
            return Money(amount.value, resolve("*HOME", language, country))
    parsed = Parsed.fromstring(text)
    if parsed.amount_float is None:
        return Money(signed[0][0].value, signed[0][1].currency) if signed else None
    if signed:
        return Money(parsed.amount_float, signed[0][1].currency)
    known = signs().get(key(parsed.currency or ""))
    return Money(parsed.amount_float, resolve(known[0].currency, language, country) if known else "")
