"""The words: one table a language, read with their line numbers, so that a wrong row can be named.

A row is `kind, class, word, flags, means, source`. The kinds and their classes stand in `lexicons/classes.tsv`;
groups are
those of `taxa/groups.tsv`. Analysts put files of the same form into a folder of their own (`extra_lexicon`); a row
there
with the flag `off` takes a shipped word out.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from nlp.text import keys

HERE = Path(__file__).parent
FOLDER = HERE / "lexicons"
HEADER = ("kind", "class", "word", "flags", "means", "source")


class LexiconError(ValueError):
    """A row that cannot be used; the message names file and line."""


class Term(NamedTuple):
    """One word or phrase. `cls` is a group, a CITES code or a cue class; `means` a code, or what a cue speaks
    against."""

    word: str
    key: str
    kind: str
    cls: str
    lang: str
    means: str
    flags: frozenset[str]


@cache
def classes() -> dict[str, frozenset[str]]:
    """Allowed classes by kind (`*` the groups, `taxon` the accepted names), and the allowed flags under `flag`."""
    out: dict[str, set[str]] = {}
    for line in (FOLDER / "classes.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        kind, name, _ = line.split("\t")
        out.setdefault(kind, set()).add(name)
    groups = frozenset(row[0] for row in tables("groups.tsv"))
    with gzip.open(HERE / "taxa" / "taxa.tsv.gz", "rt", encoding="utf-8") as handle:
        taxa = frozenset(line.split("\t", 1)[0] for line in handle)
    whole = {"*": groups, "taxon": taxa}
    return {kind: whole.get(next(iter(names)), frozenset(names)) for kind, names in out.items()}


def tables(name: str) -> Iterator[list[str]]:
    """Rows of a table of the `taxa` folder, without its header."""
    lines = (HERE / "taxa" / name).read_text(encoding="utf-8").splitlines()
    return (line.split("\t") for line in lines[1:])


def read_file(path: Path) -> Iterator[Term]:
    """The terms of one file; its name is the language (`en.tsv`, `any.tsv` for all).

    Raises `LexiconError` for a row that is not well formed.
    """
    lang = path.stem
    known = classes()
    flags_known = known["flag"]
    cache_flags: dict[str, frozenset[str]] = {}
    lines = path.read_text(encoding="utf-8").splitlines()
    folded_words = keys([line.split("\t", 3)[2] if line.count("\t") > 2 else "" for line in lines])
    for number, line in enumerate(lines, start=1):
        if number == 1 or not line.strip() or line.startswith("#"):
            if number == 1 and tuple(line.split("\t")) != HEADER:
                raise LexiconError(f"{path}:1: the header must be {' '.join(HEADER)}, with tabs between")
            continue
        cells = line.split("\t")
        if len(cells) != len(HEADER):
            raise LexiconError(f"{path}:{number}: {len(cells)} cells instead of {len(HEADER)} (tabs between them)")
        kind, cls, word, flags, means, _ = cells
        if kind not in known or kind == "flag":
            raise LexiconError(f"{path}:{number}: unknown kind {kind!r}")
        if cls not in known[kind]:
            raise LexiconError(f"{path}:{number}: unknown class {cls!r} of kind {kind!r}")
        flag_set = cache_flags.get(flags)
        if flag_set is None:
            flag_set = frozenset(filter(None, flags.split(",")))
            if not flag_set <= flags_known:
                raise LexiconError(f"{path}:{number}: unknown flag {', '.join(sorted(flag_set - flags_known))}")
            cache_flags[flags] = flag_set
        folded = folded_words[number - 1]
        if not folded:
            raise LexiconError(f"{path}:{number}: the word {word!r} is empty when folded")
        yield Term(word, folded, kind, cls, lang, means, flag_set)


def further(extra: Path | None) -> list[Term]:
    """The terms of a folder of further tables."""
    if extra is None:
        return []
    if not extra.is_dir():
        raise LexiconError(f"{extra}: no such folder")
    return [term for path in sorted(extra.glob("*.tsv")) for term in read_file(path)]


def load(extra: Path | None = None) -> list[Term]:
    """All terms: the shipped files, then those of the folder `extra`, which may switch shipped ones off."""
    added = further(extra)
    terms = [term for path in sorted(FOLDER.glob("*.tsv")) if path.name != "classes.tsv" for term in read_file(path)]
    off = {(term.lang, term.kind, term.key) for term in added if "off" in term.flags}
    kept = [term for term in terms if (term.lang, term.kind, term.key) not in off] if off else terms
    return kept + [term for term in added if "off" not in term.flags]
