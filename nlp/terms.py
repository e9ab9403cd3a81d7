"""CITES trade terms by their code, in the words of the CITES Trade Database guide (v9, 2022; fr and es v8, 2013).

The guide is free to copy with credit. Terms newer than 2013 have English only.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def names(language: str = "en") -> Mapping[str, str]:
    """Code → name in `en`, `fr` or `es`, English where the guide has no other. ValueError for another language."""
    lines = (files("nlp") / "taxa" / "cites_terms.tsv").read_text(encoding="utf-8").splitlines()
    columns = lines[0].split("\t")
    if language not in columns[1:]:
        raise ValueError(f"no CITES term names in {language!r}: {', '.join(columns[1:])}")
    place = columns.index(language)
    found = {}
    for line in lines[1:]:
        cells = line.split("\t")
        found[cells[0]] = cells[place] or cells[1]
    return found
