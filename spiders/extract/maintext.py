"""The main text of a page, whatever its kind: the blocks that a small model of boosted trees takes for content."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from spiders.extract import blocks as numbers
from spiders.extract.dom import Block, Dom
from spiders.extract.forest import Forest
from spiders.extract.tiles import Group, Tile, boiler

_CUT = {"listing": -0.4, "results": -0.4, "article": -0.4, "forum": -0.4}
"""Log-odds from which a block counts as content; found by bench/train_blocks.py, where the mean F1 of a kind is best."""


@lru_cache(maxsize=1)
def _forest() -> Forest | None:
    path = Path(__file__).parent / "blocks.npz"
    return Forest.load(path) if path.exists() else None


def select(dom: Dom, groups: Sequence[Group], tiles: Sequence[Tile], kind: str, anchor: int | None) -> list[Block]:
    """The blocks of the main text, in page order."""
    forest = _forest()
    if forest is None or not dom.everything:
        return [block for block in dom.blocks if block.linked < 0.6 * len(block.text) and not boiler(block.node.el)]
    odds = forest.odds(numbers.table(dom, groups, tiles, kind, anchor))
    cut = _CUT.get(kind, -0.4)
    kept = [block for block, odd in zip(dom.everything, odds, strict=True) if odd > cut]
    if sum(len(block.text) for block in kept) < 40:  # nothing passed: the most likely blocks are better than none
        ranked = sorted(zip(odds, range(len(dom.everything)), strict=True), reverse=True)[:5]
        kept = [dom.everything[place] for place in sorted(place for _, place in ranked)]
    return kept


def main_text(
    dom: Dom, groups: Sequence[Group] = (), tiles: Sequence[Tile] = (), kind: str = "other", anchor: int | None = None
) -> str:
    """The main text of a page, one block a line."""
    return "\n".join(block.text for block in select(dom, groups, tiles, kind, anchor))
