"""Asking for a name: every meaning it has in the shipped lists, from a species to a product or a code word.

A name is sought as it stands first (`hổ` is not `hồ`), then folded as texts are (`TE TE` finds `tê tê`), then without
an English plural. Nothing is chosen for the person who asks: an ambiguous name has several meanings.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from nlp.lexicon import HERE, Term, load, tables
from nlp.patterns import searchable, simplified
from nlp.taxonomy import Entry, taxonomy
from nlp.text import key

ORDER = ("scientific name", "synonym", "group", "name", "emoji", "product", "code", "part", "innocent")
"""Kinds of meaning, in the order they are told."""
LONGEST = 200
"""Characters of a name; what is longer is none."""


class Word(NamedTuple):
    """A name of a taxon or group: language, the name, where it is from, and its flags (`amb`, `rom`, `dim` ...)."""

    lang: str
    word: str
    source: str
    flags: frozenset[str]


@dataclass(slots=True)
class Meaning:
    """One thing that a name means. `entry` is None for parts and innocent uses, which name no animal.

    `code` is a CITES trade term; `cls` the group, the class of a part or the kind of innocent use.
    """

    kind: str
    entry: Entry | None
    cls: str
    code: str = ""
    words: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The name as written in the lists, by language, that led here."""
    also: list[Meaning] = field(default_factory=list)
    """Other ways to the same taxon: a scientific name may be a word of a group and a common name too."""


