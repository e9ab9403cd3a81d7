"""Cue phrases of a table, found in one pass over a folded text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.facts.tables import ends, first_run, marked, rows, runs, written_as
from nlp.text import Folded, key

_SETS = 500  # sets of languages whose phrases are kept


class Cue(NamedTuple):
    """A phrase with a role, at folded offsets."""

    role: str
    start: int
    end: int


class _Spoken(NamedTuple):
    """The phrases of some languages: roles by number, and what a text must hold for any of them to stand in it."""

    roles: list[tuple[tuple[str, str], ...] | None]
    firsts: frozenset[str]
    other: re.Pattern[str] | None


class Cues:
    """All phrases of one table. Where two share words, the longer counts; of equal ones, the role that stands first."""

    def __init__(self, entries: Iterable[tuple[str, str, str]]) -> None:
        """`entries`: role, language ("any" for all), phrase."""
        by_phrase: dict[str, list[tuple[str, str, str]]] = {}
        for role, lang, phrase in entries:
            folded = key(phrase)
            if folded:
                by_phrase.setdefault(folded, []).append((role, lang, marked(phrase)))
        self._roles = list(by_phrase.values())
        self._phrases = list(by_phrase)
        self._automaton = AhoCorasick(self._phrases, implementation=Implementation.ContiguousNFA)
        self._spoken: dict[frozenset[str], _Spoken] = {}

    def find(self, text: str, langs: frozenset[str], folded: Folded | None = None) -> list[Cue]:
        """Cues of the given languages, in order, none inside another. With `folded`, accents that are written count."""
        spoken = self._spoken.get(langs) or self._speak(langs)
        if spoken.firsts.isdisjoint(runs(text)) and not (spoken.other and spoken.other.search(text)):
            return []
        hits: list[Cue] = []
        roles = spoken.roles
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            meant = roles[number]
            if meant is None or not (ends(text, start) and ends(text, end)):
                continue
            for role, mark in meant:
                if not mark or folded is None or written_as(folded, start, end, mark):
                    hits.append(Cue(role, start, end))
                    break
        hits.sort(key=lambda cue: (cue.start, -cue.end))
        out: list[Cue] = []
        for cue in hits:
            if not out or cue.end > out[-1].end:
                out.append(cue)
        return out

    def _speak(self, langs: frozenset[str]) -> _Spoken:
        """What the phrases say in texts of these languages; kept, for few sets of languages come again and again."""
        roles: list[tuple[tuple[str, str], ...] | None] = []
        firsts: set[str] = set()
        others: set[str] = set()
        for phrase, meanings in zip(self._phrases, self._roles, strict=True):
            meant = tuple((role, mark) for role, lang, mark in meanings if lang == "any" or lang in langs)
            roles.append(meant or None)
            if meant:
                run = first_run(phrase)
                (firsts if run else others).add(run or phrase[0])
        other = re.compile("[" + "".join(map(re.escape, sorted(others))) + "]") if others else None
        if len(self._spoken) >= _SETS:
            self._spoken.clear()
        self._spoken[langs] = _Spoken(roles, frozenset(firsts), other)
        return self._spoken[langs]


@lru_cache(maxsize=16)
def load(name: str, *, order: tuple[str, ...] = (), only: frozenset[str] = frozenset()) -> Cues:
    """The cues of a table with the columns role, lang, phrases (apart by |). `order`: roles that win over others;
    `only`: these roles, where a phrase may have several ("a poacher" is one, "3 poachers" are three).
    """
    entries = [
        (role, lang, phrase)
        for role, lang, phrases in rows(name)
        for phrase in phrases.split("|")
        if not only or role in only
    ]
    entries.sort(key=lambda entry: order.index(entry[0]) if entry[0] in order else len(order))
    return Cues(entries)
