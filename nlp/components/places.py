"""Places that a text names, each with its country."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import regex

from nlp.context import Context
from nlp.facts.phones import money_country
from nlp.facts.tables import home, view
from nlp.places.gazetteer import Place
from nlp.places.inflected import stem
from nlp.places.read import Hit, candidates, choose, only
from nlp.records import FieldName, Location

_MOST = 400
_CYRILLIC = regex.compile(r"(?<![\p{L}\p{M}])[\u0400-\u04ff]{4,30}+")


def find(field: FieldName, text: str, context: Context) -> list[Location]:
    """The places of one field, in order, each once. Words that are also ordinary ones ("Nice", "Sale") need evidence.

    Of places of one name the one in the site's country is taken, then one in a country that the text names otherwise,
    then the largest. In listings and posts a country alone is given only where a cue says that the seller sits there,
    and places abroad only where none at home is named.
    """
    if not home(context.language.code, context.country):
        context = replace(context, country=money_country(text, context.language.code))
    hits = [*candidates(text, context)][:_MOST]
    if context.language.code == "ru":
        hits += _declined(text, context, hits)
    hits.sort(key=lambda hit: hit.start)
    chosen = _choose(hits, context, frozenset())
    named = frozenset(place.country for hit, place, _ in chosen if place.precision == "country" or only(hit.name))
    if named:
        chosen = _choose(hits, context, named)
    folded, out = view(text), []
    for hit, place, _ in chosen:
        first, last = folded.span(hit.start, hit.end)
        written = text[first:last]
        same = hit.name == folded.text[hit.start : hit.end] or hit.name.replace(" ", "") == folded.text[
            hit.start : hit.end
        ].replace("-", "")
        out.append(_record(written if same else _nominative(hit.name), place, written, field, first, last))
    return settle(out, context)


def agree(locations: Sequence[Location]) -> list[Location]:
    """Records of one name made one place: that of the country which the text speaks of most."""
    spoken = Counter(
        place.country for place in {(place.name.casefold(), place.country): place for place in locations}.values()
    )
    best: dict[str, Location] = {}
    for place in locations:
        known = best.get(place.name.casefold())
        if known is None or spoken[place.country] > spoken[known.country]:
            best[place.name.casefold()] = place
    return [
        replace(best[place.name.casefold()], text=place.text, field=place.field, start=place.start, end=place.end)
        for place in locations
    ]


def settle(locations: Sequence[Location], context: Context) -> list[Location]:
    """The places of all fields without repeats; in listings, those abroad only when none at home is named."""
    out: list[Location] = []
    seen: set[tuple[str, str]] = set()
    at = home(context.language.code, context.country)
    foreign = context.kind != "news" and at and any(place.country == at for place in locations)
    for place in agree(locations):
        names = {(place.name.casefold(), place.country)}
        if place.geonameid is not None:
            names.add((str(place.geonameid), "id"))
        if names & seen or (foreign and place.country != at):
            continue
        seen |= names
        out.append(place)
    return out


def _choose(hits: list[Hit], context: Context, named: frozenset[str]) -> list[tuple[Hit, Place, float]]:
    out, end = [], 0
    for hit in hits:
        found = choose(hit, context, named) if hit.start >= end else None
        if found is None or (found[0].precision == "country" and context.kind != "news" and hit.cue != "seat"):
            continue
        out.append((hit, *found))
        end = hit.end
    return out


def _declined(text: str, context: Context, hits: list[Hit]) -> list[Hit]:
    """Russian names in other cases ("в Уральске")."""
    folded, taken = view(text), {hit.start for hit in hits}
    out: list[Hit] = []
    for found in _CYRILLIC.finditer(folded.text):
        if found.start() in taken or len(out) >= _MOST:
            continue
        first, _ = folded.span(*found.span())
        if not folded.original[first].isupper():
            continue
        name = stem(found.group())
        if name:
            before = folded.text[: found.start()].rstrip()[-4:]
            cue = "in" if regex.search(r"(?:\bв|\bво|\bиз|\bпод|\bг\.?|\bпо)\Z", before) else ""
            out.append(Hit(found.start(), found.end(), name, cue, False, True))
    return out


def _nominative(name: str) -> str:
    """A declined name in its first case, with capitals."""
    return regex.sub(r"(?<![\p{L}\p{M}])\p{L}", lambda first: first.group().upper(), name)


def _record(name: str, place: Place, written: str, field: FieldName, start: int, end: int) -> Location:
    return Location(
        name,
        place.country,
        place.latitude,
        place.longitude,
        place.precision,
        place.geonameid,
        written,
        field,
        start,
        end,
    )
