"""Boosted trees from a `.npz` of plain arrays, evaluated with numpy for all rows at once; no pickle, no learning library."""  # noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Forest:
    """Trees as arrays (tree, node): a node's feature (-1 at a leaf), threshold, left and right node, value."""

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]
    start: float
    depth: int

    @classmethod
    def load(cls, path: Path) -> Forest:
        """The forest in a file written by bench/train_blocks.py. OSError or KeyError when it is none."""
        with np.load(path, allow_pickle=False) as data:
            return cls(
                data["feature"].astype(np.int32), data["threshold"].astype(np.float32), data["left"].astype(np.int32),
                data["right"].astype(np.int32), data["value"].astype(np.float32), float(data["start"]), int(data["depth"]),  # noqa: E501
            )  # fmt: skip

    def odds(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-odds of each row. Memory: 8 bytes a row and tree at a time, in slices of 2,000 rows."""
        found = [self._slice(rows[place : place + 2000]) for place in range(0, len(rows), 2000)]
        return np.concatenate(found) if found else np.zeros(0, dtype=np.float32)

    def _slice(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        count, trees = len(rows), len(self.feature)
        width = self.feature.shape[1]
        at = np.zeros((count, trees), dtype=np.int32) + np.arange(trees, dtype=np.int32) * width
        feature, threshold = self.feature.ravel(), self.threshold.ravel()
        left, right = self.left.ravel(), self.right.ravel()
        offset = np.arange(trees, dtype=np.int32) * width
        row = np.arange(count)[:, None]
        for _ in range(self.depth):
            asked = feature[at]
            goes_left = rows[row, np.maximum(asked, 0)] <= threshold[at]
            at = np.where(asked < 0, at, np.where(goes_left, left[at], right[at]) + offset)
        odds: NDArray[np.float32] = self.value.ravel()[at].sum(axis=1) + np.float32(self.start)
        return odds
