"""The main text of a page, whatever its kind: the blocks that a small model of boosted trees takes for content."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spiders.extract import blocks as numbers
from spiders.extract.dom import Block, Dom
from spiders.extract.forest import Forest
from spiders.extract.tiles import Group, Tile, boiler

MOST = 8000
"""Blocks that are looked at; the richest real page we hold has 2,500."""

_CUT = -0.4
"""Log-odds from which a block of an offer's page counts as content (bench/train_blocks.py)."""

_VOTE = 1.7
"""Log-odds that an article's block wins or loses by trafilatura's opinion of it. Measured with a model that had not seen the
sites: four-word F1 .942 alone, trafilatura .948, both .952 (wcxb); .952, .938 and .957 (readability)."""  # noqa: E501

_SHARE = {"results": 1.2, "forum": 0.8}
"""How dear it is to miss text, by kind, when the blocks of greatest expected F1 are chosen (bench/train_blocks.py)."""


@lru_cache(maxsize=1)
def _forest() -> Forest | None:
    path = Path(__file__).parent / "blocks.npz"
    return Forest.load(path) if path.exists() else None


def select(
    dom: Dom, groups: Sequence[Group], tiles: Sequence[Tile], kind: str, anchor: int | None, opinion: str = ""
) -> list[Block]:
    """The blocks of the main text, in page order. `opinion`: the text as another reader sees it."""
    forest = _forest()
    every = dom.everything[:MOST]
    if forest is None or not every:
        return [block for block in dom.blocks if block.linked < 0.6 * len(block.text) and not boiler(block.node.el)]
    odds = forest.odds(numbers.table(dom, groups, tiles, kind, anchor, MOST))
    if opinion:
        other = " ".join(opinion.split())
        odds = odds + np.array(
            [_VOTE if len(block.text) > 2 and block.text in other else -_VOTE for block in every], dtype=np.float32
        )
    if kind == "listing":
        keep = odds > _CUT
    else:
        sizes = np.array([len(block.text) for block in every], dtype=np.float32)
        keep = choose(odds, sizes, _SHARE.get(kind, 1.0))
    kept = [block for block, is_kept in zip(every, keep, strict=True) if is_kept]
    if sum(len(block.text) for block in kept) < 40:  # nothing passed: the most likely blocks are better than none
        ranked = sorted(zip(odds, range(len(every)), strict=True), reverse=True)[:5]
        kept = [every[place] for place in sorted(place for _, place in ranked)]
    return kept


def choose(odds: NDArray[np.float32], sizes: NDArray[np.float32], share: float) -> NDArray[np.bool_]:
    """The blocks that make the expected F1 greatest, when each belongs to the text with its own chance."""
    chance = 1 / (1 + np.exp(-odds))
    order = np.argsort(-odds)
    gained = np.cumsum((chance * sizes)[order])
    expected = 2 * gained / (np.cumsum(sizes[order]) + share * (chance * sizes).sum() + 1e-9)
    keep = np.zeros(len(odds), dtype=bool)
    keep[order[: int(np.argmax(expected)) + 1]] = True
    return keep


def main_text(
    dom: Dom,
    groups: Sequence[Group] = (),
    tiles: Sequence[Tile] = (),
    kind: str = "other",
    anchor: int | None = None,
    opinion: str = "",
) -> str:
    """The main text of a page, one block a line."""
    return "\n".join(block.text for block in select(dom, groups, tiles, kind, anchor, opinion))
