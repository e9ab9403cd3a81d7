"""What a news text reports: seizures, arrests, convictions, with place, day, taxon, amounts and arrests.

A weight never becomes a count of animals; the day of the event is not that of publication; a fact that the text does not
state stays empty. Two operations in one report are two events.
"""  # noqa: E501

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from nlp.components.places import agree
from nlp.context import Context
from nlp.facts.agencies import acted
from nlp.facts.arrests import arrested
from nlp.facts.reports import Part, announced, apart, kind_of, of_now, parts, vague
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
_LONG = 400  # days; reports of what happened longer ago look back
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
    # Gua Musang is a town, and no civet.
    taxa = [taxon for taxon in taxa if not any(_overlap(taxon, place) for place in locations)] or taxa
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
    alone, whole = len(group) == len(every), group
    group, every = of_now(group), of_now(every)
    place = _place(group, [item for item in locations if _within(item, group)]) or (
        _place(group, list(locations)) if alone else None
    )
    near = [item for item in quantities if _within(item, group) and item.unit in _COUNTED and not _dated(item, dates)]
    day = _day(group, [item for item in dates if _within(item, group)], context)
    if day is None and not alone:
        day = _day(every, list(dates), context)
    own = [taxon for taxon in taxa if _within(taxon, group)]
    taxon = min(own, key=lambda item: (item.field != "title", item.start)) if len(own) > 1 else (own or list(taxa))[0]
    where = next((part for part in whole if part.field == "text"), whole[0])
    last = [part for part in whole if part.field == where.field][-1]
    written = getattr(text, where.field)[where.start : last.end].strip()
    what = kind_of(group) or kind
    if what in ("smuggling", "arrest") and near:
        what = "seizure"  # goods that are counted were found
    agency, words = acted(text, group, what, (context.language.code, context.country))
    return Event(
        type=what,
        place=place.name if place and place.precision != "country" else "",
        country=place.country if place else context.country,
        event_date=day.value if day else "",
        precision=day.precision if day else "",
        taxon=taxon.name,
        quantities=_once(near, group),
        arrests=arrested(text, group, context, dates),
        text=written[:400],
        start=where.start,
        end=last.end,
        agency=agency,
        agency_text=words,
        place_precision=place.precision if place else "",
    )


def _once(near: list[Quantity], group: list[Part]) -> tuple[Quantity, ...]:
    """Each amount once: not the rounded one of a title whose text gives it exactly, nor one weight in two units."""
    kept: dict[tuple[float, str], Quantity] = {}
    for item in near:
        kept.setdefault((item.value, item.unit), item)
    out = list(kept.values())
    body = [item for item in out if item.field == "text"]
    for item in [item for item in out if item.field == "title"]:
        part = _part(item, group)
        amount, kind = _plainly(item)
        for other in body:
            value, sort = _plainly(other)
            rounded = part is not None and vague(part, item.start) and 0.75 * value <= amount <= 1.35 * value
            if kind == sort and (rounded or abs(amount - value) <= 0.001 * value):
                out.remove(item)
                break
    parts = {item.value for item in out if item.unit == "pieces"}
    return tuple(item for item in out if not (item.unit == "animals" and item.value in parts))


def _plainly(item: Quantity) -> tuple[float, str]:
    """A weight in kilograms; other amounts as they are."""
    grams = {"t": 1000.0, "kg": 1.0, "g": 0.001, "mg": 0.000001}.get(item.unit)
    return (item.value * grams, "kg") if grams else (item.value, item.unit)


def _part(item: Location | Quantity | Date | Taxon, group: list[Part]) -> Part | None:
    return next((part for part in group if part.field == item.field and part.start <= item.start < part.end), None)


def _overlap(one: Taxon, other: Location) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end


def _dated(item: Quantity, dates: Sequence[Date]) -> bool:
    """Whether the figures of an amount are those of a date."""
    return any(day.field == item.field and day.start <= item.start < day.end for day in dates)


def _within(item: Location | Quantity | Date | Taxon, group: list[Part]) -> bool:
    return _part(item, group) is not None


def _place(group: list[Part], locations: list[Location]) -> Location | None:
    """Where it happened: fine places before wide ones, those of the sentence that reports it, those not merely passed."""  # noqa: E501
    best: tuple[float, Location] | None = None
    names = [item.name.casefold() for item in locations]
    for number, item in enumerate(locations):
        part = _part(item, group)
        if part is None or (item.precision == "country" and away_from(part, item.start)):
            continue
        score = _FINE.get(item.precision, 1.0) + 0.4 * names.count(item.name.casefold()) - 0.05 * number
        score += 1.0 if item.field == "title" else 0.0
        score += 1.5 if part.roles & {"seizure", "arrest"} else 0.0
        score -= 3.0 if away_from(part, item.start) else 0.0
        score -= 2.5 if part.dateline > item.start else 0.0
        if best is None or score > best[0]:
            best = (score, item)
    return best[1] if best else None


def _day(group: list[Part], dates: list[Date], context: Context) -> Date | None:
    """The day of the event: the first in a sentence that reports it, else the first of all; not what lies a year back,
    nor the day of the announcement. A week or a month where no day is said.
    """
    said = [item for item in dates if (part := _part(item, group)) is None or not announced(part, item.start, item.end)]
    for precision in ("day", "week", "month"):
        days = [item for item in said if item.precision == precision and _before(item, context)]
        best = max(days, key=lambda item: (_telling(item, group), -days.index(item)), default=None)
        if best is not None:
            return best
    return None


def _before(item: Date, context: Context) -> bool:
    """Whether a date lies before publication, and not long before."""
    if not context.published or item.precision == "week":
        return True
    return item.value <= context.published[: len(item.value)] and _days_apart(item.value, context.published) <= _LONG


def _telling(item: Date, group: list[Part]) -> float:
    """How surely a date is that of the event: in a sentence that reports it, and does not end in "was announced"."""
    part = _part(item, group)
    if part is None or not part.roles & {"seizure", "arrest", "conviction"}:
        return 0.0
    return 0.5 if part.told else 1.0


def _days_apart(value: str, published: str) -> int:
    try:
        day = date.fromisoformat(value if len(value) > 7 else f"{value}-01")
        return abs((date.fromisoformat(published[:10]) - day).days)
    except ValueError:
        return 0