class Lookup:
    """All names of the lists. Takes a second to build and is asked from memory then."""

    def __init__(self, extra: Path | None = None) -> None:
        self._tables = taxonomy()
        self._members = {row[0]: tuple(filter(None, row[5].split(";"))) for row in tables("groups.tsv")}
        self._terms = load(extra)
        self._found: dict[str, list[tuple[str, str, Term]]] = defaultdict(list)
        for kind, term in self._all():
            self._found[_sought(term.key or key(term.word))].append((kind, term.word, term))

    def _all(self) -> Iterator[tuple[str, Term]]:
        none = frozenset[str]()
        for name in self._tables:
            yield "scientific name", Term(name, name.lower(), "taxon", name, "la", "", none)
        for old, accepted in self._tables.synonyms.items():
            yield "synonym", Term(old, old.lower(), "taxon", accepted, "la", "", none)
        for name, lang, taxon, _, _ in self._tables.common_names():
            yield "name", Term(name, "", "name", taxon, lang, "", none)
        for term in self._terms:
            if term.kind in ORDER:
                yield term.kind, term

    def names(self) -> Iterable[str]:
        """Every name, folded: what near misses are sought in."""
        return self._found.keys()

    def written(self, folded: str) -> str:
        """A name of `names()` as the lists write it."""
        return self._found[folded][0][1]

    def ask(self, name: str) -> list[Meaning]:
        """All meanings of `name`, the most exact first; empty when it is not known."""
        folded = _sought(key(name)) if len(name) <= LONGEST else ""
        rows = self._found.get(folded, [])
        if not rows and folded.isascii() and folded.endswith("s"):
            rows = [row for row in self._found.get(folded.removesuffix("s"), []) if row[2].lang == "en"]
        wanted = _plain(name)
        exact = [row for row in rows if _plain(row[1]) == wanted]
        meanings: dict[tuple[str, str, str], Meaning] = {}
        for kind, word, term in exact or rows:
            entry, code = self._entry(kind, term), term.means if kind in ("product", "code") else ""
            mark = (kind, entry.name if entry and kind == "name" else term.cls, code)
            meaning = meanings.setdefault(mark, Meaning(kind, entry, term.cls, code))
            meaning.words[term.lang].add(word)
        kept: list[Meaning] = []
        for one in sorted(meanings.values(), key=lambda one: (ORDER.index(one.kind), one.cls, one.code)):
            same = next((other for other in kept if _same(one, other)), None)
            (same.also if same else kept).append(one)
        return kept

    def _entry(self, kind: str, term: Term) -> Entry | None:
        if kind in ("part", "innocent"):
            return None
        if term.kind in ("taxon", "name"):
            return self._tables.get(term.cls)
        return self._tables.of_group(term.cls)

    def words(self, meaning: Meaning) -> list[Word]:
        """All names of what a meaning stands for: of its group's words when it is a group, else of its taxon."""
        entry = meaning.entry
        if entry is None:
            return []
        groups = {name for name, group in self._tables.groups.items() if group.taxon == entry.name}
        if meaning.kind not in ("scientific name", "synonym", "name"):
            groups = {meaning.cls}
        found: dict[tuple[str, str], Word] = {}
        for name, lang, taxon, flags, origin in self._tables.common_names():
            if taxon == entry.name:
                marks = frozenset(filter(None, flags.split(","))) - {"group"}
                found[lang, name.casefold()] = Word(lang, name, origin, marks)
        for term in self._terms:
            if (term.kind == "group" and term.cls in groups) or (term.kind == "name" and term.cls == entry.name):
                known = found.get((term.lang, term.word.casefold()))
                origin = f"{known.source}|{_source(term.lang)}" if known else _source(term.lang)
                found[term.lang, term.word.casefold()] = Word(term.lang, term.word, origin, term.flags)
        return sorted(found.values(), key=lambda word: (word.lang, bool(word.flags), word.word))

    def members(self, meaning: Meaning) -> list[Entry]:
        """The taxa that a group word stands for in trade, the chief ones only."""
        if meaning.kind in ("scientific name", "synonym", "name", "part", "innocent"):
            return []
        entries = (self._tables.get(name) for name in self._members.get(meaning.cls, ()))
        return [entry for entry in entries if entry is not None and entry != meaning.entry]

    def species(self, entry: Entry) -> list[Entry]:
        """The listed species of a higher taxon, or the listed subspecies of a species; empty for lists over 400."""
        rank = "subspecies" if entry.rank == "species" else "species"
        below = [one for one in self._tables.entries() if entry.name in one.lineage and one.rank == rank and one.cites]
        return below if len(below) <= 400 else []

    def synonyms(self, entry: Entry) -> list[str]:
        """Other scientific names of a taxon."""
        return sorted(old for old, accepted in self._tables.synonyms.items() if accepted == entry.name)

    def parents(self, group: str) -> tuple[str, ...]:
        """A group and the wider ones it belongs to."""
        return self._tables.parents(group) if group in self._tables.groups else ()


def _same(one: Meaning, other: Meaning) -> bool:
    """Whether two meanings are the same animal or plant; a product of it is another thing."""
    living = ("scientific name", "synonym", "group", "name", "emoji")
    return one.kind in living and other.kind in living and one.entry is not None and one.entry == other.entry


def _sought(folded: str) -> str:
    """A folded name as the reader's automaton has it: punctuation as spaces, simplified characters."""
    # Most names are plain words that would come out unchanged; the check is cheaper than the way round.
    return folded if folded.isascii() and folded.replace(" ", "").isalnum() else searchable(folded)[0].strip()


def _plain(name: str) -> str:
    table = simplified()
    return "".join(table.get(char, char) for char in " ".join(unicodedata.normalize("NFC", name).casefold().split()))


def _source(lang: str) -> str:
    return f"lexicons/{lang}.tsv"


@cache
def sources() -> dict[str, str]:
    """What the short names of sources stand for."""
    return {row[0]: row[1] for row in tables("sources.tsv")}


@cache
def classes() -> dict[tuple[str, str], str]:
    """What the classes of the lexicon mean, by kind and class."""
    rows = (line.split("\t") for line in (HERE / "lexicons" / "classes.tsv").read_text("utf-8").splitlines()[1:])
    return {(row[0], row[1]): row[2] for row in rows}
