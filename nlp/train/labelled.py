"""Labelled texts as the learner sees them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nlp import learned
from nlp.features import features
from nlp.records import Text

if TYPE_CHECKING:
    from nlp.pipeline import Reader


FEWEST, FEWEST_OF_EACH = 40, 10
"""Labels below which folds of ten say nothing. With 50, word models reach an average precision of .84, with 100 .91."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and whether it is relevant. Texts of one `group` (a seller, a lead) are alike, so that no one of them may
    be judged by a model that saw another; "" is a group of its own."""

    text: Text
    relevant: bool
    group: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is learned from one text: its values, the points of the rules alone (`rules`) and with the shipped models
    (`now`), and the points that a model may not go below (`least`). Of a text that names nothing (`silent`) no model
    is asked.
    """

    relevant: bool
    group: str
    kind: str
    model: str
    values: dict[str, float]
    rules: float
    now: float
    least: float = -math.inf
    silent: bool = False


def see(reader: Reader, rows: Iterable[Labelled]) -> list[Seen]:
    """Read labelled texts; models of single sources have no part in it."""
    shipped = learned.Models()
    out = []
    for number, row in enumerate(rows):
        text = replace(row.text, source="")
        evidence, things, verdict, named = reader.weigh(text)
        rules = verdict.points
        values = features(evidence, verdict, things) if named else {}
        kind = learned.kind_of(evidence, things) if named else ""
        least = learned.least(kind, verdict)
        if named:
            learned.sharpen(shipped, evidence, verdict, things)
        group = row.group or f"#{number}"
        out.append(Seen(row.relevant, group, text.kind, kind, values, rules, verdict.points, least, not named))
    return out


def enough(labels: Sequence[bool]) -> str:
    """Why these labels are too few, in words; "" when they suffice."""
    yes = sum(labels)
    no = len(labels) - yes
    if len(labels) >= FEWEST and min(yes, no) >= FEWEST_OF_EACH:
        return ""
    counted = f"{len(labels)} decided listings ({yes} relevant, {no} not)"
    return f"{counted}; at least {FEWEST} are needed, {FEWEST_OF_EACH} of each"


def digest(rows: Sequence[Labelled]) -> str:
    """SHA-256 over the texts and labels, whatever their order."""
    lines = sorted(
        repr((row.text.kind, row.text.title, row.text.text, row.text.seller_text, row.relevant)) for row in rows
    )
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
