"""Train the learned part: `python -m nlp.build.train SOURCES` (the relevance folder) writes
`nlp/models/{tiles,sharks}.npz`.

Prints 10-fold figures, and what each model makes of the other source. No text of the sources is carried along.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from nlp import learned
from nlp.analyse import parse
from nlp.components.relevance import Judge
from nlp.context import Context
from nlp.evidence import gather, scan
from nlp.language import detect
from nlp.pipeline import Reader
from nlp.records import Text
from nlp.rules import rules
from nlp.taxonomy import taxonomy
from nlp.things import things

SOURCES = {"tiles": "animal_products.jsonl", "sharks": "shark_products.jsonl"}
STRENGTH = {"tiles": 8.0, "sharks": 2.0}


def rows(path: Path, reader: Reader) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Feature matrix, labels and the kind of model each row belongs to."""
    judge = Judge(rules())
    matrix, labels, kinds = [], [], []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = parse(line, number)
        if not isinstance(text, Text):
            raise ValueError(text["error"])
        first = scan(text, reader.matcher, reader.disguises)
        language = detect(f"{text.title}\n{text.text}", text.country)
        evidence = gather(text, first, language, Context(text.kind, text.country, language, text.published))
        named = things(evidence, taxonomy(), rules())
        verdict = judge(evidence, named)
        dense = np.zeros(learned.BINS)
        for at, value in learned.vector(learned.features(evidence, verdict, named)).items():
            dense[at] = value
        matrix.append(dense)
        labels.append(bool(json.loads(line)["relevant"]))
        kinds.append(learned.kind_of(evidence, named))
    return np.array(matrix), np.array(labels), np.array(kinds)


def figures(gold: np.ndarray, guess: np.ndarray) -> str:
    """Precision, recall, F1."""
    true = int((gold & guess).sum())
    precision, recall = true / max(1, int(guess.sum())), true / max(1, int(gold.sum()))
    return f"P={precision:.3f} R={recall:.3f} F1={2 * precision * recall / max(1e-9, precision + recall):.3f}"


def main(sources: Path) -> None:
    """Train and write both models."""
    reader = Reader()
    data: dict[str, Any] = {kind: rows(sources / name, reader) for kind, name in SOURCES.items()}
    card: dict[str, Any] = {}
    models = {}
    for kind, (matrix, labels, kinds) in data.items():
        mine = kinds == kind
        x, y = matrix[mine], labels[mine]
        outer = np.zeros(len(y))
        for seed in range(5):
            for train, test in StratifiedKFold(10, shuffle=True, random_state=seed).split(x, y):
                model = LogisticRegression(C=STRENGTH[kind], max_iter=2000).fit(x[train], y[train])
                outer[test] += model.decision_function(x[test]) / 5
        whole = np.zeros(len(labels), dtype=bool)
        whole[mine] = outer > 0
        card[kind] = {"rows": int(mine.sum()), "of": len(labels), "ten_fold": figures(labels, whole)}
        models[kind] = LogisticRegression(C=STRENGTH[kind], max_iter=2000).fit(x, y)
        np.savez_compressed(
            learned.FOLDER / f"{kind}.npz",
            weights=models[kind].coef_[0].astype(np.float32),
            bias=np.float32(models[kind].intercept_[0]),
        )
        card[kind]["data_sha256"] = hashlib.sha256((sources / SOURCES[kind]).read_bytes()).hexdigest()[:16]
    for kind, (matrix, labels, _) in data.items():
        other = next(name for name in SOURCES if name != kind)
        card[kind]["read_by_the_other"] = figures(labels, models[other].decision_function(matrix) > 0)
    sys.stdout.write(json.dumps(card, indent=1) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
