"""Which words of a text are marked, cut into runs that can be drawn one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MAX_TEXT = 6000
"""Characters of one text in a report; the whole lies in the package's working copies."""


def runs(text: str, field: str, reasons: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """`[{"text": ..., "mark": "" | "for" | "against"}]`, together the text (its first MAX_TEXT characters).

    A reason whose words do not stand where it says marks nothing. Where both kinds meet, "for" is shown.
    """
    shown = text[:MAX_TEXT]
    marks = bytearray(len(shown))
    for reason in reasons:
        start, end = reason["start"], reason["end"]
        if reason["field"] != field or start < 0 or text[start:end] != reason["text"] or not reason["points"]:
            continue
        for place in range(start, min(end, len(shown))):
            marks[place] = 2 if reason["points"] > 0 or marks[place] == 2 else 1
    found: list[dict[str, str]] = []
    start = 0
    for place in range(1, len(shown) + 1):
        if place == len(shown) or marks[place] != marks[start]:
            found.append({"text": shown[start:place], "mark": ("", "against", "for")[marks[start]]})
            start = place
    return found
