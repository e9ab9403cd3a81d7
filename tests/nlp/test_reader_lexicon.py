"""A wrong row names file and line; analysts add and take out words; taxa come out as CITES has them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from nlp.lexicon import FOLDER, HEADER, LexiconError, load, read_file
from nlp.taxonomy import taxonomy


def write(folder: Path, *rows: str, name: str = "en.tsv") -> Path:
    path = folder / name
    path.write_text("\n".join(["\t".join(HEADER), *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "word"),
    [
        ("group\telefant\tjumbo\t\t\tme", "unknown class"),
        ("beast\telephant\tjumbo\t\t\tme", "unknown kind"),
        ("group\telephant\tjumbo\tbig\t\tme", "unknown flag"),
        ("group\telephant\tjumbo", "3 cells"),
        ("group\telephant\t\u200b\t\t\tme", "empty"),
    ],
)
def test_a_wrong_row_names_file_and_line(tmp_path: Path, row: str, word: str) -> None:
    path = write(tmp_path, "group\telephant\tgood row\t\t\tme", row)
    with pytest.raises(LexiconError, match=word) as caught:
        list(read_file(path))
    assert f"{path}:3" in str(caught.value)


def test_analysts_add_and_take_out(tmp_path: Path) -> None:
    write(tmp_path, "code\telephant\twhite stuff\t\tIVC\tme", "product\telephant\tivory tusk\toff\tTUS\tme")
    terms = {(t.lang, t.kind, t.key) for t in load(tmp_path)}
    assert ("en", "code", "white stuff") in terms
    assert ("en", "product", "ivory tusk") not in terms


def test_every_language_has_its_file() -> None:
    shipped = {path.stem for path in FOLDER.glob("*.tsv")}
    assert {"en", "zh", "vi", "th", "id", "ms", "ja", "ko", "fr", "es", "pt", "de"} <= shipped
    assert {"it", "nl", "ru", "ar", "hi", "sw", "tr", "lo", "km", "my", "tl", "bn"} <= shipped


@pytest.mark.parametrize(
    ("name", "cites", "group"),
    [
        ("Panthera tigris", "I", "tiger"),
        ("Panthera leo", "I/II", "lion"),
        ("Puma concolor", "I/II", "puma"),
        ("Loxodonta africana", "I/II", "elephant"),
        ("Melopsittacus undulatus", "", "budgerigar_exempt"),
        ("Nymphicus hollandicus", "", "cockatiel_exempt"),
        ("Agapornis roseicollis", "", "lovebird_exempt"),
        ("Psittacula krameri", "", "ringneck_exempt"),
        ("Manis tricuspis", "I", "pangolin"),
        ("Carcharhinus longimanus", "I", "shark"),
        ("Okapia johnstoni", "I", ""),
    ],
)
def test_listings(name: str, cites: str, group: str) -> None:
    entry = taxonomy().get(name)
    assert entry is not None
    assert (entry.cites, entry.group) == (cites, group)


def test_every_group_has_a_taxon_and_lineages_go_up() -> None:
    tables = taxonomy()
    for group in tables.groups:
        entry = tables.of_group(group)
        assert entry.name not in entry.lineage
    tiger = tables.get("Panthera tigris")
    assert tiger is not None
    assert tiger.lineage[:3] == ("Panthera", "Felidae", "Carnivora")


def test_no_row_stands_twice() -> None:
    """A word that is given twice in one class speaks twice, and only one of the rows would be mended."""
    doubled = []
    for path in sorted(FOLDER.glob("*.tsv")):
        rows = [tuple(line.split("\t")[:3]) for line in path.read_text(encoding="utf-8").splitlines()[1:]]
        doubled += [
            f"{path.name}: {' '.join(row)}" for row, times in Counter(rows).items() if times > 1 and len(row) == 3
        ]
    assert not doubled, doubled[:10]
