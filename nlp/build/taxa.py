"""Compile the CITES taxa: `python -m nlp.build.taxa SOURCES` (the lexicon folder) writes `nlp/taxa/*.tsv.gz`.

Takes the merged CITES list, its synonyms and the trade groups; adds the higher taxa that the groups and lineages name,
the four exempt birds and the innocent look-alikes. What is left out is counted on standard output.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from nlp.build.files import read_tsv, write_gz, write_tsv

OUT = Path(__file__).parents[1] / "taxa"
RANKS = ("family", "order", "class", "kingdom")
# Group words that mean a genus although the curated table names its commonest species.
GENUS_GROUPS = {
    "macaw": "Ara", "amazon_parrot": "Amazona", "conure": "Aratinga", "macaque": "Macaca", "squirrel_monkey": "Saimiri",
    "tarantula": "Theraphosidae", "marmoset": "Callithrix", "capuchin": "Sapajus", "spider_monkey": "Ateles",
    "tamarin": "Saguinus", "galago": "Galago", "star_tortoise": "Geochelone elegans", "african_pangolin": "Manidae",
    "falcon": "Falco", "orangutan": "Pongo", "gorilla": "Gorilla", "wild_sheep_goat": "Bovidae",
    "eagle": "Accipitridae",
    "monkey": "Primates", "marine_ivory_generic": "Odobenus rosmarus",
}  # fmt: skip
# Higher taxa that are no column of the CITES list, with their parents.
PLACED = {
    "Selachimorpha": ("Elasmobranchii", "Animalia"), "Batoidea": ("Elasmobranchii", "Animalia"),
    "Lutrinae": ("Mustelidae", "Carnivora", "Mammalia", "Animalia"),
    "Colobinae": ("Cercopithecidae", "Primates", "Mammalia", "Animalia"),
    "Loriinae": ("Psittacidae", "Psittaciformes", "Aves", "Animalia"),
    "Serpentes": ("Squamata", "Reptilia", "Animalia"), "Cetacea": ("Mammalia", "Animalia"),
    "Mammuthus": ("Elephantidae", "Proboscidea", "Mammalia", "Animalia"),
    "Cyatheales": ("Plantae",),
}  # fmt: skip
# Groups that stand for their narrower ones in an answer.
TOP = {"elephant", "rhino", "pangolin", "bear", "parrot", "shark", "ray", "sea_turtle", "monkey", "python", "rosewood"}
EXEMPT = {
    "Melopsittacus undulatus", "Nymphicus hollandicus", "Agapornis roseicollis", "Psittacula krameri",
}  # fmt: skip
PARENT_TAXA = {"turtle": "Testudines", "songbird": "Passeriformes", "parrot": "Psittaciformes", "big_cat": "Felidae"}
EXEMPT_NOTE = "Not in the Appendices: excluded from the listing of Psittaciformes spp."


def rank_of(name: str) -> str:
    """Rank by the number of words and, for one word, its ending; a doubtful single word is a genus."""
    words = name.split()
    if len(words) > 2:
        return "subspecies"
    if len(words) == 2:
        return "species"
    if name.endswith(("idae", "aceae")):
        return "family"
    return "order" if name.endswith(("formes", "ales")) else "genus"


def appendix_of(values: set[str]) -> str:
    """The appendices of a higher taxon: all that its members have."""
    parts = {part for value in values for part in value.replace("+", "/").split("/") if part in ("I", "II", "III")}
    return "/".join(sorted(parts, key=len))


def main(sources: Path) -> None:  # noqa: PLR0912  (one pass a table)
    """Write taxa, synonyms and groups."""
    kept: dict[str, list[Any]] = {}
    skipped = Counter[str]()
    by_id: dict[str, str] = {}
    higher: dict[str, tuple[str, tuple[str, ...]]] = {}
    members: dict[str, set[str]] = defaultdict(set)
    rows = list(read_tsv(sources / "cites_taxa_merged_2026-03.tsv"))
    families: dict[str, tuple[str, ...]] = {}
    for row in rows:
        tail = tuple(row[rank] for rank in RANKS if row[rank])
        genus = row["scientificName"].split(" ")[0]
        if row["family"] and len(tail) > len(families.get(genus, ())):
            families[genus] = tail
    for row in rows:
        name = row["scientificName"].strip()
        if not name:
            skipped["no name in the source"] += 1
            continue
        by_id[row["speciesplus_id"]] = name
        genus = name.split(" ")[0]
        tail = families.get(genus) or tuple(row[rank] for rank in RANKS if row[rank])
        if row["scientificName"] in tail:
            tail = tail[tail.index(name) + 1 :]
        words = name.split(" ")
        own = tuple(" ".join(words[:n]) for n in range(len(words) - 1, 0, -1))
        appendix = row["appendix"].replace("+", "/")
        kept[name] = [name, rank_of(name), appendix, row["annotation"], own + tail, row["name_source"]]
        for step, parent in enumerate(own + tail):
            members[parent].add(appendix)
            rank = "genus" if " " not in parent and step < len(own) else "species" if " " in parent else ""
            if not rank:
                rank = RANKS[len(RANKS) - (len(own + tail) - step)]
            higher.setdefault(parent, (rank, (own + tail)[step + 1 :]))
    for name, (rank, lineage) in higher.items():
        if name not in kept:
            kept[name] = [name, rank, appendix_of(members[name]), "", lineage, "derived from its members"]
        elif rank != "genus":
            kept[name][1] = rank
    groups = _groups(sources, kept)
    top = {row[0]: row[6] if row[6] in TOP and row[4] != "0" else row[0] for row in groups}
    group_of = {taxon: top[row[0]] for row in groups for taxon in row[5].split(";") if taxon}
    group_of |= {row[1]: top[row[0]] for row in groups}
    write_gz(
        OUT / "taxa.tsv.gz",
        ("name", "rank", "cites", "annotation", "lineage", "group", "source"),
        (
            (n, r, c, a, "|".join(up), next((group_of[x] for x in (n, *up) if x in group_of), ""), s)
            for n, r, c, a, up, s in sorted(kept.values())
        ),
    )
    write_tsv(OUT / "groups.tsv", ("group", "taxon", "rank", "cites", "priority", "members", "parent", "note"), groups)
    pairs = set()
    for row in read_tsv(sources / "synonyms_merged.tsv"):
        accepted = by_id.get(row["speciesplus_id"])
        synonym = row["synonym"].strip()
        if not accepted or synonym == accepted or synonym in kept or " " not in synonym:
            skipped["synonym of an unnamed taxon, or an accepted name itself"] += 1
            continue
        pairs.add((synonym, accepted, row["source"]))
    for old, new in (("Phataginus", "Manis"), ("Smutsia", "Manis")):
        pairs.add((old, new, "CITES nomenclature"))
    write_gz(OUT / "synonyms.tsv.gz", ("synonym", "accepted", "source"), sorted(pairs))
    sys.stdout.write(f"taxa {len(kept)}, groups {len(groups)}, synonyms {len(pairs)}; left out: {dict(skipped)}\n")


def _groups(sources: Path, kept: dict[str, list[Any]]) -> list[tuple[str, ...]]:
    """The groups, each with an accepted taxon that is put into `kept` when CITES does not name it."""
    out: list[tuple[str, ...]] = []
    for row in read_tsv(sources / "curated" / "taxa_groups.tsv"):
        taxon = GENUS_GROUPS.get(row["concept"], row["scientific_name"].strip())
        listed = "" if row["cites"] in ("not listed", "see table") else row["cites"].replace("/none", "")
        if taxon not in kept:
            lineage = PLACED.get(taxon) or _lineage(taxon, row, kept)
            note = EXEMPT_NOTE if taxon in EXEMPT else row["note"]
            kept[taxon] = [taxon, row["rank"] if " " in taxon else rank_of(taxon), listed, note, lineage, "groups"]
            if taxon in PLACED:
                kept[taxon][1] = row["rank"]
        elif row["concept"] not in GENUS_GROUPS and not kept[taxon][2]:
            kept[taxon][2] = listed
        if taxon in PLACED or not kept[taxon][2]:
            kept[taxon][2] = listed
        out.append((row["concept"], taxon, kept[taxon][1], kept[taxon][2], row["priority"], row["members"],
        row["parent"],
                    row["note"]))  # fmt: skip
    return out


def _lineage(taxon: str, row: dict[str, str], kept: dict[str, list[Any]]) -> tuple[str, ...]:
    """Lineage from the genus, or from the first member that CITES names."""
    genus = taxon.split(" ", maxsplit=1)[0]
    if " " in taxon and genus in kept:
        return (genus, *kept[genus][4])
    if taxon in EXEMPT:
        return (genus, "Psittacidae", "Psittaciformes", "Aves", "Animalia")
    for member in row["members"].split(";"):
        if member in kept:
            up: tuple[str, ...] = kept[member][4]
            return up[up.index(taxon) + 1 :] if taxon in up else up[1:]
    above = next((other for other in kept if other == PARENT_TAXA.get(row["parent"], "")), "")
    return ((genus,) if " " in taxon else ()) + ((above, *kept[above][4]) if above else ())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
