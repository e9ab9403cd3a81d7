"""All leads in memory, as far as lists need them: which match, how many, in which order, the counts beside the filters.

A list of a million leads with any filter must take 50 ms, its total and its facets with it. No index of the database
can count a combination of common filters in that time (measured: 1 to 10 s); arrays of a million bytes can (numpy).
This module knows no SQL: `storage.lead_query` feeds it, and brings in what has changed before every question.

A lead's number is its place in the arrays. What can be filtered by lies in one inverted list a kind; leads that
changed since these were built are taken out of them (`_moved`) and looked up in small lists of their own until the next
rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Mask: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]

REBUILD = 0.05
"""Share of moved leads at which the inverted lists are built anew: their cost is then spread over many changes."""
NONE = np.zeros(0, np.int64)


@dataclass
class Postings:
    """One kind's values and the leads that have each: `leads[starts[i]:starts[i + 1]]` have `codes[i]`."""

    codes: Numbers
    starts: Numbers
    leads: npt.NDArray[np.int32]

    def having(self, code: int) -> npt.NDArray[np.int32]:
        """The leads that have the value."""
        place = int(np.searchsorted(self.codes, code))
        if place == len(self.codes) or self.codes[place] != code:
            return self.leads[:0]
        return self.leads[self.starts[place] : self.starts[place + 1]]


@dataclass
class Batch:
    """Rows of leads, column by column. `codes` of all leads one after the other, `lengths` how many each has."""

    num: Numbers
    shown: Mask
    status: npt.NDArray[np.uint8]
    relevant: Mask
    masked: Mask
    score: npt.NDArray[np.float64]
    lengths: Numbers
    codes: Numbers


