"""Compile the common names of CITES species: `python -m nlp.build.names SOURCES` writes `nlp/taxa/names*.tsv.gz`.

Rows that rest on Wikispecies alone (CC BY-SA 4.0) go to `names_ccbysa.tsv.gz`, apart from the rest, with a licence
note.
A name of several species stands for the lowest taxon that holds them all, when that is a genus or family; else it is
out.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from nlp.build.files import read_tsv, write_gz
from nlp.build.taxa import named
from nlp.lexicon import FOLDER
from nlp.text import key

OUT = Path(__file__).parents[1] / "taxa"
LANGUAGES = frozenset("en zh vi th id ms ja ko fr es pt de it nl ru ar hi sw tr lo km my tl bn".split())  # noqa: SIM905
_DIRTY = re.compile(r"[<>()\[\]{}/\\\d:;=_]|\?|&")
BRANDS = {"Panthera onca", "Puma concolor", "Lynx lynx", "Acinonyx jubatus"}  # one word of these is mostly a brand
_ENOUGH = 4  # words of a group in one language; with fewer, none may be built from another
HEADER = ("name", "lang", "taxon", "flags", "sources")


def load_taxa() -> dict[str, tuple[str, list[str], str]]:
    """Rank, lineage and group by accepted name."""
    with gzip.open(OUT / "taxa.tsv.gz", "rt", encoding="utf-8") as handle:
        next(handle)
        rows = (line.rstrip("\n").split("\t") for line in handle)
        return {row[0]: (row[1], row[4].split("|"), row[5]) for row in rows}


def shared(names: set[str], taxa: dict[str, tuple[str, list[str], str]]) -> str:
    """The lowest taxon that holds all of `names`, if it is no higher than a family; else ""."""
    if len(names) == 1:
        return next(iter(names))
    lines = [[name, *taxa[name][1]] for name in names]
    common = next((up for up in lines[0] if all(up in line for line in lines[1:])), "")
    return common if common and taxa[common][0] in ("species", "genus", "family") else ""


def main(sources: Path) -> None:
    """Write both files."""
    taxa = load_taxa()
    by_id = {r["speciesplus_id"]: r["scientificName"] for r in named(sources, Counter())}
    # The last part of the key: read as the group's word, which means the wider taxon; the name is kept for look-ups.
    found: dict[tuple[str, str, bool], tuple[str, set[str], set[str]]] = {}
    counts: Counter[str] = Counter()
    generic = _generic(taxa)
    for row in _rows(sources, by_id):
        name, lang, taxon, source = row
        if taxon not in taxa:
            counts["taxon without a name"] += 1
            continue
        wide = generic.get((lang, key(name)), "") in taxa[taxon][1]
        reason = _unusable(name, taxon, taxa)
        if reason:
            counts[reason] += 1
            continue
        mark = (key(name), lang, wide)
        known = found.setdefault(mark, (name, set(), set()))
        known[1].add(taxon)
        known[2].update(source.split("|"))
    free: list[tuple[str, ...]] = []
    alike: list[tuple[str, ...]] = []
    for (folded, lang, wide), (name, names, origins) in sorted(found.items()):
        taxon = shared(names, taxa)
        if not taxon:
            counts["means species of several families"] += 1
            continue
        short = len(folded) < 5 if "\u0dff" < folded[0] < "\u1800" else len(folded) < 2
        weak = (
            len(names) > 1
            or short
            or (taxon in BRANDS and " " not in folded)
            or (" " not in folded and folded.isascii())
        )
        flags = ("amb",) * weak + ("group",) * wide
        entry = (name, lang, taxon, ",".join(flags), "|".join(sorted(origins)))
        (alike if origins <= {"WSP", "Wikispecies"} else free).append(entry)
    write_gz(OUT / "names.tsv.gz", HEADER, free)
    write_gz(OUT / "names_ccbysa.tsv.gz", HEADER, alike)
    sys.stdout.write(f"names {len(free)}, CC BY-SA {len(alike)}; left out: {dict(counts)}\n")


def _generic(taxa: dict[str, tuple[str, list[str], str]]) -> dict[tuple[str, str], str]:
    """The taxa of the group words that mean a whole group, by language and folded word.

    The groups' lists hold words for single species too (Bekantan under langurs, コツメカワウソ under otters). A word
    means the group when another word or product of it is built from it (カワウソ, 穿山甲鳞片), or when there are too
    few others to tell.
    """
    groups = {row["group"]: (row["taxon"], row["parent"]) for row in read_tsv(OUT / "groups.tsv")}
    wider: dict[str, set[str]] = defaultdict(set)  # a group and all that hold it
    for group, (taxon, parent) in groups.items():
        wider[group] = {other for other, (above, _) in groups.items() if above in (taxon, *taxa[taxon][1])}
        wider[group] |= {group, parent} - {""}
    words: dict[tuple[str, str], set[str]] = defaultdict(set)
    built: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in FOLDER.glob("*.tsv"):
        for row in read_tsv(path) if path.name != "classes.tsv" else ():
            if row["kind"] == "group":
                words[path.stem, row["class"]].add(key(row["word"]))
            if row["kind"] in ("group", "product"):
                for group in wider[row["class"]]:
                    built[path.stem, group].add(_spaced(key(row["word"])))
    return {
        (lang, word): groups[group][0]
        for (lang, group), own in words.items()
        for word in own
        if " " not in word
        and (
            len(own) < _ENOUGH or any(_spaced(word) in other for other in built[lang, group] if other != _spaced(word))
        )
    }


def _spaced(word: str) -> str:
    return word.replace("-", " ")


def _rows(sources: Path, by_id: dict[str, str]) -> list[tuple[str, str, str, str]]:
    rows = [
        (r["name"], r["lang"].split("-")[0], by_id.get(r["speciesplus_id"], ""), r["sources"])
        for r in read_tsv(sources / "vernacular" / "merged_names_for_cites_taxa.tsv")
    ]
    extra: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
    for name, column, lang, source in (
        ("vietnam_legal_lists_vi.tsv", "name_vi", "vi", "Vietnamese law"),
        ("indonesia_P106_excerpt_id.tsv", "name_id", "id", "Indonesian law"),
    ):
        extra[lang] += [(r[column], lang, r["scientificName"], source) for r in read_tsv(sources / "vernacular" / name)]
    return [row for row in rows + extra["vi"] + extra["id"] if row[1] in LANGUAGES]


def _unusable(name: str, taxon: str, taxa: dict[str, tuple[str, list[str], str]]) -> str:
    """Why a name is left out, or ""."""
    folded = key(name)
    if not folded or _DIRTY.search(name) or len(name) > 60:
        return "not clean"
    wide = ord(folded[0]) > 0x2E7F or 0xE00 <= ord(folded[0]) < 0x1100
    if len(folded) < (2 if wide else 5):
        return "too short"
    if name == taxon:
        return "the scientific name again"
    plant = "Plantae" in taxa[taxon][1]
    if plant and not taxa[taxon][2]:
        return "plant outside the traded groups"
    return "one word for a plant" if plant and " " not in folded and not wide else ""


if __name__ == "__main__":
    main(Path(sys.argv[1]))
