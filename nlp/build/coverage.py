"""How deep the words go: `python -m nlp.build.coverage [--few N]` prints names + product words by family and language.

A name is a group word or a common name of a taxon of the family, a product a product or code word; both are counted
once however they are spelt in case and marks. `--few N` lists the cells with fewer than N of both. Traditional Chinese
(`zh-Hant`) counts the words of `zh` that differ from, or are the same as, their simplified form: the reader takes the
one for the other, so the cell is that of `zh`.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from nlp.build.files import read_tsv
from nlp.lexicon import load
from nlp.taxonomy import taxonomy
from nlp.text import key

LANGUAGES = "en zh vi th id ms ja ko fr es pt de it nl ru ar hi sw tr lo km my tl bn".split()  # noqa: SIM905


class Cell(NamedTuple):
    """Distinct names and distinct product and code words."""

    names: int
    products: int


def families() -> dict[str, tuple[int, frozenset[str]]]:
    """Priority and groups of the families, in the order of the table."""
    rows = read_tsv(Path(__file__).with_suffix(".tsv"))
    return {row["family"]: (int(row["priority"]), frozenset(row["groups"].split(";"))) for row in rows}


def matrix() -> Mapping[tuple[str, str], Cell]:
    """The cells by family and language."""
    tables = taxonomy()
    of_group = {group: family for family, (_, groups) in families().items() for group in groups}
    of_taxon = {tables.groups[group].taxon: family for group, family in of_group.items() if group in tables.groups}
    names: dict[tuple[str, str], set[str]] = defaultdict(set)
    products: dict[tuple[str, str], set[str]] = defaultdict(set)
    for term in load():
        if term.kind == "group" and term.cls in of_group:
            names[of_group[term.cls], term.lang].add(term.key)
        elif term.kind in ("product", "code") and term.cls in of_group:
            products[of_group[term.cls], term.lang].add(term.key)
    for name, lang, taxon, _, _ in tables.common_names():
        entry = tables.get(taxon)
        line = (taxon, *entry.lineage) if entry else (taxon,)
        family = next((of_taxon[up] for up in line if up in of_taxon), "")
        if family:
            names[family, lang].add(key(name))
    return {
        (family, lang): Cell(len(names[family, lang]), len(products[family, lang]))
        for family in families()
        for lang in LANGUAGES
    }


def main(few: int) -> None:
    """Print the matrix, or its thin cells."""
    cells = matrix()
    if few:
        for (family, lang), cell in cells.items():
            if min(cell) < few:
                sys.stdout.write(f"{family:20} {lang}  {cell.names} names, {cell.products} products\n")
        return
    sys.stdout.write(f"{'names+products':20}" + "".join(f"{lang:>8}" for lang in LANGUAGES) + "\n")
    for family in families():
        row = (cells[family, lang] for lang in LANGUAGES)
        sys.stdout.write(f"{family:20}" + "".join(f"{f'{cell.names}+{cell.products}':>8}" for cell in row) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[2]) if sys.argv[1:2] == ["--few"] else 0)
