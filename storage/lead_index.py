"""All leads in memory, as far as lists need them: which match, how many, in which order, the counts beside the filters.

A list of a million leads with any filter must take 50 ms, its total and its facets with it. No index of the database
can count a combination of common filters in that time (measured: 1 to 10 s); arrays of a million bytes can (numpy).
This module knows no SQL: `storage.lead_query` feeds it, and brings in what has changed before every question.

A lead's number is its place in the arrays. What can be filtered by are pairs (lead, code), one list a kind. Leads that
changed since the lists were made are passed over in them (`_moved`); their pairs are kept apart until the next rebuild.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Mask: TypeAlias = npt.NDArray[np.bool_]
Numbers: TypeAlias = npt.NDArray[np.int64]
Pairs: TypeAlias = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]

REBUILD = 0.05
"""Share of moved leads at which the lists are made anew: their cost is then spread over many changes."""


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
    codes: npt.NDArray[np.int32]


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
        self._kinds: list[str] = []
        self._kind_of = np.zeros(1, np.int8)
        self._lists: dict[str, Pairs] = {}
        self._moved: Mask = np.zeros(1, bool)
        self._apart: dict[int, npt.NDArray[np.int32]] = {}
        self._apart_lists: dict[str, Pairs] = {}

    def name(self, names: Iterable[tuple[int, str, str]]) -> None:
        """Learn what codes stand for: (code, kind, value)."""
        for code, kind, value in names:
            self.names[code] = (kind, value)
            self.codes[kind, value] = code
            if kind not in self._kinds:
                self._kinds.append(kind)
            self._kind_of = _grown(self._kind_of, code + 1)
            self._kind_of[code] = self._kinds.index(kind)

    def unknown(self, batch: Batch) -> list[int]:
        """Codes of the batch that have no name yet; to be named before `put`."""
        return [code for code in np.unique(batch.codes).tolist() if code not in self.names]

    def put(self, batch: Batch) -> None:
        """Take in leads as they are now, new ones and changed ones."""
        if not len(batch.num):
            return
        size = int(batch.num.max()) + 1
        for name in ("shown", "status", "relevant", "masked", "score", "_moved"):
            setattr(self, name, _grown(getattr(self, name), size))
        for name in ("shown", "status", "relevant", "masked", "score"):
            getattr(self, name)[batch.num] = getattr(batch, name)
        self._moved[batch.num] = True
        limit = max(1000, REBUILD * len(self.shown))
        if len(batch.num) > limit:
            for lead in self._apart.keys() & set(batch.num.tolist()):
                del self._apart[lead]
            self._rebuild(np.repeat(batch.num, batch.lengths), batch.codes)
            return
        pieces = np.split(batch.codes, np.cumsum(batch.lengths)[:-1])
        self._apart.update(zip(batch.num.tolist(), pieces, strict=True))
        if len(self._apart) > limit:
            self._rebuild()
        else:
            self._apart_lists = self._by_kind(*self._flat())

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
        counts = np.zeros(len(self._kind_of), np.int64)
        for lists, where in ((self._lists, mask & ~self._moved), (self._apart_lists, mask)):
            if kind in lists:
                leads, codes = lists[kind]
                counts += np.bincount(codes[where[leads]], minlength=len(counts))
        found = np.flatnonzero(counts)
        if len(found) > most:  # those that cannot be among the first are dropped before any name is looked at
            found = found[counts[found] >= np.partition(counts[found], len(found) - most)[len(found) - most]]
        named = ((self.names[code][1], int(counts[code])) for code in found.tolist())
        return sorted(named, key=lambda pair: (-pair[1], pair[0]))[:most]

    def _having(self, kind: str, value: str) -> Mask:
        mask = np.zeros(len(self.shown), bool)
        code = self.codes.get((kind, value))
        for lists, moved in ((self._lists, self._moved), (self._apart_lists, None)):
            if code is not None and kind in lists:
                leads, codes = lists[kind]
                mask[leads[codes == code]] = True
                if moved is not None:
                    mask &= ~moved
        return mask

    def _flat(self) -> tuple[Numbers, npt.NDArray[np.int32]]:
        """(lead, code) of every value of the leads that are kept apart."""
        lengths = [len(codes) for codes in self._apart.values()]
        leads = np.repeat(np.fromiter(self._apart, np.int64, len(self._apart)), lengths)
        return leads, np.concatenate([np.zeros(0, np.int32), *self._apart.values()])

    def _by_kind(self, leads: Numbers, codes: npt.NDArray[np.int32]) -> dict[str, Pairs]:
        kinds = self._kind_of[codes]
        return {
            kind: (leads[mine].astype(np.int32), codes[mine])
            for number, kind in enumerate(self._kinds)
            if (mine := kinds == number).any()
        }

    def _rebuild(self, leads: Numbers | None = None, codes: npt.NDArray[np.int32] | None = None) -> None:
        """Lists of all leads: what stays of the old, what was kept apart, and these pairs."""
        staying = {kind: _staying(pairs, self._moved) for kind, pairs in self._lists.items()}
        parts = [staying, self._by_kind(*self._flat())]
        if leads is not None and codes is not None:
            parts.append(self._by_kind(leads, codes))
        self._lists = {
            kind: (
                np.concatenate([part[kind][0] for part in parts if kind in part]),
                np.concatenate([part[kind][1] for part in parts if kind in part]),
            )
            for kind in self._kinds
            if any(kind in part for part in parts)
        }
        self._moved[:] = False
        self._apart, self._apart_lists = {}, {}


def _staying(pairs: Pairs, moved: Mask) -> Pairs:
    stays = ~moved[pairs[0]]
    return pairs[0][stays], pairs[1][stays]


def _grown(old: npt.NDArray[Any], size: int) -> npt.NDArray[Any]:
    """The array, made a quarter longer with zeros when it has not `size` places."""
    if size <= len(old):
        return old
    return np.concatenate([old, np.zeros(max(size, len(old) * 5 // 4) - len(old), old.dtype)])
