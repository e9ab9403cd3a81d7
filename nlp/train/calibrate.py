"""The lines from points to probability, fitted to labelled texts; see `nlp.calibration`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold

from nlp.calibration import SLOPE, Calibration

Knots = list[tuple[float, float]]
BIN, MOST_BINS = 15.0, 20
"""Texts (by weight) that a knot stands for at least, and knots of one side at most."""
FOLDS, REPEATS = 5, 3
_STEP = 0.01


def line(points: np.ndarray, relevant: np.ndarray, weights: np.ndarray) -> Knots:
    """Knots (points, log-odds), strictly rising, through (0, 0).

    Each side of nought by itself: bins of neighbours, isotonic over the bins, and never across a half, because what is
    relevant is decided by the sign of the points.
    """
    below, above = points < 0, points > 0
    left = _side(-points[below], ~relevant[below], weights[below])
    right = _side(points[above], relevant[above], weights[above])
    return [(-x, -y) for x, y in reversed(left)] + [(0.0, 0.0)] + right


def _side(points: np.ndarray, right: np.ndarray, weights: np.ndarray) -> Knots:
    """Knots of one side: how often texts at this distance from nought are judged rightly."""
    bins = list(_bins(points, right, weights, max(BIN, float(weights.sum()) / MOST_BINS)))
    if not bins:
        return []
    x, good, whole = (np.array(column) for column in zip(*bins, strict=True))
    rising = IsotonicRegression(y_min=0.5, y_max=1.0).fit_transform(x, good / whole, sample_weight=whole)
    # Bins of one height are one knot: how sure it is depends on all their texts together.
    starts = np.flatnonzero(np.diff(rising, prepend=-1.0))
    at_once = [np.add.reduceat(column, starts) for column in (x * whole, good, whole)]
    x, share = at_once[0] / at_once[2], np.maximum(0.5, (at_once[1] + 0.5) / (at_once[2] + 1.0))
    knots: Knots = []
    last_x, last_y = 0.0, 0.0
    for at, value in zip(x, share, strict=True):
        if at - last_x < _STEP:
            continue
        odds = max(math.log(value / (1 - value)), last_y + SLOPE * (at - last_x))
        last_x, last_y = round(float(at), 3), round(float(odds), 4)
        knots.append((last_x, last_y))
    return knots


def _bins(points: np.ndarray, right: np.ndarray, weights: np.ndarray,
          least: float) -> Iterator[tuple[float, float, float]]:  # fmt: skip
    """(mean points, weight judged rightly, weight) of neighbours; equal points are never parted."""
    order = np.argsort(points, kind="stable")
    x = good = whole = 0.0
    for place, at in enumerate(order):
        weight = float(weights[at])
        x, good, whole = x + weight * float(points[at]), good + weight * bool(right[at]), whole + weight
        last = place + 1 == len(order)
        if last or (whole >= least and points[order[place + 1]] > points[at]):
            yield x / whole, good, whole
            x = good = whole = 0.0


def held_out(points: np.ndarray, relevant: np.ndarray, weights: np.ndarray) -> Iterator[np.ndarray]:
    """Scores of each text by a line that had not seen it, once a repeat."""
    for seed in range(REPEATS):
        scores = np.zeros(len(points))
        for learn, judge in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(points, relevant):
            made = Calibration("", {"": line(points[learn], relevant[learn], weights[learn])})
            scores[judge] = [made.score("", float(one)) for one in points[judge]]
        yield scores


def plain(points: Sequence[float] | np.ndarray) -> np.ndarray:
    """The points themselves taken as log-odds."""
    made: np.ndarray = 1 / (1 + np.exp(-np.asarray(points, dtype=float)))
    return made
