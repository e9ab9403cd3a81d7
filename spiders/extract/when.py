"""Dates as pages write them: machine forms, numbers, month names in many languages, "2 days ago" from the capture's time."""  # noqa: E501

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache

import regex

from spiders.extract.marks import mark
from spiders.extract.words import pattern, tables, words

_ISO = mark("when", "iso", ignore_case=False)
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T?(\d\d)(\d\d)(\d\d)?)?(?!\d)")
_EAST = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日號号일]?")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20|25)\d\d)[./](\d{1,2})[./](\d{1,2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2})([./-])(\d{1,2})\2((?:19|20|25)\d\d|\d\d)(?![\d/-])")
_CLOCK = re.compile(r"(?<!\d)([01]?\d|2[0-3])[:h.]([0-5]\d)(?::([0-5]\d))?\s*([ap]\.?m\b)?", re.I)
_CLOCK_FIRST = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?\s*([ap]\.?m\b)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3})?$")
_THAI_ERA = 543
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.|,|-)?"


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    found: dict[str, int] = {}
    for table in tables().values():
        for number, spellings in enumerate(table.get("months", ()), 1):
            for word in spellings.split():
                found.setdefault(word, number)
                found.setdefault(word.strip("."), number)
    return found


@lru_cache(maxsize=1)
def _named() -> tuple[regex.Pattern[str], regex.Pattern[str]]:
    names = "|".join(sorted(map(regex.escape, _months()), key=lambda word: (-len(word), word)))
    year = r"((?:19|20|25)\d\d|'?\d\d(?!\d))"
    month = rf"(?<![\p{{Latin}}\p{{Cyrillic}}])({names})(?![\p{{Latin}}\p{{Cyrillic}}])\.?"
    day_first = rf"(?<!\d)(\d{{1,2}}){_ORDINAL}\s?(?:de\s|of\s|ngày\s)?[\s-]*{month}(?:\s?(?:de|del|da|,|-|\.|г\.?)?[\s,-]*{year})?"  # noqa: E501
    month_first = rf"{month}[\s-]*(\d{{1,2}})(?!\d){_ORDINAL}(?:[\s,-]+{year})?"
    return regex.compile(day_first, regex.I), regex.compile(month_first, regex.I)


@lru_cache(maxsize=1)
def _relative() -> regex.Pattern[str]:
    units = "|".join(
        f"(?P<{unit}>" + "|".join(sorted((regex.escape(word) for word in words(unit)), key=len, reverse=True)) + ")"
        for unit in ("second", "minute", "hour", "day", "week", "month", "year")
    )
    ago = "|".join(sorted((regex.escape(word) for word in words("ago")), key=len, reverse=True))
    number = r"(?P<n>\d{1,3}|an?|one|un|una|une|ein|einem|einer|eine|en|ett|einen|1)\+?"
    return regex.compile(
        rf"(?<!\w)(?:(?P<before>{ago})\s*)?(?:(?:about|over|etwa|ca\.?|environ|più di|más de)\s+)?{number}\s?(?:{units})(?!\p{{Latin}}|\p{{Cyrillic}})\.?\s*(?P<after>{ago})?",  # noqa: E501
        regex.I,
    )


def parse(
    text: str,
    now: datetime | None = None,
    language: str = "",
    country: str = "",
    *,
    loose: bool = True,
    future: bool = False,
) -> datetime | None:
    """The first date in a short text as an aware moment, in the zone it was written in; None when there is none that makes sense.

    `now` is when the page was fetched: relative words ("yesterday", "il y a 3 jours") are counted from it and are left out
    without it. A time of day without a zone is taken as UTC: pages rarely say more. `loose` False reads machine forms
    only. A date more than two days after `now` is none of a page's own unless `future` is asked for.
    """  # noqa: E501
    text = " ".join(text.split())[:200]
    if len(text) < 2:
        return None
    found = _machine(text) or (_human(text, now, language, country) if loose else None)
    if found is None or not 1990 <= found.year <= 2100:
        return None
    if now is not None and not future and found > now + timedelta(days=2):
        return None
    return found


