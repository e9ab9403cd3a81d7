"""Fit the lines from points to probability: `python -m nlp.build.calibrate SOURCES [--ours FILE...] [--fresh FILE...]`.

SOURCES is the folder of `nlp.build.train`; its rows count with the points of models that had not seen them. `--fresh`
files were never looked at when rules were written and count in full, `--ours` (our own cases) a quarter: rules were
written with them in view. Writes `nlp/models/calibration.json`; prints Brier score and expected error, cross-validated,
of the points as they are and of the lines.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from nlp.build.train import BLOCKS, SOURCES, own_rows, rows
from nlp.calibration import FILE, Calibration
from nlp.pipeline import Reader
from nlp.train.calibrate import held_out, line, plain
from nlp.train.figures import Figures, figures, mean
from nlp.train.labelled import see
from nlp.train.learn import train

KINDS = ("listing", "post", "news")
FEWEST = 100
"""Texts (by weight) below which a kind shares the line of all kinds."""
OURS = 0.25


def main(sources: Path, ours: list[Path], fresh: list[Path]) -> None:
    """Fit, print and write."""
    reader = Reader()
    found: list[tuple[str, float, bool, float]] = []
    for name, file in SOURCES.items():
        seen = own_rows(name, see(reader, rows(sources / file)))
        made = train(name, seen, {}, BLOCKS[name])
        found += [("listing", float(p), one.relevant, 1.0) for p, one in zip(made.held_out, seen, strict=True)]
    for paths, weight in ((ours, OURS), (fresh, 1.0)):
        for path in paths:
            found += [(one.kind, one.now, one.relevant, weight) for one in see(reader, rows(path))]
    kinds = np.array([row[0] for row in found])
    points, weights = (np.array([row[at] for row in found], dtype=float) for at in (1, 3))
    relevant = np.array([row[2] for row in found])
    shared, together = line(points, relevant, weights), list(held_out(points, relevant, weights))
    lines = {}
    for kind in KINDS:
        mine = kinds == kind
        own = bool(weights[mine].sum() >= FEWEST)
        lines[kind] = line(points[mine], relevant[mine], weights[mine]) if own else shared
        x, y, w = points[mine], relevant[mine], weights[mine]
        full = w == 1.0
        judged = held_out(x, y, w) if own else (scores[mine] for scores in together)
        after = [figures(y[full], x[full], scores[full]) for scores in judged]
        was = figures(y[full], x[full], plain(x[full]))
        _say(kind, "own line" if own else "line of all kinds", int(mine.sum()), was, mean(after))
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
