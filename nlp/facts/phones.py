"""Phone numbers in any grouping, script and disguise, to E.164."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import phonenumbers
import regex
from phonenumbers import PhoneNumberType, ValidationResult

from nlp.context import Context
from nlp.facts.cues import Cue
from nlp.facts.money import after, before
from nlp.facts.numbers import amounts
from nlp.facts.saiddigits import as_digits
from nlp.facts.tables import countries, home, spaced, stuck, tongues, view
from nlp.text import Folded

Found = tuple[str, str, int, int]
# Digits with at most three signs between them; letters, commas, colons and money signs end a number.
_CANDIDATE = regex.compile(r"(?<![\d/.])(?:[+(]\s?){0,2}\d(?:[^\w\n,;:%€$£¥₫฿₹₱=\"']{0,3}+\d){6,44}+(?![\d%])")
_TOKEN = regex.compile(r"\+?\(?\d+")
_DIGIT = re.compile(r"\d")
_DATE = regex.compile(
    r"(?:(?:0?[1-9]|[12]\d|3[01])[./\-](?:0?[1-9]|1[0-2])[./\-](?:(?:19|20)\d\d|\d\d)(?![./\-]?\d)"
    r"|(?:19|20)\d\d[./\-](?:0?[1-9]|1[0-2])[./\-](?:0?[1-9]|[12]\d|3[01])(?!\d))"
)
_YEARS = regex.compile(r"(?:1[5-9]|20)\d\d\s?[-–/ ]\s?(?:1[5-9]|20)\d\d\Z")
_REACH, _BEHIND = 30, 12
_MOST = 300  # candidates looked at in one field
_READ = 200_000  # characters in which they are looked for: digits without end cost a hundred times their length
_JOINER = regex.compile(
    r"[\s/&+,.:\-()|]*(?:or|and|và|va|hoặc|atau|dan|ou|y|o|e|und|oder|и|или|au|na|veya|หรือ|และ|或|和|또는|me|us|only|please|pls|no|my)?[\s/&+,.:\-()|]*"
)
_LINK = regex.compile(r"[\s(\[/\-–（,]*(?:via|on|por|per|có|co|has|is|en|sur|auf|su|ada|bisa|こちら)?[\s(\[/:]*")
_MESSENGERS = frozenset(
    [
        "whatsapp",
        "zalo",
        "wechat",
        "line",
        "telegram",
        "viber",
        "kakaotalk",
        "signal",
        "instagram",
        "facebook",
        "snapchat",
    ]
)
_STOP = regex.compile(r"[;!?\n。！？।]")
_SMALL_MONEY = frozenset({"VND", "IDR", "LAK", "KHR", "MMK", "KRW", "IRR", "COP", "PYG", "UGX", "TZS", "GNF", "MGA"})
_MONEY_COUNTRY = {"GBP": "GB", "ZAR": "ZA", "KES": "KE", "NGN": "NG", "INR": "IN", "TZS": "TZ", "UGX": "UG", "PHP": "PH",  # noqa: E501
                  "MYR": "MY", "SGD": "SG", "MXN": "MX", "COP": "CO", "PEN": "PE", "CLP": "CL", "BRL": "BR", "SAR": "SA",  # noqa: E501
                  "AED": "AE", "EGP": "EG", "KWD": "KW", "QAR": "QA", "MAD": "MA", "DZD": "DZ", "IQD": "IQ", "JOD": "JO",  # noqa: E501
                  "OMR": "OM", "TND": "TN", "ZMW": "ZM", "GHS": "GH", "PKR": "PK", "HKD": "HK", "TWD": "TW", "IDR": "ID",  # noqa: E501
                  "THB": "TH", "VND": "VN", "CHF": "CH", "KZT": "KZ", "UAH": "UA"}  # fmt: skip


@lru_cache(maxsize=4096)
def e164(raw: str, region: str) -> str | None:
    """The E.164 form of written digits, None where the numbering plan has no such number even as a possible one."""
    try:
        number = phonenumbers.parse(raw, region or None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def phones(folded: Folded, cues: list[Cue], context: Context) -> Iterator[Found]:
    """The phone numbers of a text; their kind is the messenger that is named with them, else `phone`."""
    text = as_digits(folded.text, tongues(context.language.code, context.country))
    previous: tuple[int, str] = (-1, "")
    candidates = [*islice(_CANDIDATE.finditer(text, 0, _READ), _MOST)] if _DIGIT.search(text) else []
    if not candidates:
        return
    region = _region(folded, context)
    starts, ends = {cue.start for cue in cues}, {cue.end for cue in cues}
    for found in candidates:
        if (found.start() and spaced(text[found.start() - 1]) and found.start() not in ends) or (
            stuck(text, found.end()) and found.end() not in starts
        ):
            continue  # letters are glued to it: a model number
        if _DATE.match(text, found.start()) or _YEARS.match(found.group()):
            continue
        for start, end in _pieces(text, found.start(), found.end()):
            kind = _kind(text, cues, start, end)
            if kind in ("never", "qq"):
                continue
            if (
                previous[0] >= 0
                and not kind
                and _STOP.search(text[previous[0] : start]) is None
                and start - previous[0] <= 5
            ):
                kind = previous[1]
            number, first = _number(folded, text, start, end, region, kind, context)
            if number:
                yield kind if kind in _MESSENGERS else "phone", number, first, end
                previous = (end, kind or "phone")


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A run of digits cut where a slash, or a sign before a plus, parts two numbers."""
    at = start
    for cut in regex.finditer(r"\s?/\s?(?=[+0(\d][\d \-.()]{6})|\s(?=\+\d)", text, pos=start + 7, endpos=end):
        if (
            sum(char.isdigit() for char in text[at : cut.start()]) >= 7
            and sum(c.isdigit() for c in text[cut.end() : end]) >= 7
        ):
            yield at, cut.start()
            at = cut.end()
    yield at, end