def _machine(text: str) -> datetime | None:
    if found := _ISO.search(text):
        year, month, day, hour, minute, second, zone = found.groups()
        made = _make(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
        if made and zone and zone != "Z":
            offset = timedelta(hours=int(zone[1:3]) % 24, minutes=int(zone[-2:]))
            made = made.replace(tzinfo=timezone(offset if zone[0] == "+" else -offset))
        return made
    if _EPOCH.fullmatch(text):
        seconds = int(text[:10])
        return datetime.fromtimestamp(seconds, UTC)
    if found := _COMPACT.fullmatch(text.strip("Zz")):
        return _make(int(found[1]), int(found[2]), int(found[3]), int(found[4] or 0), int(found[5] or 0))
    if re.match(r"[A-Z][a-z]{2},? \d{1,2} [A-Z][a-z]{2} \d{4} \d", text):
        try:
            return parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
    return None


def _make(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime | None:
    if year >= 2400:  # Buddhist era, as Thai and Lao pages count
        year -= _THAI_ERA
    try:
        return datetime(year, month, day, hour % 24, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def _human(text: str, now: datetime | None, language: str, country: str) -> datetime | None:
    folded = text.casefold()
    for found in (_EAST.search(folded), _YEAR_FIRST.search(folded)):
        if found and (made := _make(int(found[1]), int(found[2]), int(found[3]))):
            return _timed(made, folded[found.end() :], folded)
    if found := _NUMERIC.search(folded):
        one, mark, two, year = int(found[1]), found[2], int(found[3]), _year(found[4], now)
        american = mark == "/" and (country == "US" or (not country and language == "en"))
        day, month = (two, one) if (american and one <= 12) or two > 12 else (one, two)
        if made := _make(year, month, day):
            return _timed(made, folded[found.end() :], folded)
    if made := _worded(folded, now):
        return made
    return _counted(folded, now) if now else None


def _year(text: str, now: datetime | None) -> int:
    number = int(text.strip("'"))
    return number if number >= 100 else number + (2000 if number <= (now.year % 100 if now else 40) + 1 else 1900)


def _worded(folded: str, now: datetime | None) -> datetime | None:
    day_first, month_first = _named()
    for found, day, month in ((day_first.search(folded), 1, 2), (month_first.search(folded), 2, 1)):
        if found is None:
            continue
        number = _months()[found[month].casefold()]
        if found[3]:
            made = _make(_year(found[3], now), number, int(found[day]))
        elif now:  # without a year: the last such day that has been
            made = _make(now.year, number, int(found[day]))
            if made and made > now + timedelta(days=2):
                made = _make(now.year - 1, number, int(found[day]))
        else:
            continue
        if made:
            return _timed(made, folded[found.end() :], folded)
    return None


def _timed(made: datetime, rest: str, whole: str) -> datetime:
    clock = _CLOCK.search(rest[:40]) or _CLOCK_FIRST.match(whole)
    if not clock:
        return made
    hour = int(clock[1])
    half = (clock[4] or "").lower()[:1]
    if half == "p" and hour < 12:
        hour += 12
    elif half == "a" and hour == 12:
        hour = 0
    return made.replace(hour=hour, minute=int(clock[2]))


def _counted(folded: str, now: datetime) -> datetime | None:
    # A past moment needs a word for "ago" beside it: "3 days" alone may be a delivery time.
    for found in _relative().finditer(folded):
        if not (found["before"] or found["after"]):
            continue
        number = int(found["n"]) if found["n"].isdigit() else 1
        for unit, span in (
            ("second", 1),
            ("minute", 60),
            ("hour", 3600),
            ("day", 86400),
            ("week", 604800),
            ("month", 2629746),
            ("year", 31556952),
        ):
            if found[unit]:
                return now - timedelta(seconds=number * span)
    for key, days in (("yesterday", 1), ("today", 0)):
        if day := pattern(key).search(folded):
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
            return _timed(midnight, folded[day.end() :], folded)
    return now if pattern("now").fullmatch(folded.strip()) else None
