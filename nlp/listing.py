"""What the text of a CITES listing says about time: the meeting that adopted it and the day it takes effect."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import NamedTuple

from nlp.lexicon import tables

_ADOPTED = re.compile(r"(?:adopted|agreed) at (CoP\d+)[^.;]*?delayed by (\d+) months")


class Effect(NamedTuple):
    """A listing adopted at `meeting` that takes effect on `day`."""

    meeting: str
    day: date


@cache
def _meetings() -> dict[str, date]:
    return {row[0]: date.fromisoformat(row[1]) for row in tables("meetings.tsv")}


def effect(annotation: str) -> Effect | None:
    """When a listing takes effect that its text says was delayed; None for all others.

    The months count from the last day of the meeting (CoP17: 12 months from 4 October 2016 to 4 October 2017).
    """
    found = _ADOPTED.search(annotation)
    ended = _meetings().get(found.group(1)) if found else None
    if found is None or ended is None:
        return None
    months = ended.month - 1 + int(found.group(2))
    return Effect(found.group(1), ended.replace(year=ended.year + months // 12, month=months % 12 + 1))
