"""Dates that a text names: written out, in figures, or relative to the day of publication."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import regex

from nlp.context import Context
from nlp.facts.cues import Cues, load
from nlp.facts.tables import Words, rows, tongues, view
from nlp.records import Date, FieldName

_MOST = 500
_MONTH_FIRST = frozenset({"US", "PH"})
_THAI_ERA, _MINGUO, _REIWA = 543, 1911, 2018
_DIGIT = re.compile(r"\d")
_ISO = regex.compile(r"(?<![\d./\-])((?:19|20|24|25)\d\d)[./\-](\d{1,2})[./\-](\d{1,2})(?![\d/\-])")
_FIGURES = regex.compile(r"(?<![\d./\-,])(\d{1,2})([./\-])(\d{1,2})(?:\2((?:19|20|25)\d\d|\d\d))?(?![\d/\-]|[.,]\d)")
_EASTERN = regex.compile(
    r"(?:(?P<era>民國|民国|令和|พ\.?ศ\.? ?)?(?P<year>\d{2,4})\s?[年년]\s?)?(?P<month>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日號号일]"  # noqa: E501
)
_DAY_ONLY = regex.compile(r"(?<![\d月월])(?<![月월] )(\d{1,2})\s?(?:日(?![本元间間])|일(?![정반부]))")
_VIETNAMESE = regex.compile(
    r"(?:ngay|hom)\s(\d{1,2})(?:[/\-.](\d{1,2})|\sthang\s(\d{1,2}))(?:[/\-.]|,?\snam\s)?((?:19|20)\d\d)?(?![\d])"
)
_DAY = regex.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª|°)?(?:\s(?:de|of|d'|thang|tháng|เดือน|ខែ|ເດືອນ|माह))?\s{0,2}"
)
_AFTER = regex.compile(r"[.,]?\s?(\d{1,2})(?:st|nd|rd|th)?(?![\d:.,]\d|\d|%)")
_YEAR = regex.compile(
    r"[.,]?\s{0,2}(?:(?:de|del|of|nam|năm|พ\.?ศ\.?|ค\.?ศ\.?|ພ\.?ສ\.?|ឆ្នាំ|года|г\.?|عام|سنة|mwaka)\s{0,2})?((?:19|20|25)\d\d)(?!\d)"
)
_LAST = regex.compile(
    r"\b(?:last|pasado|passad[oa]|ultim[oa]|scors[oa]|letzte[nrm]?|vergangene[nrm]?|vorige[nr]?|afgelopen|proshl\w*|прошл\w*|минувш\w*|gecen)"
    r" \0|\0 (?:dernier|pasado|passad[oa]|ultimo|scors[oa]|lalu|lepas|iliyopita)\b|上\0|지난 \0|지난\0"
)
_PAREN = regex.compile(r"\s?[(（]\s?(\d{1,2})[/.](\d{1,2})(?:[/.]((?:19|20|25)\d\d))?\s?[)）]")


class Found(NamedTuple):
    """A date at folded offsets."""

    value: str
    precision: str
    start: int
    end: int
    relative: bool = False
    from_last: int = 0


@lru_cache(maxsize=1)
def _months() -> Words[tuple[str, int]]:
    return Words(
        (word, (lang, int(number)))
        for kind, lang, number, words in rows("calendar.tsv") if kind == "month"
        for word in words.split("|")
    )  # fmt: skip


@lru_cache(maxsize=1)
def _month_cues() -> Cues:
    return Cues(
        (number, lang, word)
        for kind, lang, number, words in rows("calendar.tsv")
        if kind == "month"
        for word in words.split("|")
    )


@lru_cache(maxsize=1)
def _weekdays() -> Cues:
    entries = [
        (number, lang, word)
        for kind, lang, number, words in rows("calendar.tsv")
        if kind == "weekday"
        for word in words.split("|")
    ]
    return Cues(entries)


def published(context: Context) -> date | None:
    """The day of publication, None where it is not known."""
    try:
        return date.fromisoformat(context.published[:10])
    except ValueError:
        return None


def find(field: FieldName, text: str, context: Context) -> list[Date]:
    """The dates of one field, in order. Years that are left out are those that bring the date nearest before publication.

    Weekdays and words such as "yesterday" count back from the day of publication, and are left out without one; "a day
    earlier" counts from the day named before it; "last week" is a week (2024-W20), for no day is said.
    Buddhist and Minguo years become common ones.
    """  # noqa: E501
    folded = view(text)
    out: list[Date] = []
    end = -1
    every = sorted(_all(folded.text, context), key=lambda item: (item.start, -item.end))
    for number, found in enumerate(every):
        if found.start < end:
            continue
        if found.relative and any(
            not other.relative and 0 <= other.start - found.end <= 4 for other in every[number + 1 :]
        ):
            continue  # "mardi 14 novembre": the weekday says nothing of its own
        end = found.end
        first, last = folded.span(found.start, found.end)
        if found.from_last and out and out[-1].precision == "day":
            day = date.fromisoformat(out[-1].value) + timedelta(days=found.from_last)
            found = found._replace(value=day.isoformat())  # noqa: PLW2901
        out.append(Date(found.value, found.precision, text[first:last], field, first, last))
    return out


def _all(text: str, context: Context) -> Iterator[Found]:
    on = published(context)
    langs = tongues(context.language.code, context.country)
    if _DIGIT.search(text):  # without one there is neither day nor year
        yield from _figures(text, context, on)
        yield from _named(text, langs, on)
    if on is not None:
        yield from _relative(text, langs, on)


def _figures(text: str, context: Context, on: date | None) -> Iterator[Found]:
    for found in islice(_ISO.finditer(text), _MOST):
        yield from _made(found.group(1), found.group(2), found.group(3), found.start(), found.end(), on)
    for found in islice(_FIGURES.finditer(text), _MOST):
        first, second, year = found.group(1), found.group(3), found.group(4)
        if year is None and (found.group(2) != "/" or not _dated(text, found.start(), found.end(), context)):
            continue
        if year is not None and len(year) == 2 and found.group(2) == ".":
            continue
        if context.country in _MONTH_FIRST or int(second) > 12:
            first, second = second, first
        yield from _made(
            year if year is None or len(year) == 4 else f"20{year}", second, first, found.start(), found.end(), on
        )
    for found in islice(_EASTERN.finditer(text), _MOST):
        year = found.group("year")
        if year and found.group("era"):
            year = str(int(year) + {"民": _MINGUO, "令": _REIWA}.get(found.group("era")[0], 0))
        if year is None or len(year) == 4:
            yield from _made(year, found.group("month"), found.group("day"), found.start(), found.end(), on)
    if on is not None and ("日" in text or "일" in text):
        for found in islice(_DAY_ONLY.finditer(text), _MOST):
            month = on.month if int(found.group(1)) <= on.day else on.month - 1 or 12
            yield from _made(None, str(month), found.group(1), found.start(), found.end(), on)
    for found in islice(_VIETNAMESE.finditer(text), _MOST):
        yield from _made(
            found.group(4), found.group(2) or found.group(3), found.group(1), found.start(), found.end(), on
        )


def _dated(text: str, start: int, end: int, context: Context) -> bool:
    """Whether 17/11 is a date: in brackets, or behind a word that says so, in a report."""
    before = text[max(0, start - 14) : start].rstrip(" (")
    bracket = text[start - 1 : start] == "(" and text[end : end + 1] == ")"
    word = any(
        before.endswith(mark)
        for mark in (
            "ngay",
            "pada",
            "tanggal",
            "tgl",
            "วันที่",
            "dia",
            "el",
            "le",
            "am",
            "on",
            "del",
            "ngày",
            "ວັນທີ",
            "ថ្ងៃទី",
            "hari",
            "तारीख",
            "يوم",
            "от",
            "tarehe",
            "sang",
            "chieu",
            "trua",
            "toi",
            "dem",
            "khuya",
        )
    )
    return bracket or (word and context.kind == "news")


def _named(text: str, langs: frozenset[str], on: date | None) -> Iterator[Found]:
    """Day and month by name, in either order, with or without the year; month and year."""
    for cue in islice(_month_cues().find(text, langs), _MOST):
        month, start, end = int(cue.role), cue.start, cue.end
        before = text[max(0, start - 18) : start]
        day = None
        for found in _DAY.finditer(before):
            if found.end() == len(before) and 1 <= int(found.group(1)) <= 31:
                day, start = found.group(1), start - len(before) + found.start()
        year = _YEAR.match(text, end)
        if day is None and year is None:
            after = _AFTER.match(text, end)
            if after and 1 <= int(after.group(1)) <= 31:
                day, end = after.group(1), after.end()
                year = _YEAR.match(text, end)
        if year is not None:
            end = year.end()
        if day is not None:
            yield from _made(year.group(1) if year else None, str(month), day, start, end, on)
        elif year is not None:
            yield Found(f"{_common(int(year.group(1))):04d}-{month:02d}", "month", start, end)


def _relative(text: str, langs: frozenset[str], on: date) -> Iterator[Found]:
    for cue in islice(load("relative.tsv").find(text, langs), _MOST):
        if cue.role.startswith("week"):
            year, week, _ = (on + timedelta(weeks=int(cue.role[4:]))).isocalendar()
            yield Found(f"{year}-W{week:02d}", "week", cue.start, cue.end, True)
        elif cue.role.startswith("month"):
            months = on.year * 12 + on.month - 1 + int(cue.role[5:])
            yield Found(f"{months // 12:04d}-{months % 12 + 1:02d}", "month", cue.start, cue.end, True)
        else:  # "-1@": counted from the day named before it, see `find`
            ago = timedelta(days=int(cue.role.rstrip("@")))
            yield Found((on + ago).isoformat(), "day", cue.start, cue.end, True, ago.days if "@" in cue.role else 0)
    for cue in islice(_weekdays().find(text, langs), _MOST):
        paren = _PAREN.match(text, cue.end)
        if paren:
            yield from _made(paren.group(3), paren.group(2), paren.group(1), cue.start, paren.end(), on)
            continue
        back = (on.weekday() - int(cue.role)) % 7
        if not back and _LAST.search(text[max(0, cue.start - 12) : cue.start] + "\0" + text[cue.end : cue.end + 12]):
            back = 7  # "last Thursday", written on a Thursday
        yield Found((on - timedelta(days=back)).isoformat(), "day", cue.start, cue.end, True)


def _common(year: int) -> int:
    return year - _THAI_ERA if year > 2400 else year


def _made(year: str | None, month: str, day: str, start: int, end: int, on: date | None) -> Iterator[Found]:
    """A date when the calendar has it."""
    try:
        if year is not None:
            made = date(_common(int(year)), int(month), int(day))
        elif on is not None:
            made = date(on.year, int(month), int(day))
            if made > on + timedelta(days=2):
                made = date(on.year - 1, int(month), int(day))
        else:
            return
    except ValueError:
        return
    yield Found(made.isoformat(), "day", start, end)
