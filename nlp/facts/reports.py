"""The sentences of a report and what they tell of: seizure, arrest, conviction, poaching; earlier cases; who said so."""  # noqa: E501

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import regex

from nlp.facts.cues import Cues, load
from nlp.facts.tables import rows, view
from nlp.lexicon import FOLDER
from nlp.records import FieldName, Location, Quantity, Text
from nlp.text import Folded, key

# Not "conviction": the lexicon names courts and prosecutors there, which also open cases.
_CLASSES = frozenset({"seizure", "arrest", "poaching", "smuggling"})
_SENTENCE = regex.compile(r"(?:[.!?](?=[\s\"”’)]{1,3}(?:[\p{Lu}\p{Lo}\d\"“‘(]|\Z))|[。！？।។။]|\n)+[\"”’)\s]*")
_DATELINE = regex.compile(r"\A\s*[\p{L} .,'()/\-]{2,60}?(?:\([\p{L}. ]{1,30}\)\s?)?\s?(?: - | – | — |—|--|: )")
_ABBREVIATION = regex.compile(
    r"(?:\b(?:mr|mrs|dr|st|sr|sra|no|col|gen|lt|sgt|gov|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|kg|approx|tp|г|ул|тыс|руб)|\b\p{L}|\d)\.\s*\Z"
)
_MOST = 400


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence: offsets into its field, the roles of its cues, where its dateline ends, cues for later.

    `passing`: words before places that things came from or went to; `saying`: words of announcing; `vague`: "more than";
    `separate`: begins another case; `earlier`: speaks of an earlier one; `told`: ends in "was announced".
    """  # noqa: E501

    field: FieldName
    start: int
    end: int
    roles: frozenset[str]
    dateline: int
    passing: tuple[tuple[int, int], ...]
    saying: tuple[tuple[int, int], ...]
    vague: tuple[tuple[int, int], ...]
    separate: bool
    earlier: bool
    told: bool


@lru_cache(maxsize=1)
def _reporting() -> list[Cues]:
    """The enforcement words of the lexicon and of the reports, by role: one phrase may tell of two."""
    entries: dict[str, list[tuple[str, str, str]]] = {}
    for path in sorted(FOLDER.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("enforcement\t"):
                _, cls, word, *_ = line.split("\t")
                if cls in _CLASSES:
                    entries.setdefault(cls, []).append((cls, path.stem, word))
    for role, lang, phrases in rows("reports.tsv"):
        entries.setdefault(role, []).extend((role, lang, phrase) for phrase in phrases.split("|"))
    return [Cues(group) for group in entries.values()]


@lru_cache(maxsize=1)
def _stems() -> dict[str, list[tuple[str, Any]]]:
    """Stems of verbs by language, where prefixes and suffixes make too many forms to list: *kamat*, *ضبط*."""
    out: dict[str, list[tuple[str, Any]]] = {}
    for role, lang, stems in rows("report_stems.tsv"):
        choice = "|".join(regex.escape(key(stem)) for stem in stems.split("|"))
        out.setdefault(lang, []).append((role, regex.compile(rf"(?<![\p{{L}}\p{{M}}])[\p{{L}}\p{{M}}]*?(?:{choice})")))
    return out


def _stemmed(folded: Folded, langs: frozenset[str]) -> list[tuple[str, int, int]]:
    """The verbs that are known by their stems, at original offsets."""
    return [
        (role, *folded.span(*found.span()))
        for lang in sorted(langs & set(_stems()))
        for role, pattern in _stems()[lang]
        for found in islice(pattern.finditer(folded.text), _MOST)
    ]


def parts(text: Text, langs: frozenset[str]) -> list[Part]:
    """The sentences of the title and the body."""
    out: list[Part] = []
    fields: tuple[FieldName, ...] = ("title", "text")
    for field in fields:
        value: str = getattr(text, field)
        if not value:
            continue
        folded = view(value)
        cues = [cue for table in _reporting() for cue in table.find(folded.text, langs, folded)]
        news = load("news_cues.tsv").find(folded.text, langs, folded)
        line = _DATELINE.match(value) if field == "text" else None
        dateline = line.end() if line and (line.group()[:3].isupper() or len(line.group()) <= 30) else -1
        reports = [(cue.role, *folded.span(cue.start, cue.end)) for cue in cues]
        reports += _stemmed(folded, langs)
        others = [(cue.role, *folded.span(cue.start, cue.end)) for cue in news]
        for start, end in _sentences(value):
            roles = frozenset(role for role, first, _ in reports if start <= first < end)
            here: dict[str, list[tuple[int, int]]] = {}
            for role, first, last in others:
                if start <= first < end:
                    here.setdefault(role, []).append((first, last))
            away, said, about = (tuple(here.get(role, ())) for role in ("away", "said", "about"))
            flags = (role in here for role in ("apart", "before", "told"))
            out.append(Part(field, start, end, roles, dateline, away, said, about, *flags))
    return out


def of_now(group: list[Part]) -> list[Part]:
    """The sentences of a case without those that look back on earlier ones; the first that reports it always stays."""
    first = next((part for part in group if part.field == "text" and part.roles), None)
    return [part for part in group if part is first or part.field == "title" or not part.earlier]


def announced(part: Part, start: int, end: int) -> bool:
    """Whether a day is that of the announcement: "said on Wednesday", 14日通报."""
    return any(0 <= start - last <= 1 or 0 <= first - end <= 1 for first, last in part.saying)


def vague(part: Part, start: int) -> bool:
    """Whether an amount is said to be about so much."""
    return any(0 <= start - last <= 4 for _, last in part.vague)


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
    if "conviction" in head or ("fine" in head and "seizure" not in head):
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
    return groups  # the title, which speaks of all or of the first, stays with the first
