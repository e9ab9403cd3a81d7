"""The taxa: accepted names with lineage and appendix, synonyms, trade groups, common names. Read from `nlp/taxa/`."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from nlp.lexicon import Term, tables
from nlp.text import keys

HERE = Path(__file__).parent / "taxa"


class Entry(NamedTuple):
    """One accepted taxon. `cites` and `group` as in `nlp.records.Taxon`; `annotation` is the text of the listing."""

    name: str
    rank: str
    cites: str
    annotation: str
    lineage: tuple[str, ...]
    group: str
    source: str


class Group(NamedTuple):
    """A trade group: the taxon its word means, its priority (1 first, 0 exempt or look-alike) and its parent group."""

    name: str
    taxon: str
    cites: str
    priority: int
    parent: str


def _lines(name: str) -> list[str]:
    return gzip.decompress((HERE / name).read_bytes()).decode("utf-8").rstrip("\n").split("\n")[1:]


def _entry(line: str) -> Entry:
    row = line.split("\t")
    return Entry(row[0], row[1], row[2], row[3], tuple(filter(None, row[4].split("|"))), row[5], row[6])


class Taxonomy:
    """All tables in memory (about 35,000 taxa)."""

    def __init__(self) -> None:
        # Rows are kept as lines: few of them are ever asked for.
        self._rows = {line.partition("\t")[0]: line for line in _lines("taxa.tsv.gz")}
        self.synonyms = dict(line.split("\t", 2)[:2] for line in _lines("synonyms.tsv.gz"))
        self.groups = {row[0]: Group(row[0], row[1], row[3], int(row[4] or 3), row[6]) for row in tables("groups.tsv")}

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def get(self, name: str) -> Entry | None:
        """The taxon of an accepted name or synonym."""
        line = self._rows.get(name) or self._rows.get(self.synonyms.get(name, ""))
        return None if line is None else _entry(line)

    def entries(self) -> Iterator[Entry]:
        """All taxa, by name."""
        return map(_entry, self._rows.values())

    def of_group(self, group: str) -> Entry:
        """The taxon that a group word means."""
        entry = self.get(self.groups[group].taxon)
        if entry is None:
            raise KeyError(group)
        return entry

    def parents(self, group: str) -> tuple[str, ...]:
        """The group and the wider groups it belongs to."""
        out = [group]
        while (up := self.groups[out[-1]].parent if out[-1] in self.groups else "") and up not in out:
            out.append(up)
        return tuple(out)

    def scientific_terms(self) -> Iterator[Term]:
        """Scientific names and synonyms as terms; a genus alone needs support (Puma, Boa, Iguana are words too)."""
        none, weak = frozenset[str](), frozenset({"amb"})
        for name, line in self._rows.items():
            rank = line.split("\t", 2)[1]
            if rank in ("species", "subspecies"):
                yield Term(name, name.lower(), "taxon", name, "any", "", none)
            elif rank in ("genus", "family", "order") and len(name) > 4:
                yield Term(name, name.lower(), "taxon", name, "any", "", weak)
        for synonym, accepted in self.synonyms.items():
            yield Term(synonym, synonym.lower(), "taxon", accepted, "any", "", none if " " in synonym else weak)

    def name_terms(self) -> Iterator[Term]:
        """Common names as terms, but for those that are read as the word of a group."""
        rows = [row for row in self.common_names() if "group" not in row[3].split(",")]
        sets = {row[3]: frozenset(filter(None, row[3].split(","))) for row in rows}
        for (name, lang, taxon, flags, _), folded in zip(rows, keys([row[0] for row in rows]), strict=True):
            yield Term(name, folded, "name", taxon, lang, "", sets[flags])

    def common_names(self) -> Iterator[list[str]]:
        """All common names: name, language, taxon, flags, sources."""
        for file in ("names.tsv.gz", "names_ccbysa.tsv.gz"):
            yield from (line.split("\t") for line in _lines(file))


@cache
def taxonomy() -> Taxonomy:
    """The tables, read once."""
    return Taxonomy()
