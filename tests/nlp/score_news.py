"""Precision, recall and F1 of the news queue and of each event field: `python -m tests.nlp.score_news FILE...`.

The rows have the form of `cases/news_dev.jsonl`. `accept` in a gold event lists other answers that a careful reader may
give (a text that names both the town and its airport, a seizure told as an arrest). A place is right when it equals the
gold after folding, or one contains the other; amounts are compared as sets of value and unit. Events of a text that
should not be relevant count as wrong in every field.
"""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

from nlp.pipeline import Reader
from nlp.records import Analysis, Event, Text

FIELDS = ("type", "place", "country", "event_date", "taxon", "quantities", "arrests", "agency")


class Tally(NamedTuple):
    """What was found rightly, found wrongly, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def plus(self, right: int, wrong: int, missed: int) -> Tally:
        """The sums."""
        return Tally(self.right + right, self.wrong + wrong, self.missed + missed)

    @property
    def precision(self) -> float:
        """Share of what was found that is right."""
        return self.right / ((self.right + self.wrong) or 1)

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return self.right / ((self.right + self.missed) or 1)

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        return 2 * self.right / ((2 * self.right + self.wrong + self.missed) or 1)


def read(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The rows of some files."""
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]


def analyse(reader: Reader, row: dict[str, Any]) -> Analysis:
    """What the reader makes of one row."""
    return reader.read(Text(row["id"], "news", row["title"], row["text"], published=row["published"]))


def score(
    rows: Sequence[dict[str, Any]], answers: Sequence[Analysis], errors: bool = False
) -> tuple[Tally, dict[str, Tally]]:
    """The tally of the queue and those of the fields."""
    queue, fields = Tally(), dict.fromkeys(FIELDS, Tally())
    fields["events"] = Tally()
    for row, answer in zip(rows, answers, strict=True):
        want, got = row["gold"]["relevant"], answer.relevant
        queue = queue.plus(want and got, got and not want, want and not got)
        if errors and want != got:
            print(f"{row['id']} {row['lang']} {'missed' if want else 'false alarm'} {answer.score} {row['title']}")
        gold, found = row["gold"]["events"], list(answer.events)
        both = min(len(gold), len(found))
        fields["events"] = fields["events"].plus(both, len(found) - both, len(gold) - both)
        for event, truth in _matched(found, gold):
            for name in FIELDS:
                counts = _field(name, event, truth)
                fields[name] = fields[name].plus(*counts)
                if errors and (counts[1] or counts[2]):
                    print(f"{row['id']} {row['lang']} {name}: {_said(name, event)} for {truth and truth[name]}")
    return queue, fields


def _matched(found: list[Event], gold: list[dict[str, Any]]) -> list[tuple[Event | None, dict[str, Any] | None]]:
    """Events and truths in the pairing that gets most right."""
    size = max(len(found), len(gold))
    events = [*found, *[None] * (size - len(found))]
    truths = [*gold, *[None] * (size - len(gold))]
    orders = permutations(truths) if size <= 5 else [tuple(truths)]
    return max(
        (list(zip(events, order, strict=True)) for order in orders),
        key=lambda pairs: sum(_field(name, *pair)[0] for pair in pairs for name in FIELDS),
    )


def _said(name: str, event: Event | None) -> Any:
    if event is None:
        return None
    return _amounts(event) if name == "quantities" else getattr(event, name, "")


def _amounts(event: Event) -> set[tuple[float, str]]:
    return {(item.value, item.unit) for item in event.quantities}


def _field(name: str, event: Event | None, truth: dict[str, Any] | None) -> tuple[int, int, int]:
    """Right, wrong and missed of one field of one pair."""
    said = _said(name, event)
    if truth is None:
        return 0, len(said) if name == "quantities" else int(said not in ("", None)), 0
    accepted = [truth[name], *truth.get("accept", {}).get(name, [])]
    if name == "quantities":
        got = said or set()
        golds = [{(item["value"], item["unit"]) for item in choice} for choice in accepted]
        best = max(golds, key=lambda gold: len(gold & got) - len(gold ^ got))
        return len(best & got), len(got - best), len(best - got)
    if said in ("", None):
        return 0, 0, int(all(choice not in ("", None) for choice in accepted))
    same = any(_alike(said, choice) if name == "place" else said == choice for choice in accepted)
    return int(same), int(not same), int(not same and truth[name] not in ("", None))


def _alike(one: str, other: str) -> bool:
    first, second = _folded(one), _folded(other)
    return bool(first and second) and (first in second or second in first)


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D")).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char) and char.isalnum())


def main() -> None:
    """Print the figures."""
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("files", nargs="+", type=Path)
    args.add_argument("--errors", action="store_true", help="print each error")
    asked = args.parse_args()
    rows, reader = read(asked.files), Reader()
    queue, fields = score(rows, [analyse(reader, row) for row in rows], asked.errors)
    for name, tally in {"queue": queue, **fields}.items():
        print(
            f"{name:11} precision={tally.precision:.3f} recall={tally.recall:.3f} f1={tally.f1:.3f}"
            f"  right={tally.right} wrong={tally.wrong} missed={tally.missed}"
        )


if __name__ == "__main__":
    main()
