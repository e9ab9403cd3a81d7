"""Whether events of two texts are one incident, told by two outlets or in two languages.

Evidence adds up: place and day weigh most, then amounts, taxon, arrests. What the texts tell differently is named as a
conflict and settled for neither: the totals stay as each source gives them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nlp.records import Analysis, Event, Location, Quantity, Taxon
from nlp.text import key

_KILOS = {"t": 1000.0, "kg": 1.0, "g": 0.001, "mg": 0.000001, "lb": 0.4536, "viss": 1.633, "jin": 0.5, "tola": 0.01166}
_ENOUGH = 3.0  # points; on our cases pairs of one incident have 3.7 and more, near misses 1.2 and less
_NEAR, _FAR = 30.0, 80.0  # kilometres: a town and its airport; two towns
_EARTH = 6371.0


@dataclass(frozen=True, slots=True)
class Told:
    """One event with what its analysis knows of its place and taxon."""

    event: Event
    taxa: tuple[Taxon, ...] = ()
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The answer: `same`, how surely (0..1), what speaks for it, and what the two tell differently."""

    same: bool
    strength: float
    reasons: tuple[str, ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Point:
    """What one fact says: points for or against, in words. `decides`: against whatever else agrees."""

    points: float = 0.0
    reason: str = ""
    conflict: str = ""
    decides: bool = False


def told(analysis: Analysis) -> list[Told]:
    """The events of a text, ready to be compared."""
    return [Told(event, analysis.taxa, analysis.locations) for event in analysis.events]


def same_incident(one: Told, other: Told, days: int = 1) -> Match:
    """Whether two events are one incident. `days`: how far apart two outlets may date it.

    A sentence is another event than the seizure it follows; another country or day is another incident. Where only the
    taxon and the country agree it is not the same.
    """
    facts = [
        _stage(one.event, other.event),
        _country(one.event, other.event),
        _place(one, other),
        _day(one.event, other.event, days),
        _taxon(one, other),
        _amounts(one.event.quantities, other.event.quantities),
        _arrests(one.event.arrests, other.event.arrests),
    ]
    points = sum(fact.points for fact in facts)
    same = points >= _ENOUGH and not any(fact.decides for fact in facts)
    strength = 0.0 if any(fact.decides for fact in facts) else 1 / (1 + math.exp(_ENOUGH - points))
    return Match(
        same,
        round(strength, 3),
        tuple(fact.reason for fact in facts if fact.reason),
        tuple(fact.conflict for fact in facts if fact.conflict),
    )


def _stage(one: Event, other: Event) -> _Point:
    if (one.type == "conviction") != (other.type == "conviction"):
        return _Point(conflict=f"type: {one.type} and {other.type}", decides=True)
    return _Point()


def _country(one: Event, other: Event) -> _Point:
    if not one.country or not other.country:
        return _Point()
    if one.country == other.country:
        return _Point(0.5, f"country: {one.country}")
    return _Point(conflict=f"country: {one.country} and {other.country}", decides=True)


def _place(one: Told, other: Told) -> _Point:
    first, second = one.event.place, other.event.place
    if not first or not second:
        return _Point()
    names = key(first), key(second)
    if names[0] in names[1] or names[1] in names[0]:
        return _Point(2.0, f"place: {first}")
    here, there = _located(one), _located(other)
    wide = "province" in (one.event.place_precision, other.event.place_precision)
    if here is None or there is None:
        if wide or first.isascii() != second.isascii():
            return _Point()  # names in two scripts, or a province: nothing to compare
        return _Point(-1.3, conflict=f"place: {first} and {second}")
    apart = _kilometres(here, there)
    if here.geonameid == there.geonameid is not None or apart <= _NEAR:
        return _Point(2.0, f"place: {first} = {second}")
    if wide and apart <= 3 * _FAR:
        return _Point(0.5, f"place: {first} lies by {second}")
    if apart <= _FAR:
        return _Point(-0.5, conflict=f"place: {first} and {second}")
    return _Point(-3.0, conflict=f"place: {first} and {second}", decides=not wide)


def _located(item: Told) -> Location | None:
    """The record of the event's place, where its coordinates are known."""
    return next((at for at in item.locations if at.name == item.event.place and at.latitude is not None), None)


def _kilometres(one: Location, other: Location) -> float:
    """The distance over the globe."""
    lat1, lon1, lat2, lon2 = (
        math.radians(value or 0.0) for value in (one.latitude, one.longitude, other.latitude, other.longitude)
    )
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH * math.asin(math.sqrt(half))


def _day(one: Event, other: Event, days: int) -> _Point:
    first, second = _span(one.event_date), _span(other.event_date)
    if first is None or second is None:
        return _Point()
    gap = max((second[0] - first[1]).days, (first[0] - second[1]).days, 0)
    said = f"{one.event_date} and {other.event_date}"
    if one.precision == other.precision == "day" and not gap:
        return _Point(2.0, f"day: {one.event_date}")
    if not gap:
        return _Point(0.7, f"day: {said}")
    if gap <= days:
        return _Point(1.0, f"day: within {days}", f"day: {said}")
    return _Point(-3.0, conflict=f"day: {said}", decides=gap > days + 2)


def _span(value: str) -> tuple[date, date] | None:
    """The first and last day of an ISO day, week, month or year."""
    try:
        if "W" in value:
            first = date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
            return first, first + timedelta(days=6)
        if len(value) == len("2024-05"):
            first = date.fromisoformat(f"{value}-01")
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        if len(value) == len("2024"):
            return date(int(value), 1, 1), date(int(value), 12, 31)
        return date.fromisoformat(value), date.fromisoformat(value)
    except ValueError:
        return None


def _taxon(one: Told, other: Told) -> _Point:
    first, second = one.event.taxon, other.event.taxon
    if not first or not second:
        return _Point()
    if first == second:
        return _Point(0.7, f"taxon: {first}")
    above = {taxon.name: taxon.lineage for item in (one, other) for taxon in item.taxa}
    if first in above.get(second, ()) or second in above.get(first, ()):
        return _Point(0.6, f"taxon: {first} and {second} in one lineage")
    mine, theirs = _kinds(one.taxa), _kinds(other.taxa)
    if mine & theirs:
        return _Point(0.4, f"taxon: both name {min(mine & theirs)}")
    return _Point(-1.5, conflict=f"taxon: {first} and {second}")


def _kinds(taxa: Iterable[Taxon]) -> set[str]:
    return {taxon.name for taxon in taxa} | {taxon.group for taxon in taxa if taxon.group}


def _amounts(one: Sequence[Quantity], other: Sequence[Quantity]) -> _Point:
    """Amounts of one kind: alike to 2 % is strong (less so for two or three pieces), to 15 % is a rounding."""
    best = _Point()
    conflicts: list[str] = []
    for first in one:
        for second in other:
            a, b = _plain(first), _plain(second)
            if a[1] != b[1]:
                continue
            off = abs(a[0] - b[0]) / max(a[0], b[0])
            said = f"{first.value:g} {first.unit}"
            if off <= 0.02:
                point = _Point(1.5 if a[0] > 3 or a[1] == "kg" else 0.5, f"amount: {said}")
            elif off <= 0.15:
                point = _Point(0.8, f"amount: about {said}", f"amount: {said} and {second.value:g} {second.unit}")
            else:
                conflicts.append(f"amount: {said} and {second.value:g} {second.unit}")
                continue
            if point.points > best.points:
                best = point
    if best.points or not conflicts:
        return best
    return _Point(-1.2, conflict="; ".join(conflicts[:3]))


def _plain(item: Quantity) -> tuple[float, str]:
    """Weights in kilograms, pieces and animals as one kind: sources count the same seahorses as either."""
    if item.unit in _KILOS:
        return item.value * _KILOS[item.unit], "kg"
    return item.value, "count" if item.unit in ("pieces", "animals") else item.unit


def _arrests(one: int | None, other: int | None) -> _Point:
    if one is None or other is None:
        return _Point()
    if one == other:
        return _Point(0.5, f"arrests: {one}")
    return _Point(-0.4, conflict=f"arrests: {one} and {other}")
