"""From points to a probability: a rising line by kind of text, and one for texts that a model read.

The line maps points to log-odds and passes through nought, so that a text is relevant when its score is above a half.
It rises everywhere: more points are a higher score.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from functools import cache
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).parent / "models" / "calibration.json"
LEARNED = "learned"
"""The line of texts that a model read, of whatever kind: its points are log-odds, those of the rules are not."""
SLOPE = 0.05
"""Log-odds a point beyond the last knot: what is surer than anything seen is not much surer than that."""
_MOST = 30.0


class Calibration:
    """The lines by kind. Each is a list of knots (points, log-odds), rising in both."""

    def __init__(self, version: str, lines: dict[str, list[tuple[float, float]]]) -> None:
        self.version = version
        self.lines = lines
        for kind, knots in lines.items():
            rises = all(a[0] < b[0] and a[1] < b[1] for a, b in pairwise(knots))
            if not rises or (0.0, 0.0) not in knots:
                raise ValueError(f"the line of {kind} does not rise through nought")

    def score(self, kind: str, points: float) -> float:
        """The probability that a text of these points is relevant."""
        return 1 / (1 + math.exp(-max(-_MOST, min(_MOST, self.odds(kind, points)))))

    def odds(self, kind: str, points: float) -> float:
        """The same as log-odds."""
        knots = self.lines[kind]
        at = bisect_right(knots, (points, math.inf))
        if at == 0:
            return knots[0][1] + SLOPE * (points - knots[0][0])
        if at == len(knots):
            return knots[-1][1] + SLOPE * (points - knots[-1][0])
        (x0, y0), (x1, y1) = knots[at - 1], knots[at]
        return y0 + (y1 - y0) * (points - x0) / (x1 - x0)


def read(path: Path) -> Calibration:
    """The lines of a file."""
    made = json.loads(path.read_text(encoding="utf-8"))
    return Calibration(str(made["version"]), {kind: [(float(x), float(y)) for x, y in knots]
                                              for kind, knots in made["lines"].items()})  # fmt: skip


@cache
def calibration() -> Calibration:
    """The shipped lines, read once."""
    return read(FILE)
