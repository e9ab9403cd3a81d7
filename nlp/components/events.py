"""What a news text reports: seizures, arrests, convictions, with place, day, taxon, amounts and arrests.

A weight never becomes a count of animals; the day of the event is not that of publication; a fact that the text does not
state stays empty. Two operations in one report are two events.
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from nlp.components.places import agree
from nlp.context import Context
from nlp.facts.reports import Part, apart, arrested, kind_of, parts
from nlp.facts.reports import away as away_from
from nlp.facts.tables import tongues
from nlp.records import Date, Event, Location, Quantity, Taxon, Text

_COUNTED = frozenset(
    [
        "kg",
        "g",
        "mg",
        "t",
        "lb",
        "oz",
        "tola",
        "tael",
        "jin",
        "tical",
        "viss",
        "l",
        "ml",
        "pieces",
        "animals",
        "pairs",
        "sets",
        "bottles",
        "boxes",
        "bags",
        "ct",
    ]
)
_FINE = {"market": 3.0, "district": 2.6, "airport": 3.2, "port": 3.2, "city": 3.0, "province": 1.0, "country": -2.0}


def find(
    text: Text,
    context: Context,
    taxa: Sequence[Taxon],
    quantities: Sequence[Quantity],
    locations: Sequence[Location],
    dates: Sequence[Date],
) -> list[Event]:
    """The events of one report; offsets are into `text` (into the title where the body says nothing).

    The records given are those of the same text, with offsets into its fields. Without a taxon there is no event.
    """
    if not taxa:
        return []
    locations = agree(locations)
    every = parts(text, tongues(context.language.code, context.country))
    kind = kind_of(every)
    if not kind:
        return []
    out = []
    for group in apart(every, locations, quantities):
        event = _event(text, context, kind, group, every, taxa, quantities, locations, dates)
        if event is not None:
            out.append(event)
    return out


def _event(
    text: Text,
    context: Context,
    kind: str,
    group: list[Part],
    every: list[Part],
    taxa: Sequence[Taxon],
    quantities: Sequence[Quantity],
    locations: Sequence[Location],
    dates: Sequence[Date],
) -> Event | None:
    alone = len(group) == len(every)
    place = _place(group, [item for item in locations if _within(item, group)]) or (
        _place(group, list(locations)) if alone else None
    )
    near = [item for item in quantities if _within(item, group) and item.unit in _COUNTED]
    day = _day(group, [item for item in dates if _within(item, group)], context)
    if day is None and not alone:
        day = _day(every, list(dates), context)
    own = [taxon for taxon in taxa if _within(taxon, group)]
    taxon = (own or list(taxa))[0]
    where = next((part for part in group if part.field == "text"), group[0])
    last = [part for part in group if part.field == where.field][-1]
    written = getattr(text, where.field)[where.start : last.end].strip()
    what = kind_of(group) or kind
    if what == "smuggling" and near:
        what = "seizure"  # smuggled goods that are counted were found
    kept: dict[tuple[float, str], Quantity] = {}
    for item in near:
        kept.setdefault((item.value, item.unit), item)
    return Event(
        type=what,
        place=place.name if place and place.precision != "country" else "",
        country=place.country if place else context.country,
        event_date=day.value if day else "",
        precision=day.precision if day else "",
        taxon=taxon.name,
        quantities=tuple(kept.values()),
        arrests=arrested(text, group, context),
        text=written[:400],
        start=where.start,
        end=last.end,
    )


def _within(item: Location | Quantity | Date | Taxon, group: list[Part]) -> bool:
    return any(part.field == item.field and part.start <= item.start < part.end for part in group)


def _place(group: list[Part], locations: list[Location]) -> Location | None:
    """Where it happened: fine places before wide ones, those of the sentence that reports it, those not merely passed."""  # noqa: E501
    best: tuple[float, Location] | None = None
    names = [item.name.casefold() for item in locations]
    for number, item in enumerate(locations):
        part = next((part for part in group if part.field == item.field and part.start <= item.start < part.end), None)
        if part is None:
            continue
        score = _FINE.get(item.precision, 1.0) + 0.4 * names.count(item.name.casefold()) - 0.05 * number
        score += 2.0 if item.field == "title" else 0.0
        score += 1.5 if part.roles & {"seizure", "arrest"} else 0.0
        score -= 3.0 if away_from(part, item.start) else 0.0
        score -= 2.5 if part.dateline > item.start else 0.0
        if best is None or score > best[0]:
            best = (score, item)
    return best[1] if best else None


def _day(group: list[Part], dates: list[Date], context: Context) -> Date | None:
    """The day of the event: the first in a sentence that reports it, else the first of all; not what lies a year back."""  # noqa: E501
    days = [
        item
        for item in dates
        if item.precision == "day" and (not context.published or item.value <= context.published[:10])
    ]
    if context.published:
        recent = [item for item in days if _days_apart(item.value, context.published) <= 400]
        days = recent
    telling = [part for part in group if part.roles & {"seizure", "arrest", "conviction"}]
    for item in days:
        if any(part.field == item.field and part.start <= item.start < part.end for part in telling):
            return item
    return days[0] if days else next((item for item in dates if item.precision == "month"), None)


def _days_apart(value: str, published: str) -> int:
    try:
        return abs((date.fromisoformat(published[:10]) - date.fromisoformat(value)).days)
    except ValueError:
        return 0
