"""The sentences of a report and what they tell of: seizure, arrest, conviction, poaching; who was arrested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

from nlp.context import Context
from nlp.facts.cues import Cue, Cues, load
from nlp.facts.numbers import Amount, amounts
from nlp.facts.tables import rows, tongues, view
from nlp.lexicon import FOLDER
from nlp.records import FieldName, Location, Quantity, Text

_CLASSES = frozenset({"seizure", "arrest", "conviction", "poaching", "smuggling"})
_SENTENCE = regex.compile(r"(?:[.!?](?=[\s\"”’)]{1,3}(?:[\p{Lu}\p{Lo}\d\"“‘(]|\Z))|[。！？।។။]|\n)+[\"”’)\s]*")
_DATELINE = regex.compile(r"\A\s*[\p{L} .,'()/\-]{2,60}?(?:\([\p{L}. ]{1,30}\)\s?)?\s?(?: - | – | — |—|--|: )")
_ABBREVIATION = regex.compile(
    r"(?:\b(?:mr|mrs|dr|st|sr|sra|no|col|gen|lt|sgt|gov|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|kg|approx|tp|г|ул|тыс|руб)|\b\p{L}|\d)\.\s*\Z"
)
_MOST, _MOST_ARRESTS = 400, 500
_UNSPACED = frozenset(["zh", "ja", "th", "lo", "km", "my"])


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence: offsets into its field, the roles of its cues, where its dateline ends, folded cues for later."""

    field: FieldName
    start: int
    end: int
    roles: frozenset[str]
    dateline: int
    passing: tuple[tuple[int, int], ...]
    separate: bool


@lru_cache(maxsize=1)
def _reporting() -> Cues:
    """The enforcement words of the lexicon."""
    entries = []
    for path in sorted(FOLDER.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("enforcement\t"):
                _, cls, word, *_ = line.split("\t")
                if cls in _CLASSES:
                    entries.append((cls, path.stem, word))
    entries += [(role, lang, phrase) for role, lang, phrases in rows("reports.tsv") for phrase in phrases.split("|")]
    return Cues(
        sorted(entries, key=lambda entry: ("conviction", "seizure", "arrest", "poaching", "smuggling").index(entry[0]))
    )


def parts(text: Text, langs: frozenset[str]) -> list[Part]:
    """The sentences of the title and the body."""
    out: list[Part] = []
    fields: tuple[FieldName, ...] = ("title", "text")
    for field in fields:
        value: str = getattr(text, field)
        if not value:
            continue
        folded = view(value)
        cues = _reporting().find(folded.text, langs, folded)
        news = load("news_cues.tsv").find(folded.text, langs, folded)
        line = _DATELINE.match(value) if field == "text" else None
        dateline = line.end() if line and (line.group()[:3].isupper() or len(line.group()) <= 30) else -1
        reports = [(cue.role, *folded.span(cue.start, cue.end)) for cue in cues]
        others = [(cue.role, *folded.span(cue.start, cue.end)) for cue in news]
        for start, end in _sentences(value):
            roles = frozenset(role for role, first, _ in reports if start <= first < end)
            passing = tuple((first, last) for role, first, last in others if role == "away" and start <= first < end)
            separate = any(role == "apart" and start <= first < end for role, first, _ in others)
            out.append(Part(field, start, end, roles, dateline, passing, separate))
    return out


def _sentences(text: str) -> list[tuple[int, int]]:
    out, start = [], 0
    for found in _SENTENCE.finditer(text):
        short = found.group().startswith(".") and _ABBREVIATION.search(
            text[max(0, found.start() - 8) : found.start() + 1]
        )
        ended = text[found.end() : found.end() + 1].isupper() and text[found.start() - 1 : found.start()].isdigit()
        if short and not ended:
            continue
        out.append((start, found.end()))
        start = found.end()
        if len(out) >= _MOST:
            break
    if text[start:].strip():
        out.append((start, len(text)))
    return out


def kind_of(every: Sequence[Part]) -> str:
    """What is reported: a conviction when the title or first sentence says so, else seizure, arrest, poaching, smuggling."""  # noqa: E501
    roles = {role for part in every for role in part.roles}
    head = {role for part in every[:2] for role in part.roles}
    if "conviction" in head and "seizure" not in head:
        return "conviction"
    for role in ("seizure", "arrest", "conviction", "poaching", "smuggling"):
        if role in roles:
            return role
    return ""


def away(part: Part, start: int) -> bool:
    """Whether a place is named as where things came from or were going: "a flight from Colombo"."""
    return any(0 <= start - last <= 4 for _, last in part.passing)


def apart(every: list[Part], locations: Sequence[Location], quantities: Sequence[Quantity]) -> list[list[Part]]:
    """The sentences of each operation: a new one begins with "in a separate case" and a place and amount of its own."""

    def has(items: Sequence[Location] | Sequence[Quantity], part: Part) -> bool:
        return any(item.field == part.field and part.start <= item.start < part.end for item in items)

    groups: list[list[Part]] = [[]]
    for part in every:
        told = any(p.field == "text" and (p.roles or has(quantities, p)) for p in groups[-1])
        if (
            part.separate
            and told
            and part.field == "text"
            and has(locations, part)
            and (part.roles or has(quantities, part))
        ):
            groups.append([])
        groups[-1].append(part)
    if len(groups) > 1:  # the title speaks of both, or of the first
        return groups
    return groups


def arrested(text: Text, group: list[Part], context: Context) -> int | None:
    """How many were arrested: a number of people in a sentence that tells of arrests; None when it tells of none."""
    langs = tongues(context.language.code, context.country)
    best: int | None = None
    for field in ("text", "title"):
        spans = [part for part in group if part.field == field]
        if not spans:
            continue
        value: str = getattr(text, field)
        folded = view(value)
        people = load("people.tsv").find(folded.text, langs, folded)
        counted = amounts(value, context.language.code, context.country)
        for part in spans:
            if not part.roles & {"arrest", "conviction"}:
                continue
            found = _people(folded.text, people, counted, part, folded.span, context.language.code)
            if found and (best is None or found > best):
                best = found
    return best


def _people(
    text: str,
    people: list[Cue],
    counted: Sequence[Amount],
    part: Part,
    span: Callable[[int, int], tuple[int, int]],
    language: str,
) -> int | None:
    """The largest number of people counted in one sentence, else one for "a man"."""
    best = 0
    reach = 4 if language in _UNSPACED else 28
    for amount in counted:
        start, end, value = amount.start, amount.end, amount.value
        first, _ = span(start, end)
        if not (part.start <= first < part.end) or not float(value).is_integer() or not 1 <= value <= _MOST_ARRESTS:
            continue
        for cue in people:
            gap = text[end : cue.start]
            if cue.role == "many" and 0 <= cue.start - end <= reach and _plain(gap):
                best = max(best, int(value))
    if best:
        return best
    return (
        1 if any(cue.role == "one" and part.start <= span(cue.start, cue.end)[0] < part.end for cue in people) else None
    )


def _plain(gap: str) -> bool:
    return gap.count(" ") <= 4 and not regex.search(r"[\d.,;:()/]|%|kg|year|tahun|anos|ans\b|\bkilo", gap)