def _kind(text: str, cues: list[Cue], start: int, end: int) -> str:
    """The nearest cue before the number, or right behind it; a messenger joined to the word for phone counts more."""
    best: Cue | None = None
    for cue in cues:
        if cue.end <= start and start - cue.end <= _REACH:
            between = text[cue.end : start]
            if _STOP.search(between) or any(char.isdigit() for char in between):
                continue
            if (
                best
                and best.role in _MESSENGERS
                and cue.role == "phone"
                and _JOINER.fullmatch(text[best.end : cue.start])
            ):
                continue
            best = cue
        elif cue.start >= end:
            if cue.start - end > _BEHIND:
                break
            if cue.role in _MESSENGERS and (best is None or best.role == "phone") and _behind(text, end, cue):
                return cue.role
    return best.role if best else ""


def _behind(text: str, end: int, cue: Cue) -> bool:
    """Whether "(WhatsApp)" behind a number speaks of that number, and not of a name or number that follows it."""
    following = text[cue.end : cue.end + 4].lstrip(" :.-=")
    return _LINK.fullmatch(text[end : cue.start]) is not None and not (
        following[:1].isascii() and (following[:1].isalnum() or following[:1] == "@")
    )


def _number(
    folded: Folded, text: str, start: int, end: int, region: str, kind: str, context: Context
) -> tuple[str | None, int]:
    """E.164 and where it starts; leading groups (a price, a size) are given up until a number remains."""
    raw = text[start:end]
    tokens = list(_TOKEN.finditer(raw))
    for token in tokens[:4]:
        first = start + token.start()
        written = text[first:end]
        digits = "".join(char for char in written if char.isdigit())
        if len(digits) < 7 or len(digits) > 15:
            continue
        if first > start and not (written[0] in "+0(" or kind):
            continue
        plus = written.lstrip("( ").startswith("+")
        number = e164("+" + digits if plus else digits, region) if plus or region else None
        if number is None and digits.startswith("00"):
            number = e164("+" + digits[2:], "")
        if number is None and not plus and region:
            code = countries().get(region, ("", "", ()))[1]
            if code and digits.startswith(code) and len(digits) > len(code) + 6:
                number = e164("+" + digits, "")
        if number is not None and _sound(folded, text, first, end, digits, number, plus, region, kind, context):
            return number, first
    return None, start


def _sound(
    folded: Folded,
    text: str,
    start: int,
    end: int,
    digits: str,
    number: str,
    plus: bool,
    region: str,
    kind: str,
    context: Context,
) -> bool:
    """Whether a possible number is meant as one: a cue, a plus, or the form of a phone; money and measures are not."""
    language, country = context.language.code, context.country
    if kind:
        return kind != "email" or digits.startswith("0")
    if after(folded, end, language, country) or (before(folded, start, language, country) and not plus):
        return False
    if plus:
        return True
    parsed = phonenumbers.parse(number, None)
    groups = len(_TOKEN.findall(text[start:end]))
    valid = phonenumbers.is_valid_number(parsed)
    mobile = (
        phonenumbers.is_possible_number_for_type_with_reason(parsed, PhoneNumberType.MOBILE)
        == ValidationResult.IS_POSSIBLE
    )
    if digits.startswith("0"):
        return (valid or mobile) and len(digits) >= 8
    if "(" in text[start : start + 2]:
        return True
    if _grouped_as_money(text[start:end]):
        # "600 000 134": nine digits in threes are a phone where hundreds of millions buy a house, not a tortoise.
        return mobile and len(digits) >= 9 and " " in text[start:end] and home_money(region) not in _SMALL_MONEY
    return (valid and len(digits) >= 9) or (
        groups >= 2 and mobile and len(digits) >= 10 and not _plain_numbers(text[start:end])
    )


def home_money(region: str) -> str:
    """The currency of a country, "" where none is known."""
    return countries().get(region, ("", "", ()))[0]


def _grouped_as_money(written: str) -> bool:
    return regex.fullmatch(r"\d{1,3}(?:[. ]\d{3})+", written) is not None


def _plain_numbers(written: str) -> bool:
    """Numbers that merely stand beside each other: groups of very different kinds."""
    sizes = [len(group) for group in regex.findall(r"\d+", written)]
    return min(sizes) < 2 or max(sizes) > 8


@lru_cache(maxsize=64)
def money_country(text: str, language: str) -> str:
    """The one country whose money a text names ("R650" → ZA), "" where it names none or one of many countries."""
    folded = view(text)
    for amount in amounts(text, language, ""):
        money = after(folded, amount.end, language, "") or before(folded, amount.start, language, "")
        if money and money.currency in _MONEY_COUNTRY:
            return _MONEY_COUNTRY[money.currency]
    return ""


def _region(folded: Folded, context: Context) -> str:
    """The country whose numbers are meant: the site's, the language's, that of the money named, else Britain for English."""  # noqa: E501
    at = home(context.language.code, context.country)
    if at:
        return at
    return money_country(folded.original, context.language.code) or {"en": "GB", "es": "ES", "ar": "SA"}.get(
        context.language.code, ""
    )
