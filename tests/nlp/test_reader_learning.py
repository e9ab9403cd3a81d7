"""Learning and calibration by themselves: figures, folds by group, refusals, lines that rise, models without text."""

from __future__ import annotations

import json
import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp import features, learned
from nlp.calibration import LEARNED, Calibration, calibration
from nlp.train.calibrate import line
from nlp.train.figures import average_precision, expected_error, figures
from nlp.train.labelled import Seen
from nlp.train.learn import train

KINDS = ("listing", "post", "news", LEARNED)


def seen(number: int, relevant: bool, sense: bool, group: str = "") -> Seen:
    rng = random.Random(number)
    values = {f"w:{rng.choice('abcdefgh')}{at}": 1.0 for at in range(5)} | {"r:total": rng.uniform(-0.5, 0.5)}
    if sense:
        values["w:resin" if not relevant else "w:estate"] = 1.0
    points = rng.uniform(-1, 1)
    return Seen(relevant, group or f"#{number}", "listing", "", values, points, points)


def test_figures_are_those_of_the_books() -> None:
    relevant = np.array([True, False, True, True, False])
    points = np.array([2.0, 1.0, 0.5, -1.0, -2.0])
    made = figures(relevant, points, np.array([1.0, 0.0, 1.0, 1.0, 0.0]))
    assert (made.precision, made.recall, made.brier, made.ece) == (2 / 3, 2 / 3, 0.0, 0.0)
    assert made.ap == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert average_precision(np.array([True, False]), np.array([1.0, 1.0])) == 0.5, "equal points are no merit"
    assert expected_error(np.array([True, False]), np.array([0.9, 0.9])) == pytest.approx(0.4)


def test_what_hangs_together_is_learned_and_carries_no_text() -> None:
    made = train("shop", [seen(n, n % 2 == 0, sense=True) for n in range(80)], {"source": "shop"})
    assert not made.worse
    assert made.after.f1 > 0.95 > made.before.f1
    data, card = learned.packed(made.model)
    assert b"resin" not in data
    assert "resin" not in json.dumps(card)
    assert card["after"] == made.after.as_dict()


@pytest.mark.parametrize("seed", range(5))
def test_labels_by_chance_are_refused(seed: int) -> None:
    rng = random.Random(seed)
    made = train("shop", [seen(n, rng.random() < 0.5, sense=False) for n in range(80)], {})
    assert made.worse


def test_labels_of_copies_do_not_judge_themselves() -> None:
    """Twenty sellers with five equal offers each, labelled by chance: who saw one copy would know the other four."""
    rng = random.Random(3)
    rows = []
    for seller in range(20):
        relevant = rng.random() < 0.5
        one = seen(seller, relevant, sense=False)
        rows += [Seen(relevant, f"S{seller}", "listing", "", one.values, one.rules, one.now) for _ in range(5)]
    made = train("shop", rows, {})
    assert made.after.ap < 0.85
    assert made.worse


def test_too_few_are_refused_in_words() -> None:
    with pytest.raises(ValueError, match="at least 40 are needed"):
        train("shop", [seen(n, n % 2 == 0, sense=True) for n in range(30)], {})


@pytest.mark.parametrize("kind", KINDS)
def test_more_points_are_a_higher_score_and_a_half_is_nought(kind: str) -> None:
    lines = calibration()
    assert lines.score(kind, 0.0) == 0.5
    scores = [lines.score(kind, at / 20) for at in range(-240, 241)]
    assert all(a < b for a, b in pairwise(scores))
    assert 0 <= lines.score(kind, -math.inf) < 0.05
    assert 0.95 < lines.score(kind, math.inf) <= 1


@given(st.lists(st.tuples(st.floats(-30, 30), st.booleans()), max_size=80))
def test_any_labels_give_a_line_that_rises_through_nought(rows: list[tuple[float, bool]]) -> None:
    points = np.array([at for at, _ in rows], dtype=float)
    relevant = np.array([yes for _, yes in rows], dtype=bool)
    Calibration("", {"listing": line(points, relevant, np.ones(len(rows)))})


def test_a_line_learns_what_points_are_worth() -> None:
    """Points twice as sure as the texts deserve: the line halves them."""
    rng = np.random.default_rng(1)
    points = rng.normal(0, 3, 4000)
    relevant = rng.random(4000) < 1 / (1 + np.exp(-points / 2))
    made = Calibration("", {"listing": line(points, relevant, np.ones(4000))})
    for at in (-3.0, -1.0, 1.0, 3.0):
        assert made.score("listing", at) == pytest.approx(1 / (1 + math.exp(-at / 2)), abs=0.05)


@pytest.mark.parametrize("knots", [[(1.0, 1.0)], [(0.0, 0.0), (1.0, 0.0)], [(0.0, 0.0), (0.0, 1.0)]])
def test_a_line_that_does_not_rise_is_refused(knots: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="does not rise"):
        Calibration("", {"listing": knots})


@pytest.mark.parametrize("name", learned.SHIPPED)
def test_shipped_models_are_whole_and_not_worse(name: str) -> None:
    card = learned.load(learned.FOLDER, name).card
    assert card["features"] == features.VERSION
    assert card["after"]["f1"] >= card["before"]["f1"]
    assert card["after"]["ap"] >= card["before"]["ap"]
