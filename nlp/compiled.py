"""The words made ready: what the reader needs of all word tables, in one file of arrays that loads without a loop.

Reading, folding and grouping 240,000 rows took five seconds of every start; the file takes a quarter of one, and a
`Term` is made of its row when a text names it. `python -m nlp.build.compiled` writes it. It is used only while the
SHA-256 of the tables and modules that it was made from is the one it holds.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from nlp.hidden import Vocabulary, vocabulary
from nlp.lexicon import FOLDER, HERE, Term
from nlp.patterns import CUT, grouped
from nlp.text import key, keys

FILE = FOLDER / "compiled.npz"
_COLUMNS = ("kind", "cls", "lang", "means", "flags")
_MADE_BY = ("compiled.py", "hidden.py", "lexicon.py", "patterns.py", "taxonomy.py", "text.py")
_TABLES = ("taxa.tsv.gz", "synonyms.tsv.gz", "names.tsv.gz", "names_ccbysa.tsv.gz", "groups.tsv")
Arrays = Mapping[str, np.ndarray[Any, Any]]


class CompiledError(ValueError):
    """The file is not there, cannot be read, or was made from other tables."""


def fingerprint() -> str:
    """SHA-256 over everything the file is made from."""
    sources = [
        *sorted(FOLDER.glob("*.tsv")), *(HERE / "taxa" / name for name in _TABLES), HERE / "han.tsv",
        *(HERE / name for name in _MADE_BY),
    ]  # fmt: skip
    whole = hashlib.sha256()
    for path in sources:
        whole.update(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def compiled(words: Sequence[Term], names: Sequence[Term], scientific: Sequence[Term]) -> dict[str, Any]:
    """The arrays of the tables. The key of a term is not kept: it is folded again when a text names it."""
    for rows in (words, names):
        if keys([term.word for term in rows]) != [term.key for term in rows] or any(
            key(term.word) != term.key for term in rows
        ):
            raise CompiledError("a word folds otherwise alone than among others")
    terms = [*words, *names, *scientific]
    number_of = {id(term): number for number, term in enumerate(terms)}
    by_pattern = grouped(terms)
    sizes: dict[str, list[int]] = {}
    for pattern in by_pattern:
        sizes.setdefault(pattern[:CUT], []).append(len(pattern))
    hidden = vocabulary(words)
    out: dict[str, Any] = {
        "fingerprint": _text([fingerprint()]),
        "counts": np.array([len(words), len(names)], dtype=np.uint32),
        "word": _text([term.word for term in terms]),
        "patterns": _text(by_pattern),
        "rows": np.array([number_of[id(term)] for group in by_pattern.values() for term in group], dtype=np.uint32),
        "ends": np.cumsum([len(group) for group in by_pattern.values()]).astype(np.uint32),
        "prefixes": _text(sizes),
        "sizes": np.array([size for some in sizes.values() for size in sorted(set(some))], dtype=np.uint16),
        "sizes_ends": np.cumsum([len(set(some)) for some in sizes.values()]).astype(np.uint32),
        "whole": _text(sorted(hidden.whole)),
        "other": _text(sorted(hidden.other)),
        "syllables": _text(sorted(hidden.syllables)),
        "phrases": _text(sorted(hidden.phrases)),
        "initials": _text([f"{mark}\t{word}" for mark, word in hidden.initials.items()]),
    }
    for column in _COLUMNS:
        values = [_cell(getattr(term, column)) for term in terms]
        codes = {value: number for number, value in enumerate(dict.fromkeys(values))}
        out[column] = np.array([codes[value] for value in values], dtype=np.uint16 if len(codes) < 1 << 16 else "u4")
        out[f"{column}_values"] = _text(codes)
    return out


def _cell(value: str | frozenset[str]) -> str:
    return value if isinstance(value, str) else ",".join(sorted(value))


def _text(lines: Iterable[str]) -> np.ndarray[Any, Any]:
    lines = list(lines)
    whole = "\n".join(lines)
    if lines and whole.count("\n") != len(lines) - 1:
        raise CompiledError("a word with a line end of its own")
    return np.frombuffer(whole.encode("utf-8"), dtype=np.uint8)


class Columns:
    """The tables of the file. Patterns have numbers; the terms of one are made when asked for."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = {name: arrays[name] for name in arrays}
        self.words, self._names = (int(count) for count in self._arrays["counts"])
        self.patterns = self._lines("patterns")
        self.prefixes = self._lines("prefixes")
        self._word = self._lines("word")
        self._rows, self._ends = self._arrays["rows"], self._arrays["ends"]
        self._values = {column: self._lines(f"{column}_values") for column in _COLUMNS}
        self._flags = [frozenset(filter(None, flags.split(","))) for flags in self._values["flags"]]

    def _lines(self, name: str) -> list[str]:
        data = self._arrays.pop(name).tobytes().decode("utf-8")
        return data.split("\n")

    def sizes(self) -> list[list[int]]:
        """The lengths of the patterns that begin with each prefix, the shortest first."""
        flat, ends = self._arrays["sizes"].tolist(), self._arrays["sizes_ends"].tolist()
        return [flat[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def terms(self, number: int) -> tuple[list[Term], list[Term]]:
        """The terms of a pattern: those of the word lists, those of the taxa and their names."""
        first = int(self._ends[number - 1]) if number else 0
        rows = self._rows[first : int(self._ends[number])].tolist()
        mine = [self._term(row) for row in rows if row < self.words]
        return mine, [self._term(row) for row in rows if row >= self.words]

    def _term(self, row: int) -> Term:
        word = self._word[row]
        folded = key(word) if row < self.words + self._names else word.lower()
        kind, cls, lang, means = (self._values[name][int(self._arrays[name][row])] for name in _COLUMNS[:4])
        return Term(word, folded, kind, cls, lang, means, self._flags[int(self._arrays["flags"][row])])

    @cached_property
    def hidden(self) -> Vocabulary:
        """The words that a disguise may hide."""
        pairs = (line.split("\t") for line in self._lines("initials") if line)
        sets = [set(filter(None, self._lines(name))) for name in ("whole", "other", "syllables", "phrases")]
        return Vocabulary(sets[0], sets[1], sets[2], {row[0]: row[1] for row in pairs}, sets[3])


def load() -> Columns:
    """The shipped file. Raises `CompiledError` when the tables are others than it was made from."""
    try:
        with np.load(FILE, allow_pickle=False) as arrays:
            if arrays["fingerprint"].tobytes().decode("ascii") != fingerprint():
                raise CompiledError(f"{FILE.name} was made from other tables")
            return Columns({name: arrays[name] for name in arrays.files})
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise CompiledError(f"{FILE.name}: {error}") from error
