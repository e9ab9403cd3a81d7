"""Cue phrases of a table, found in one pass over a folded text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from nlp.facts.tables import ends, marked, rows, written_as
from nlp.text import Folded, key


class Cue(NamedTuple):
    """A phrase with a role, at folded offsets."""

    role: str
    start: int
    end: int


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
        self._automaton = AhoCorasick(list(by_phrase), implementation=Implementation.ContiguousNFA)

    def find(self, text: str, langs: frozenset[str], folded: Folded | None = None) -> list[Cue]:
        """Cues of the given languages, in order, none inside another. With `folded`, accents that are written count."""
        hits: list[Cue] = []
        for number, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            if not (ends(text, start) and ends(text, end)):
                continue
            role = next(
                (role for role, lang, mark in self._roles[number]
                 if (lang == "any" or lang in langs) and (not mark or folded is None or written_as(folded, start, end, mark))), "",  # noqa: E501
            )  # fmt: skip
            if role:
                hits.append(Cue(role, start, end))
        hits.sort(key=lambda cue: (cue.start, -cue.end))
        out: list[Cue] = []
        for cue in hits:
            if not out or cue.end > out[-1].end:
                out.append(cue)
        return out


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
