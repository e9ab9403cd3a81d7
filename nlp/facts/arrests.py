"""How many people a report says were arrested or sentenced. Ages, terms of prison and amounts of goods are no people."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import regex

from nlp.context import Context
from nlp.facts.cues import Cue, load
from nlp.facts.numbers import Amount, amounts
from nlp.facts.reports import Part
from nlp.facts.tables import tongues, view
from nlp.records import Date, Text

_MOST = 500
_UNSPACED = frozenset(["zh", "ja", "th", "lo", "km", "my"])
_AGED = regex.compile(
    r"(?:\b(?:aged?|agee?s?|berusia|berumur|umur|umri wa|idade de|edad de|alter von|eta di|oud|tuoi)|年龄|年齢|возрасте|عمره)\b.{0,10}\Z"
)
_NOT_PLAIN = regex.compile(r"[\d.,;:()/%。，、]|\bkilo|kg")
_JOINED = regex.compile(r"[^.,;:()\d。，]{0,6}\Z")


def arrested(text: Text, group: Sequence[Part], context: Context, dates: Sequence[Date] = ()) -> int | None:
    """The number of people in the sentences that tell of arrests or sentences; None where none is told. The figures of
    `dates` count nobody: "on June 17 and arrested".
    """
    langs = tongues(context.language.code, context.country)
    best: int | None = None
    for field in ("text", "title"):
        spans = [part for part in group if part.field == field and part.roles & {"arrest", "conviction"}]
        if not spans:
            continue
        value: str = getattr(text, field)
        folded = view(value)
        people = load("people.tsv").find(folded.text, langs, folded)
        days = [(day.start, day.end) for day in dates if day.field == field]
        counted = [
            amount
            for amount in amounts(value, context.language.code, context.country)
            if not any(start <= folded.span(amount.start, amount.end)[0] < end for start, end in days)
        ]
        for part in spans:
            found = _people(folded.text, people, counted, part, folded.span, context.language.code)
            if found and (best is None or found > best):
                best = found
    return best


def _people(
    text: str,
    people: Sequence[Cue],
    counted: Sequence[Amount],
    part: Part,
    span: Callable[[int, int], tuple[int, int]],
    language: str,
) -> int | None:
    """The people of one sentence: those counted, added up where "and" joins them, else one for "a man"."""

    def inside(start: int, end: int) -> bool:
        return part.start <= span(start, end)[0] < part.end

    here = [cue for cue in people if inside(cue.start, cue.end)]
    if any(cue.role == "none" for cue in here):
        return None
    told: list[tuple[int, int, int]] = []
    for amount in counted:
        if inside(amount.start, amount.end) and amount.value.is_integer() and 1 <= amount.value <= _MOST:
            end = _who(text, amount, here, language)
            if end is not None:
                told.append((amount.start, end, int(amount.value)))
    told += [(cue.start, cue.end, int(cue.role)) for cue in here if cue.role.isdigit()]
    if not told:
        return 1 if any(cue.role == "one" for cue in here) else None
    told.sort()
    told += [
        (cue.start, cue.end, 1)
        for cue in here
        if cue.role == "one" and any(0 < cue.start - end and _JOINED.match(text[end : cue.start]) for _, end, _ in told)
    ]
    return _added(text, sorted(told))


def _added(text: str, told: list[tuple[int, int, int]]) -> int:
    """The largest sum of numbers joined by "and" ("two men and a woman")."""
    best = total = 0
    last: int | None = None
    for start, end, value in told:
        if last is not None and start < last:
            continue
        joined = last is not None and start > last and _JOINED.fullmatch(text[last:start])
        total = total + value if joined else value
        best, last = max(best, total), end
    return best


def _who(text: str, amount: Amount, people: Sequence[Cue], language: str) -> int | None:
    """Where the people end that a number counts; None when it counts something else."""
    if _AGED.search(text[max(0, amount.start - 24) : amount.start]):
        return None
    reach = 4 if language in _UNSPACED else 28
    for cue in people:
        gap = cue.start - amount.end
        if cue.role == "time" and 0 <= gap <= 1 and (language in _UNSPACED or text[cue.end : cue.end + 1] in "- .,;)"):
            return None
    for cue in people:
        between = text[amount.end : cue.start]
        if cue.role == "many" and 0 <= cue.start - amount.end <= reach and _plain(between):
            return cue.end
        if cue.role == "done" and 0 <= cue.start - amount.end <= (0 if language in _UNSPACED else 1):
            return cue.end  # 14 arrested
        if language == "sw" and cue.role == "many" and 0 < amount.start - cue.end <= 1:
            return amount.end  # watuhumiwa 3, watu watatu
    return None


def _plain(gap: str) -> bool:
    return gap.count(" ") <= 4 and not _NOT_PLAIN.search(gap)
