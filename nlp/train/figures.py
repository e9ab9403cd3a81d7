"""How well points tell the relevant texts apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

_BINS = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """Precision, recall and F1 at nought points; average precision; Brier score and expected error of the score."""

    precision: float
    recall: float
    f1: float
    ap: float
    brier: float
    ece: float

    def as_dict(self) -> dict[str, float]:
        """Rounded, for a card."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def figures(relevant: np.ndarray, points: np.ndarray, scores: np.ndarray) -> Figures:
    """Of labels, points, and the scores that the points are shown as."""
    guess = points > 0
    true = int((relevant & guess).sum())
    precision, recall = true / max(1, int(guess.sum())), true / max(1, int(relevant.sum()))
    return Figures(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / max(1e-9, precision + recall),
        ap=average_precision(relevant, points),
        brier=float(((scores - relevant) ** 2).mean()),
        ece=expected_error(relevant, scores),
    )


def mean(many: Sequence[Figures]) -> Figures:
    """The mean of each figure."""
    rows = [asdict(one) for one in many]
    return Figures(**{name: float(np.mean([row[name] for row in rows])) for name in rows[0]})


def average_precision(relevant: np.ndarray, points: np.ndarray) -> float:
    """Mean precision at each relevant text, most points first; among equals the others come first."""
    order = np.lexsort((relevant, -points))
    hits = relevant[order]
    if not hits.any():
        return 0.0
    return float((hits.cumsum() / np.arange(1, len(hits) + 1))[hits].mean())


def expected_error(relevant: np.ndarray, scores: np.ndarray) -> float:
    """How far scores are from the share that is relevant, over ten equal ranges of score, weighed by their texts."""
    places = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    total = 0.0
    for place in range(_BINS):
        inside = places == place
        if inside.any():
            total += inside.sum() * abs(scores[inside].mean() - relevant[inside].mean())
    return float(total / len(scores))
