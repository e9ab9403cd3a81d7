"""The gazetteer: places by folded name, loaded once and parsed only where a name is met."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from functools import cache, cached_property, lru_cache
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple

import regex
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from nlp.text import keys

FOLDER = Path(__file__).parent
WORD = regex.compile(r"[\p{L}\p{M}]++(?:'s\b)?")  # a word of a folded text, as names are made of


_UNSPACED = regex.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


class Place(NamedTuple):
    """A place with where its facts come from: a GeoNames id, or None for provinces and what we added by hand."""

    name: str
    country: str
    precision: str
    latitude: float | None
    longitude: float | None
    population: int
    geonameid: int | None


def unspaced(char: str) -> bool:
    """A letter of a script that is written without spaces: Thai, Lao, Khmer, Burmese, kana, Han."""
    code = ord(char)
    return (
        0xE00 <= code < 0xF00 or 0x1000 <= code < 0x10A0 or 0x1780 <= code < 0x1800
        or 0x3040 <= code < 0x3100 or 0x3400 <= code < 0xA000
    )  # fmt: skip


class Gazetteer:
    """Names to places. About 80,000 places with 270,000 names; loads in under a second."""

    def __init__(self) -> None:
        self._rows: list[str] = (
            gzip.decompress((FOLDER / "cities.tsv.gz").read_bytes()).decode("utf-8").splitlines()[1:]
        )
        names: dict[str, int | tuple[int, ...]] = {}
        forms_of = [row[row.rindex("\t") + 1 :] for row in self._rows]
        for name, number in zip("|".join(forms_of).split("|"), _numbered(forms_of), strict=True):
            if names.setdefault(name, number) != number:
                _add(names, name, number)
        for country, precision, latitude, longitude, population, forms, _ in _table("extra.tsv"):
            spelled = dict(zip(forms.split("|"), keys(forms.split("|")), strict=True))
            # Coordinates stand where all names of the row are of one place; other rows are lists of places.
            shared = (
                next((n for folded in spelled.values() if (n := self._known(names, folded, country)) is not None), None)
                if latitude
                else None
            )
            for form, folded in spelled.items():
                if self._known(names, folded, country) is not None:
                    continue
                if shared is None:
                    self._rows.append(
                        "\t".join(("", country, precision, latitude, longitude, population, form, folded))
                    )
                    _add(names, folded, len(self._rows) - 1)
                    shared = len(self._rows) - 1 if latitude else None
                else:
                    _add(names, folded, shared)
        self.names = names
        self.words = {name: frozenset(langs.split()) for name, langs in _table("words.tsv")}
        self.not_places = frozenset(keys([phrase for phrase, _, _ in _table("not.tsv")]))
        for code, forms in _table("countries.tsv"):
            for form, folded in zip(forms.split("|"), keys(forms.split("|")), strict=True):
                if len(folded) > 1:
                    self._rows.append("\t".join(("", code, "country", "", "", "90000000", form, folded)))
                    _add(names, folded, len(self._rows) - 1)
        self.heads, self.seconds = _begins(names)
        phrases = [name for name in self.not_places if not unspaced(name[0])]
        self._phrases = AhoCorasick(phrases, implementation=Implementation.ContiguousNFA)
        self._wide: list[str] = []

    @cached_property
    def _automaton(self) -> AhoCorasick:
        """Built at the first text in such a script: a third of the gazetteer's start."""
        self._wide = [
            name
            for name in (*self.names, *self.not_places)
            if name[0] >= "\u0e00" and unspaced(name[0]) and len(name) > 1
        ]
        return AhoCorasick(self._wide, implementation=Implementation.ContiguousNFA, matchkind=MatchKind.LeftmostLongest)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def _known(self, names: dict[str, int | tuple[int, ...]], name: str, country: str) -> int | None:
        """The row of a name in a country."""
        numbers = names.get(name, ())
        return next(
            (
                n
                for n in ((numbers,) if isinstance(numbers, int) else numbers)
                if self._rows[n].split("\t", 2)[1] == country
            ),
            None,
        )

    @lru_cache(maxsize=4096)  # noqa: B019 - one gazetteer a process, it lives as long as the cache
    def places(self, name: str) -> tuple[Place, ...]:
        """The places of a folded name."""
        found = self.names.get(name, ())
        return tuple(_place(self._rows[number]) for number in ((found,) if isinstance(found, int) else found))

    def phrases(self, text: str) -> list[tuple[int, int]]:
        """Phrases that hold the name of a place and speak of something else, as folded offsets."""
        return [(start, end) for _, start, end in self._phrases.find_matches_as_indexes(text, overlapping=True)]

    def wide(self, text: str) -> list[tuple[int, int]]:
        """Names in scripts without spaces, longest first, as folded offsets."""
        if text.isascii() or not _UNSPACED.search(text):
            return []
        return [
            (start, end)
            for number, start, end in self._automaton.find_matches_as_indexes(text)
            if self._wide[number] not in self.not_places
        ]


def _begins(names: Iterable[str]) -> tuple[set[str], set[str]]:
    """First and second words of names of several words: only where both stand is a text read on."""
    heads: set[str] = set()
    seconds: set[str] = set()
    for name in names:
        if name.isalpha():
            continue
        head, _, rest = name.partition(" ")
        second = rest.partition(" ")[0]
        if second and head.isalpha() and second.isalpha():
            heads.add(head)
            seconds.add(second)
            continue
        words = WORD.findall(name)
        heads.update(words[:1])
        seconds.update(words[1:2])
    return heads, seconds


def _numbered(forms: list[str]) -> Iterator[int]:
    """The number of the row that each of the forms stands in."""
    return chain.from_iterable(repeat(number, one.count("|") + 1) for number, one in enumerate(forms))


def _add(names: dict[str, int | tuple[int, ...]], name: str, number: int) -> None:
    known = names.get(name)
    if known is None:
        names[name] = number
    elif isinstance(known, int):
        names[name] = (known, number)
    elif len(known) < 24:
        names[name] = (*known, number)


def _place(row: str) -> Place:
    number, country, precision, latitude, longitude, people, name, _ = row.split("\t")
    return Place(name, country, precision, float(latitude) if latitude else None, float(longitude) if longitude else None,  # noqa: E501
                 int(people), int(number) if number else None)  # fmt: skip


def _table(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]]


@cache
def gazetteer() -> Gazetteer:
    """The one gazetteer of this process, loaded at the first call."""
    return Gazetteer()
