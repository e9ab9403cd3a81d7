"""Hold the weights of the rules against labelled texts: `python -m nlp.build.weigh FILE.jsonl ...`.

Each file is one source or language (rows as `osint analyse` takes them, with `gold.relevant` or `relevant`). A logistic
regression starts at the weights of `models/rules.toml` and may move each by a factor, held near 1 by a penalty; what it
gains is measured leaving one file out. It prints the factors that the data ask for: a person decides, and writes the
figures into the changelog. News has rules of its own and is left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

from nlp.analyse import parse
from nlp.pipeline import Reader
from nlp.records import Text

STEP, ROUNDS = 0.002, 400
LEAST, MOST = 0.2, 3.0  # factors beyond these say that a rule is wrong, not its weight


def rows(paths: list[Path]) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    """Points by rule (rows x rules), labels, the file of each row, and the names of the rules."""
    reader = Reader()
    sums: list[dict[str, float]] = []
    labels: list[bool] = []
    sources: list[int] = []
    for number, path in enumerate(paths):
        for line, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            row, text = json.loads(raw), parse(raw, line)
            if not isinstance(text, Text) or text.kind == "news":
                continue
            found: dict[str, float] = defaultdict(float)
            for reason in reader.weigh(text).verdict.reasons:
                found[reason.rule.split(",")[0]] += reason.points
            sums.append(found)
            labels.append(bool(row.get("relevant", row.get("gold", {}).get("relevant"))))
            sources.append(number)
    names = sorted({name for found in sums for name in found})
    points = np.array([[found.get(name, 0.0) for name in names] for found in sums])
    return points, np.array(labels), np.array(sources), names


def fit(points: np.ndarray, labels: np.ndarray, penalty: float) -> tuple[np.ndarray, float]:
    """Factors of the rules and a shift of the start, by gradient descent from 1 and 0."""
    factors, shift = np.ones(points.shape[1]), 0.0
    for _ in range(ROUNDS):
        off = 1 / (1 + np.exp(-np.clip(points @ factors + shift, -30, 30))) - labels
        factors = np.clip(factors - STEP * (points.T @ off + penalty * (factors - 1)), LEAST, MOST)
        shift -= STEP * (off.sum() + 2 * shift)
    return factors, shift


def figures(labels: np.ndarray, guess: np.ndarray) -> str:
    """Precision, recall, F1."""
    true, said, asked = int((labels & guess).sum()), int(guess.sum()), int(labels.sum())
    precision, recall = true / max(1, said), true / max(1, asked)
    return f"P={precision:.3f} R={recall:.3f} F1={2 * precision * recall / max(1e-9, precision + recall):.3f}"


def main(paths: list[Path], penalty: float) -> None:
    """Print the figures and the factors."""
    points, labels, sources, names = rows(paths)
    held_out = np.zeros(len(labels))
    for number in range(len(paths)):
        rest = sources != number
        factors, shift = fit(points[rest], labels[rest], penalty)
        held_out[~rest] = points[~rest] @ factors + shift
    factors, shift = fit(points, labels, penalty)
    counts = (points != 0).sum(axis=0)
    out = [
        f"{len(labels)} texts of {len(paths)} files",
        f"as they are            {figures(labels, points.sum(axis=1) > 0)}",
        f"moved, file left out   {figures(labels, held_out > 0)}",
        f"shift {shift:+.2f}",
    ]
    for factor, name, count in sorted(zip(factors, names, counts, strict=True)):
        if abs(factor - 1) > 0.1:
            out.append(f"{name:24} x{factor:.2f}  in {count} texts")
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+", type=Path)
    options.add_argument("--penalty", type=float, default=10.0)
    asked = options.parse_args()
    main(asked.files, asked.penalty)
