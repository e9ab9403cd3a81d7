"""The reader on texts that were written apart from its words, in 22 languages, listings, posts and news.

`seen.jsonl` holds texts whose errors were read while the words were written: it guards what was reached. Nobody read
the errors on `unseen.jsonl` before its floors were set: it tells what new texts will give. Whoever looks at its
errors moves them to `seen.jsonl` and writes new ones.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from nlp.analyse import parse
from nlp.pipeline import Reader
from nlp.records import Text

CASES = Path(__file__).parent / "cases"
# File, floor of F1 over all, of the recall of coded offers, of F1 of the weakest language; lowered only on purpose.
FLOORS = [("seen.jsonl", 0.97, 0.95, 0.90), ("unseen.jsonl", 0.92, 0.85, 0.60)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def f1(pairs: list[tuple[bool, bool]]) -> float:
    true = sum(gold and guess for gold, guess in pairs)
    wrong = sum(gold != guess for gold, guess in pairs)
    return 2 * true / (2 * true + wrong) if true or wrong else 1.0


@pytest.mark.parametrize(("name", "whole", "coded", "weakest"), FLOORS)
def test_floors(name: str, whole: float, coded: float, weakest: float, reader: Reader) -> None:
    by_language: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    hidden: list[bool] = []
    for number, line in enumerate((CASES / name).read_text(encoding="utf-8").splitlines(), start=1):
        row, text = json.loads(line), parse(line, number)
        assert isinstance(text, Text)
        relevant = reader.read(text).relevant
        by_language[row["lang"]].append((row["gold"]["relevant"], relevant))
        if row["gold"]["coded"] and row["gold"]["relevant"]:
            hidden.append(relevant)
    every = [pair for pairs in by_language.values() for pair in pairs]
    scores = {lang: round(f1(pairs), 3) for lang, pairs in by_language.items()}
    assert f1(every) >= whole, (f1(every), scores)
    assert sum(hidden) / len(hidden) >= coded
    assert min(scores.values()) >= weakest, scores
