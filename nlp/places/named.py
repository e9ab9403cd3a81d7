"""Places that no gazetteer knows: a capitalised name behind words that only a place follows ("Abholung in Bad Ischl",
"zona San Félix", "làng nghề Thụy Ứng"). The country is the site's; there are no coordinates and the precision says so.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from nlp.context import Context
from nlp.facts.tables import home, tongues
from nlp.places.gazetteer import FOLDER
from nlp.records import FieldName, Location
from nlp.text import key

PRECISION = "named"
_NAME = r"(?<name>\p{Lu}[\p{Ll}\p{M}]{2,24}(?:[ -]\p{Lu}[\p{Ll}\p{M}]{1,24}){0,2})"
_MOST = 3  # names of one text; more are a list of something else


@lru_cache(maxsize=64)
def _pattern(langs: frozenset[str]) -> regex.Pattern[str] | None:
    """The cues of some languages with a capitalised name behind them, one pattern."""
    lines = (FOLDER / "named.tsv").read_text(encoding="utf-8").splitlines()[1:]
    cues = {
        cue for lang, phrases in (line.split("\t") for line in lines) if lang in langs for cue in phrases.split("|")
    }
    if not cues:
        return None
    longest_first = sorted(map(regex.escape, cues), key=len, reverse=True)
    return regex.compile(rf"(?<![\p{{L}}\p{{M}}])(?i:{'|'.join(longest_first)}):?\s{{1,2}}{_NAME}(?![\p{{L}}\p{{M}}-])")


@lru_cache(maxsize=1)
def _never() -> frozenset[str]:
    """Words that are no places, by the table of the gazetteer."""
    lines = (FOLDER / "words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return frozenset(key(line.split("\t")[0]) for line in lines)


def find(field: FieldName, text: str, context: Context) -> list[Location]:
    """The unknown places of one field of a listing or post, in order; none where the site's country is not known."""
    at = home(context.language.code, context.country)
    pattern = _pattern(tongues(context.language.code, context.country))
    if context.kind == "news" or not at or pattern is None:
        return []
    out: list[Location] = []
    for found in pattern.finditer(text):
        name = found.group("name")
        start, end = found.span("name")
        if len(out) < _MOST and key(name) not in _never():
            out.append(Location(name, at, None, None, PRECISION, None, name, field, start, end))
    return out
