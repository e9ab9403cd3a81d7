"""Fit the lines from points to probability: `python -m nlp.build.calibrate SOURCES [--ours FILE...] [--fresh FILE...]`.

SOURCES is the folder of `nlp.build.train`; its rows count with the points of models that had not seen them. `--fresh`
files were never looked at when rules were written and count in full, `--ours` (our own cases) a quarter, and only for
kinds with few fresh ones: rules were written with them in view. Each kind takes the line that errs least,
cross-validated. Writes `nlp/models/calibration.json`; prints Brier score and expected error, cross-validated, of the
points as they are and of the lines.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from nlp.build.train import BLOCKS, SOURCES, own_rows, rows
from nlp.calibration import FILE, LEARNED, Calibration
from nlp.pipeline import Reader
from nlp.train.calibrate import held_out, line, plain
from nlp.train.figures import Figures, figures, mean
from nlp.train.labelled import see
from nlp.train.learn import train

KINDS = ("listing", "post", "news", LEARNED)
FEWEST = 100
"""Texts (by weight) below which a kind has no line of its own."""
OURS = 0.25
PLAIN = [(-8.0, -8.0), (0.0, 0.0), (8.0, 8.0)]


def main(sources: Path, ours: list[Path], fresh: list[Path]) -> None:
    """Fit, print and write."""
    reader = Reader()
    found: list[tuple[str, float, bool, float]] = []
    for name, file in SOURCES.items():
        seen = own_rows(name, see(reader, rows(sources / file)))
        made = train(name, seen, {}, BLOCKS[name])
        for at, one in zip(made.held_out, seen, strict=True):
            found.append((one.kind if one.silent else LEARNED, float(at), one.relevant, 1.0))
    for paths, weight in ((ours, OURS), (fresh, 1.0)):
        for path in paths:
            for one in see(reader, rows(path)):
                found.append((LEARNED if one.model else one.kind, one.now, one.relevant, weight))
    kinds = np.array([row[0] for row in found])
    points, weights = (np.array([row[at] for row in found], dtype=float) for at in (1, 3))
    relevant = np.array([row[2] for row in found])
    for kind in KINDS:  # where fresh texts suffice, ours would only make the rules look surer than they are
        if weights[(kinds == kind) & (weights == 1.0)].sum() >= FEWEST:
            weights[(kinds == kind) & (weights < 1.0)] = 0.0
    used = weights > 0
    kinds, points, weights, relevant = kinds[used], points[used], weights[used], relevant[used]
    shared, together = line(points, relevant, weights), list(held_out(points, relevant, weights))
    lines = {}
    for kind in KINDS:
        mine = kinds == kind
        x, y, w = points[mine], relevant[mine], weights[mine]
        full = w == 1.0

        def judged(many: Iterable[np.ndarray], y: Any = y, x: Any = x, full: Any = full) -> Figures:
            return mean([figures(y[full], x[full], scores[full]) for scores in many])

        was = judged([plain(x)])
        tried = [("points as they are", PLAIN, was), ("line of all", shared, judged(one[mine] for one in together))]
        if w.sum() >= FEWEST:
            tried.append(("own line", line(x, y, w), judged(held_out(x, y, w))))
        which, lines[kind], now = min(tried, key=lambda one: one[2].brier)
        _say(kind, which, int(mine.sum()), was, now)
    text = json.dumps(lines, sort_keys=True)
    version = hashlib.sha256(text.encode()).hexdigest()[:8]
    Calibration(version, lines)
    body = ",\n".join(f'  "{kind}": {json.dumps(knots)}' for kind, knots in sorted(lines.items()))
    FILE.write_text(f'{{\n "version": "{version}",\n "texts": {len(found)},\n "lines": {{\n{body}\n }}\n}}\n', "utf-8")


def _say(kind: str, which: str, texts: int, was: Figures, now: Figures) -> None:
    sys.stdout.write(
        f"{kind:8} {texts:5} texts, {which}: Brier {was.brier:.4f} -> {now.brier:.4f}, "
        f"expected error {was.ece:.4f} -> {now.ece:.4f}\n"
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("sources", type=Path)
    options.add_argument("--ours", type=Path, nargs="*", default=[])
    options.add_argument("--fresh", type=Path, nargs="*", default=[])
    given = options.parse_args()
    main(given.sources, given.ours, given.fresh)