@dataclass
class LeadIndex:
    """`statuses` gives the meaning of the numbers in `status`; `names` code → (kind, value)."""

    statuses: tuple[str, ...]
    shown: Mask = field(default_factory=lambda: np.zeros(1, bool))
    status: npt.NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))
    relevant: Mask = field(default_factory=lambda: np.zeros(1, bool))
    masked: Mask = field(default_factory=lambda: np.zeros(1, bool))
    score: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    codes: dict[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._lists: dict[str, Postings] = {}
        self._moved: Mask = np.zeros(1, bool)
        self._own: dict[int, Numbers] = {}
        self._own_leads = self._own_codes = NONE

    def name(self, names: Iterable[tuple[int, str, str]]) -> None:
        """Learn what codes stand for: (code, kind, value)."""
        for code, kind, value in names:
            self.names[code] = (kind, value)
            self.codes[kind, value] = code

    def unknown(self, batch: Batch) -> list[int]:
        """Codes of the batch that have no name yet; to be named before `put`."""
        return [code for code in np.unique(batch.codes).tolist() if code not in self.names]

    def put(self, batch: Batch) -> None:
        """Take in leads as they are now, new ones and changed ones."""
        if not len(batch.num):
            return
        self._grow(int(batch.num.max()) + 1)
        for name in ("shown", "status", "relevant", "masked", "score"):
            getattr(self, name)[batch.num] = getattr(batch, name)
        self._moved[batch.num] = True
        pieces = np.split(batch.codes, np.cumsum(batch.lengths)[:-1])
        self._own.update(zip(batch.num.tolist(), pieces, strict=True))
        if len(self._own) > max(1000, REBUILD * len(self.shown)):
            self._rebuild()
        else:
            self._own_leads, self._own_codes = self._flat()

    def conditions(self, wanted: Mapping[str, Any]) -> dict[str, Mask]:
        """A mask for each condition: status, relevant, masked, min_score, or a kind of facet value."""
        made: dict[str, Mask] = {}
        for name, value in wanted.items():
            if name == "status":
                made[name] = self.status == (self.statuses.index(value) if value in self.statuses else 255)
            elif name in ("relevant", "masked"):
                column: Mask = getattr(self, name)
                made[name] = column if value else ~column
            elif name == "min_score":
                made[name] = self.score >= value
            else:
                made[name] = self._having(name, str(value))
        return made

    def matching(self, conditions: Mapping[str, Mask], leave_out: str = "") -> Mask:
        """The leads that meet all conditions, but for the one left out."""
        mask = self.shown.copy()
        for name, one in conditions.items():
            if name != leave_out:
                mask &= one
        return mask

    def only(self, leads: Numbers) -> Mask:
        """The mask of these leads."""
        mask = np.zeros(len(self.shown), bool)
        mask[leads[(leads > 0) & (leads < len(mask))]] = True
        return mask

    def page(self, mask: Mask, newest: bool, limit: int, offset: int) -> list[int]:
        """Numbers of the leads of a page: by score and then number, or the newest first."""
        found = np.flatnonzero(mask)
        end = offset + limit
        if newest:
            return [int(one) for one in found[::-1][offset:end]]
        score = self.score[found]
        if end < len(found):  # all that are better than the last of the page, and its equals in order of number
            last = np.partition(score, len(score) - end)[len(score) - end]
            found = found[score >= last]
            score = self.score[found]
        order = np.lexsort((found, -score))
        return [int(one) for one in found[order][offset:end]]

    def count_statuses(self, mask: Mask) -> list[tuple[str, int]]:
        """How many leads have each status."""
        counts = np.bincount(self.status[mask], minlength=len(self.statuses))
        return [(status, int(number)) for status, number in zip(self.statuses, counts, strict=False) if number]

    def count_values(self, mask: Mask, kind: str, most: int) -> list[tuple[str, int]]:
        """The values of a kind that most leads have, with their number; equals by name."""
        counts: dict[int, int] = {}
        if (lists := self._lists.get(kind)) is not None and len(lists.codes):
            hits = (mask & ~self._moved).view(np.uint8)[lists.leads]
            sums = np.add.reduceat(hits, lists.starts[:-1], dtype=np.int32)
            # Those that cannot be among the first any more are dropped before names are looked at.
            some = np.flatnonzero(sums)
            if len(some) > most:
                last = np.partition(sums[some], len(some) - most)[len(some) - most]
                some = some[(sums[some] >= last) | np.isin(lists.codes[some], self._own_codes)]
            counts = dict(zip(lists.codes[some].tolist(), sums[some].tolist(), strict=True))
        own = self._own_codes[mask[self._own_leads]] if len(self._own_leads) else NONE
        for code, number in zip(*np.unique(own, return_counts=True), strict=True):
            if self.names[int(code)][0] == kind:
                counts[int(code)] = counts.get(int(code), 0) + int(number)
        named = ((self.names[code][1], number) for code, number in counts.items())
        return sorted(named, key=lambda pair: (-pair[1], pair[0]))[:most]

    def _having(self, kind: str, value: str) -> Mask:
        mask = np.zeros(len(self.shown), bool)
        code = self.codes.get((kind, value))
        if code is not None:
            if kind in self._lists:
                mask[self._lists[kind].having(code)] = True
                mask &= ~self._moved
            mask[self._own_leads[self._own_codes == code]] = True
        return mask

    def _grow(self, size: int) -> None:
        if size <= len(self.shown):
            return
        more = max(size, len(self.shown) * 5 // 4) - len(self.shown)
        for name in ("shown", "status", "relevant", "masked", "score", "_moved"):
            old = getattr(self, name)
            setattr(self, name, np.concatenate([old, np.zeros(more, old.dtype)]))

    def _flat(self) -> tuple[Numbers, Numbers]:
        """(lead, code) of every value of the leads that moved."""
        if not self._own:
            return NONE, NONE
        lengths = [len(codes) for codes in self._own.values()]
        leads = np.repeat(np.fromiter(self._own, np.int64, len(self._own)), lengths)
        return leads, np.concatenate(list(self._own.values()))

    def _rebuild(self) -> None:
        """New inverted lists of all leads."""
        leads, codes = self._flat()
        most = max(self.names, default=0) + 1
        kinds = sorted({kind for kind, _ in self.names.values()})
        kind_of = np.zeros(most, np.uint8)
        for code, (kind, _) in self.names.items():
            kind_of[code] = kinds.index(kind)
        for number, kind in enumerate(kinds):
            mine = kind_of[codes] == number
            parts = [(leads[mine].astype(np.int32), codes[mine])]
            if (old := self._lists.get(kind)) is not None:
                stays = ~self._moved[old.leads]
                parts.append((old.leads[stays], np.repeat(old.codes, np.diff(old.starts))[stays]))
            self._lists[kind] = _postings(
                np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
            )
        self._moved[:] = False
        self._own = {}
        self._own_leads = self._own_codes = NONE


def _postings(leads: npt.NDArray[np.int32], codes: Numbers) -> Postings:
    order = np.argsort(codes, kind="stable")
    found, first = np.unique(codes[order], return_index=True)
    return Postings(found, np.append(first, len(codes)).astype(np.int64), leads[order])
