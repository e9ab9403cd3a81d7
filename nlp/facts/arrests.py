"""How many people a report says were arrested or sentenced. Ages, terms of prison and goods are no people."""

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
_COUNTABLE = frozenset(["many", "done", "time", "fled", "none", *map(str, range(2, 10))])
_SINGLE = frozenset({"one"})
_FLED = 22  # characters between a number and "escaped"
_UNSPACED = frozenset(["zh", "ja", "th", "lo", "km", "my"])
_AGED = regex.compile(
    r"(?:\b(?:aged?|agee?s?|berusia|berumur|umur|umri wa|idade de|edad de|alter von|eta di|oud|tuoi)"
    r"|年龄|年齢|возрасте|عمره)\b.{0,10}\Z"
)
_SYLLABIC = _UNSPACED | {"ko"}
_NOT_PLAIN = regex.compile(r"[\d.,;:()/%。，、]|\bkilo|kg")
# "and", with the article of what it joins; Chinese joins with nothing (两男一女).
_JOINED = regex.compile(
    r"(?:,? ?(?:and|et|y|e|ed|und|en|dan|serta|va|na|ve|ile|и|و|और|तथा|与|和|及|と|와|과|และ|ແລະ|និង|နှင့်) ?"
    r"(?:an? |une? |una |uma? |eine?n? |een |il |la |seorang |mot )?)?\Z"
)
# "un commerçant et son frère": one more.
_WITH = regex.compile(
    r"[^.;:()]{0,30}? (?:and (?:his|her|an? )|et (?:son|sa|une?)\b|y (?:su|una?)\b|e (?:seu|sua|uma?)\b"
    r"|e (?:il suo|la sua|suo|sua)\b|und (?:sein|seine|seinen|ihr|ihre|ihren)\b|en (?:zijn|haar)\b"
    r"|dan (?:istri|suami|anak|rekan|isteri)|и (?:его|ее)\b)"
)
_CHILD = regex.compile(
    r" (?:and their (?:son|daughter)|et leur (?:fils|fille)|y su hij[oa]"
    r"|e o filho|e a filha|und ihr(?:e|en)? (?:sohn|tochter)|en hun (?:zoon|dochter))\b"
)
# Ages tell people apart who are not counted: "a man, 41, and a woman, 38". Terms of prison are written likewise.
_AGES = regex.compile(
    "|".join(
        (
            r"[(（]\d\d[)）]",
            r"[(（](?:sn|sinh nam) ?(?:19|20)?\d\d",
            r"\b\d\d[- ]years?[- ]old",
            r"\b(?:de|di|van|von) \d\d (?:ans|anos|anni|jaar|jahren)\b"
            r"(?! de (?:pris|carc|cad|recl)| di (?:recl|carc)| ferme)",
            r"\d\d-?jahrig|\d\d-?jarig|\d\d-?летн|\d\d yasinda|\d\d वर्षीय|\d\d tuoi|\d\d[歳岁歲세]",
            r"(?:umri wa miaka|berusia|berumur|umur) \d\d",
            r"(?:อายุ|วัย|ອາຍຸ|អាយុ|အသက်) ?\d\d",
            r", \d\d, ",
        )
    )
)


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
        people = [
            *load("people.tsv", only=_COUNTABLE).find(folded.text, langs, folded),
            *load("people.tsv", only=_SINGLE).find(folded.text, langs, folded),
        ]
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
    if best is None and any("conviction" in part.roles for part in group):
        return _accused(text, group, langs)
    return best


def _accused(text: Text, group: Sequence[Part], langs: frozenset[str]) -> int | None:
    """One, where a sentence names who is sentenced and another calls them "the accused"."""
    for field in ("text", "title"):
        folded = view(getattr(text, field))
        for cue in load("people.tsv", only=_SINGLE).find(folded.text, langs, folded):
            start, _ = folded.span(cue.start, cue.end)
            if any(part.field == field and part.start <= start < part.end for part in group):
                return 1
    return None


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
        if amount.spoken and language == "ko":
            continue  # 구속, 이, 일: syllables of other words; 두 명 is in the table
        if inside(amount.start, amount.end) and amount.value.is_integer() and 1 <= amount.value <= _MOST:
            end = _who(text, amount, here, language)
            if end is not None:
                told.append((amount.start, end, int(amount.value)))
    told += [(cue.start, cue.end, int(cue.role)) for cue in here if cue.role.isdigit()]
    if not told:
        first = next((cue for cue in here if cue.role == "one"), None)
        ages = sum(1 for age in _AGES.finditer(text) if inside(age.start(), age.end()))
        if first is None:
            return ages or None
        return max(ages, 2 if _WITH.match(text, first.end) else 1)
    told += [(end, end, 1) for _, end, _ in told if _CHILD.match(text, end)]
    told.sort()
    told += [
        (cue.start, cue.end, 1)
        for cue in here
        if cue.role == "one" and any(cue.start - end > 0 and _JOINED.match(text[end : cue.start]) for _, end, _ in told)
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
        if cue.role == "time" and language == "sw" and 0 <= amount.start - cue.end <= 1:
            return None  # miaka 15
        if cue.role == "fled" and 0 <= gap <= _FLED:
            return None  # two others escaped
        if cue.role == "time" and 0 <= gap <= 1 and (language in _UNSPACED or text[cue.end : cue.end + 1] in "- .,;)"):
            return None
    for cue in people:
        between = text[amount.end : cue.start]
        if amount.spoken and language in _SYLLABIC and cue.start - amount.end > 1:
            continue
        if cue.role == "many" and 0 <= cue.start - amount.end <= reach and _plain(between):
            return cue.end
        if cue.role == "done" and 0 <= cue.start - amount.end <= (0 if language in _UNSPACED else 1):
            return cue.end  # 14 arrested
        if language == "sw" and cue.role == "many" and 0 < amount.start - cue.end <= 1:
            return amount.end  # watuhumiwa 3, watu watatu
    return None


def _plain(gap: str) -> bool:
    return gap.count(" ") <= 4 and not _NOT_PLAIN.search(gap)
