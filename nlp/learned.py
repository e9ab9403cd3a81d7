"""The learned part: a logistic model a kind of source, where rules alone say too little. Rules carry everything else.

Two models ship (see `models/README.md`): `tiles` reads English titles without a text, as a results page gives them, and
`sharks` English listings of sharks and rays. Features are the points of the rules, the classes of words named, and
hashed
words of the title; the weights are plain arrays in `models/*.npz`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

from nlp.evidence import Evidence
from nlp.text import fold
from nlp.things import Thing
from nlp.verdict import Verdict

FOLDER = Path(__file__).parent / "models"
BINS = 4096
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
_RAYS = frozenset({"shark", "ray", "hammerhead", "whale_shark", "sawfish", "manta_mobula", "guitarfish"})

_MOST_POINTS = 4.0


def kind_of(evidence: Evidence, things: list[Thing]) -> str:
    """Which model reads this text: tiles, sharks or none ("")."""
    text = evidence.text
    if text.kind != "listing" or not text.title:
        return ""
    if not text.text:
        return "tiles" if _latin(text.title) else ""
    named = {word.term.cls for word in evidence.of("group", "product", "name", "taxon")}
    named |= {word.term.cls for word, _ in evidence.covered}
    fish = any(_RAYS & set(thing.groups) for thing in things) or bool(_RAYS & named)
    return "sharks" if fish and evidence.language.code == "en" else ""


def _latin(title: str) -> bool:
    return sum(char.isascii() for char in title) * 10 >= len(title) * 8


def features(evidence: Evidence, verdict: Verdict, things: list[Thing]) -> Iterator[tuple[str, float]]:
    """Named values: rules, classes, words."""
    yield "total", max(-_MOST_POINTS, min(_MOST_POINTS, verdict.points)) / _MOST_POINTS
    rules: dict[str, float] = {}
    for reason in verdict.reasons:
        name = reason.rule.split(",")[0]
        rules[name] = rules.get(name, 0.0) + reason.points
    for name, points in rules.items():
        yield f"rule:{name}", max(-2.0, min(2.0, points / 2))
    for word in evidence.of("context", "part", "innocent"):
        if word.field == "title":
            yield f"class:{word.term.kind}:{word.term.cls}", 1.0
        elif word.term.cls.startswith("broad_"):
            yield f"text:{word.term.cls}", 0.5
    for thing in things:
        yield f"form:{thing.form}:{thing.word.field}", 1.0
    words = _WORD.findall(_DIGITS.sub("0", fold(evidence.text.title).text))
    for word in words:
        yield f"w:{word}", 1.0
    for pair in pairwise(words):
        yield f"b:{' '.join(pair)}", 0.7


def vector(named: Iterator[tuple[str, float]]) -> dict[int, float]:
    """The hashed features; a value seen twice counts once."""
    out: dict[int, float] = {}
    for name, value in named:
        at = crc32(name.encode("utf-8")) % BINS
        out[at] = value if name.startswith(("rule", "total")) else max(value, out.get(at, 0.0))
    return out


@cache
def _model(kind: str) -> tuple[np.ndarray, float] | None:
    path = FOLDER / f"{kind}.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as stored:
        return stored["weights"].astype(np.float64), float(stored["bias"])


def points(evidence: Evidence, verdict: Verdict, things: list[Thing]) -> float | None:
    """The log-odds that the model gives, or None when no model reads this text."""
    kind = kind_of(evidence, things)
    model = _model(kind) if kind else None
    if model is None:
        return None
    weights, bias = model
    value = bias + sum(weights[at] * amount for at, amount in vector(features(evidence, verdict, things)).items())
    return float(value) if math.isfinite(value) else None
