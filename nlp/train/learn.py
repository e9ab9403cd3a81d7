"""A model of a source out of labelled texts, with what it is worth: figures on texts that it had not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from nlp import features
from nlp.calibration import LEARNED, calibration
from nlp.features import number
from nlp.learned import Model
from nlp.train.figures import Figures, figures, mean
from nlp.train.labelled import Seen, enough

FOLDS, REPEATS = 10, 3
STRENGTHS = (1.0, 3.0, 10.0)
"""How freely weights may grow (C of scikit-learn); chosen within each fold, on what is not judged there."""
BLOCKS = {"r": 1.0, "s": 1.0, "w": 0.5, "c": 1.0, "x": 1.5}
"""How much a block of values counts beside the others. Rules and classes of words carry over best to texts not seen."""
MANY = 1000
"""Texts from which on a word or run of letters counts only when two have it: fewer weights, and no loss was measured;
with 250 texts it cost .005 of F1."""
_GUESSING = 0.95
"""A model must err less than this share of what guessing the share of relevant texts does; on labels without sense the
others may come out better by chance."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, the figures of the reader without it (`before`) and with it (`after`), and why it may not be used."""

    model: Model
    before: Figures
    after: Figures
    worse: tuple[str, ...]
    held_out: np.ndarray
    """Points of each text by a model that had not seen it, of one repeat."""


def at_present(seen: Seen) -> float:
    """The points of the reader as it is shipped."""
    return seen.now


def train(name: str, seen: Sequence[Seen], about: Mapping[str, Any], blocks: Mapping[str, float] = BLOCKS,
          strengths: Sequence[float] = STRENGTHS, before: Callable[[Seen], float] = at_present) -> Trained:  # fmt: skip
    """Learn from labelled texts. `about` goes into the card; `before` gives the points that the model is held against.

    Both figures are means over three times ten folds, in which texts of one group stay together. The model itself is
    made of all texts. ValueError when there are too few.
    """
    if short := enough([one.relevant for one in seen]):
        raise ValueError(short)
    spoken = [one for one in seen if not one.silent]
    labels = np.array([one.relevant for one in seen])
    matrix, names = _matrix(spoken, blocks)
    asked = np.array([not one.silent for one in seen])
    least = np.array([one.least for one in seen])
    old = np.array([before(one) for one in seen])
    kinds = [one.kind if one.silent else LEARNED for one in seen]
    were = [LEARNED if one.model and before is at_present else one.kind for one in seen]
    after, held = [], np.zeros(0)
    for points in _held_out(matrix, labels[asked], [one.group for one in spoken], strengths):
        whole = np.array([one.rules for one in seen])
        whole[asked] = points
        whole = np.maximum(whole, least)
        after.append(figures(labels, whole, _scores(kinds, whole)))
        held = whole
    was, now = figures(labels, old, _scores(were, old)), mean(after)
    strength = _strength(matrix, labels[asked], strengths)
    fitted = _fit(matrix, labels[asked], strength)
    weights = _weights(names, fitted.coef_[0], blocks)
    card = {
        **about, "name": name, "features": features.VERSION, "texts": len(seen), "relevant": int(labels.sum()),
        "groups": len({one.group for one in seen}), "strength": strength, "blocks": dict(blocks),
        "folds": f"{REPEATS} x {FOLDS}", "before": was.as_dict(), "after": now.as_dict(),
    }  # fmt: skip
    model = Model(name, weights, float(fitted.intercept_[0]), card)
    share = float(labels.mean())
    return Trained(model, was, now, _worse(was, now, share * (1 - share)), held)


def _worse(was: Figures, now: Figures, guessing: float) -> tuple[str, ...]:
    """In what the model is worse, and by how much."""
    found = []
    for name, a, b in (("average precision", was.ap, now.ap), ("F1", was.f1, now.f1)):
        if b < a:
            found.append(f"{name} falls by {a - b:.3f}, from {a:.3f} to {b:.3f}")
    if now.brier > _GUESSING * guessing:
        found.append(f"its scores say no more than the share of relevant texts (Brier {now.brier:.3f} against "
                     f"{guessing:.3f}): the decisions do not hang together")  # fmt: skip
    return tuple(found)


def _matrix(seen: Sequence[Seen], blocks: Mapping[str, float]) -> tuple[Any, list[str]]:
    """Sparse values of the texts, each block by its weight; and their names."""
    met = Counter(name for one in seen for name in one.values)
    fewest = 2 if len(seen) > MANY else 1
    kept = {name for name, times in met.items() if blocks.get(name[0]) and times >= fewest}
    rows = [{name: value * blocks[name[0]] for name, value in one.values.items() if name in kept} for one in seen]
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(rows).tocsr()
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)  # as liblinear asks
    return matrix, list(vectorizer.feature_names_)


def _fit(matrix: Any, labels: np.ndarray, strength: float) -> Any:
    return LogisticRegression(C=strength, solver="liblinear", max_iter=1000, random_state=0).fit(matrix, labels)


def _strength(matrix: Any, labels: np.ndarray, strengths: Sequence[float]) -> float:
    """The strength with the least log loss over three folds of these texts."""
    if len(strengths) == 1:
        return strengths[0]
    loss = dict.fromkeys(strengths, 0.0)
    for learn, judge in StratifiedKFold(3, shuffle=True, random_state=0).split(labels, labels):
        for strength in strengths:
            points = _fit(matrix[learn], labels[learn], strength).decision_function(matrix[judge])
            loss[strength] += float(np.logaddexp(0, np.where(labels[judge], -points, points)).sum())
    return min(strengths, key=lambda one: (loss[one], one))


def _held_out(matrix: Any, labels: np.ndarray, groups: list[str], strengths: Sequence[float]) -> Iterator[np.ndarray]:
    """Points of each text by a model that saw nothing of its group, once a repeat."""
    apart = len(set(groups)) == len(groups)
    folds = min(FOLDS, int(min(labels.sum(), (~labels).sum())), len(set(groups)))
    for seed in range(REPEATS if len(labels) <= 2000 else 1):
        cut = StratifiedKFold if apart else StratifiedGroupKFold
        points = np.zeros(len(labels))
        split = cut(folds, shuffle=True, random_state=seed).split(labels, labels, None if apart else groups)
        for learn, judge in split:
            strength = _strength(matrix[learn], labels[learn], strengths)
            points[judge] = _fit(matrix[learn], labels[learn], strength).decision_function(matrix[judge])
        yield points


def _weights(names: Sequence[str], found: np.ndarray, blocks: Mapping[str, float]) -> dict[int, float]:
    weights: dict[int, float] = {}
    for name, weight in zip(names, found, strict=True):
        if abs(weight) > 1e-6:
            key = number(name)
            weights[key] = weights.get(key, 0.0) + float(weight) * blocks[name[0]]
    return weights


def _scores(kinds: Sequence[str], points: np.ndarray) -> np.ndarray:
    lines = calibration()
    return np.array([lines.score(kind, float(one)) for kind, one in zip(kinds, points, strict=True)])
