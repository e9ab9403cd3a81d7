"""Compile the curated words: `python -m nlp.build.lexicons SOURCES` writes one table a language to `nlp/lexicons/`.

Rows that people wrote into the shipped tables (any source but the one below) are kept. `left_out.tsv` beside this
script
names the rows that are not taken, with the reason.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path

from nlp.build.files import read_tsv, write_tsv
from nlp.build.inflect import inflected
from nlp.lexicon import FOLDER, HEADER
from nlp.text import key

SOURCE = "curated 2026, unreviewed"
# Codes of the curated product table that are not codes of the CITES guide.
CODES = {"BIL_GAL": "GAL", "SKU_CASQUE": "SKU", "BEZ_DER": "DER"}
# Groups that the curated product table uses for their neighbours too (fox and zebra under otter, owls under eagle).
LUMPS = {"python", "otter", "eagle", "dolphin", "ocelot", "wild_bird", "costus", "serow_goral"}
FLAGS = {"pl", "inf", "def", "sp", "rom", "sl", "dim", "young", "old", "amb"}
Row = tuple[str, str, str, str, str]


def flags(note: str) -> str:
    """The flags of a curated note; its explanations are left behind."""
    heads = {part.split(":")[0].strip() for part in note.split(",")}
    if note.startswith("amb"):
        heads.add("amb")
    return ",".join(sorted(heads & FLAGS))


def curated(sources: Path) -> dict[str, list[Row]]:
    """Rows by language, from the five curated tables."""
    out: dict[str, list[Row]] = defaultdict(list)
    for row in read_tsv(sources / "taxa_names.tsv"):
        out[row["lang"]].append(("group", row["concept"], row["name"], flags(row["note"]), ""))
    groups = {lang: _names(rows) for lang, rows in out.items()}
    for row in read_tsv(sources / "product_names.tsv"):
        out[row["lang"]].append(_product(row, groups.get(row["lang"], [])))
    for name, kind in (("trade_cues", "trade"), ("enforcement_cues", "enforcement")):
        for row in read_tsv(sources / f"{name}.tsv"):
            out[row["lang"]].append((kind, row["class"], row["phrase"], "weak" if row["weight"] == "weak" else "", ""))
    for row in read_tsv(sources / "negative_cues.tsv"):
        if row["kind"] == "phrase":
            out[row["lang"]].append(("innocent", row["class"], row["phrase"], "", row["suppresses"]))
    return out


def _names(rows: list[Row]) -> list[tuple[str, str]]:
    """Folded group names of a language, longest first, with their groups."""
    return sorted({(key(word), cls) for kind, cls, word, *_ in rows if kind == "group"}, key=lambda pair: -len(pair[0]))


def _product(row: dict[str, str], groups: list[tuple[str, str]]) -> Row:
    """One product row. The curated table lumps some products under one group; the animal named in the phrase is
    better."""
    code = CODES.get(row["term"], row["term"])
    flag, concept = flags(row["note"]), row["concept"]
    if code == "LIV" and concept == "lion":
        return ("trade", "live_care", row["name"], "weak", "")
    if code == "TRO" and concept == "big_cat":
        return ("part", "TRO", row["name"], "", "")
    if concept in LUMPS or code == "MED":
        folded = key(row["name"])
        wide = folded[0] > "\u0dff"
        named = next(
            (
                cls
                for name, cls in groups
                if len(name) > 1 and (name in folded if wide else f" {name} " in f" {folded} ")
            ),
            "",
        )
        concept = named or concept
        if not named:
            flag = ",".join(sorted({*filter(None, flag.split(",")), "amb"}))
    return ("product", concept, row["name"], flag, code)


def main(sources: Path) -> None:
    """Write the tables."""
    left_out = {(r["lang"], r["kind"], key(r["word"])) for r in read_tsv(Path(__file__).with_name("left_out.tsv"))}
    counts: Counter[str] = Counter()
    rows_by_lang = curated(sources / "curated")
    for lang, rows in sorted(rows_by_lang.items()):
        path = FOLDER / f"{lang}.tsv"
        own = []
        if path.exists():
            own = [tuple(row[cell] for cell in HEADER) for row in read_tsv(path) if row["source"] != SOURCE]
        seen = {(row[0], row[1], key(row[2])) for row in own}
        table = []
        for kind, cls, word, flag, means in sorted(set(rows)):
            for form, extra in ((word, ""), *inflected(word, lang, kind)):
                mark = (kind, cls, key(form))
                if not mark[2] or mark in seen:
                    counts["doubled"] += 1
                    continue
                if (lang, kind, mark[2]) in left_out or ("*", kind, mark[2]) in left_out:
                    counts["left out"] += 1
                    continue
                seen.add(mark)
                joined = ",".join(filter(None, sorted({*flag.split(","), extra})))
                table.append((kind, cls, form, joined, means, SOURCE))
        write_tsv(path, HEADER, [*own, *table])
        counts[lang] = len(own) + len(table)
    sys.stdout.write(f"{dict(counts)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
