"""A text cut into pieces, each with the reasons that rest on it. Pure; the template escapes the pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. `tone` is "for", "against" or "" (nothing rests on it); `title` names rules and points."""

    text: str
    tone: str = ""
    title: str = ""


def pieces(text: str, reasons: Iterable[Mapping[str, Any]], field: str) -> list[Piece]:
    """The whole text in order; overlapping reasons are cut at each other's borders. Bad offsets are passed over."""
    spans = [
        (int(one["start"]), int(one["end"]), float(one["points"]), str(one["rule"]).replace("_", " "))
        for one in reasons
        if one["field"] == field and 0 <= int(one["start"]) < int(one["end"]) <= len(text)
    ]
    cuts = sorted({0, len(text), *(start for start, *_ in spans), *(end for _, end, *_ in spans)})
    found = []
    for start, end in pairwise(cuts):
        here = [(points, rule) for left, right, points, rule in spans if left <= start and end <= right]
        points = sum(value for value, _ in here)
        tone = "" if not here else "for" if points >= 0 else "against"
        title = ", ".join(f"{rule} {value:+.2f}" for value, rule in here)
        found.append(Piece(text[start:end], tone, title))
    return found
