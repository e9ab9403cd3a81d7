"""Compile the CITES taxa: `python -m nlp.build.taxa SOURCES` (the lexicon folder) writes `nlp/taxa/*.tsv.gz`.

Takes the merged CITES list, its synonyms and the trade groups; adds the higher taxa that the groups and lineages name,
the four exempt birds and the innocent look-alikes. The small tables beside this script fill what the list lacks:
`named.tsv` names ids, `genera.tsv` and `between.tsv` place genera, `listings.tsv` has the listings of higher taxa,
`unlisted.tsv` the domesticated and excluded forms, `more_synonyms.tsv` names of science and trade that CITES has not.
What is left out is counted on standard output; `nlp.build.audit` holds the result against the list.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nlp.build.files import read_tsv, write_gz, write_tsv

HERE = Path(__file__).parent
OUT = HERE.parent / "taxa"
GUESSED = "inferred_from_common_name"
LOW = ("species", "subspecies")
RANKS = ("family", "order", "class", "kingdom")
# Group words that mean a genus although the curated table names its commonest species.
GENUS_GROUPS = {
    "macaw": "Ara", "amazon_parrot": "Amazona", "conure": "Aratinga", "macaque": "Macaca", "squirrel_monkey": "Saimiri",
    "tarantula": "Theraphosidae", "marmoset": "Callithrix", "capuchin": "Sapajus", "spider_monkey": "Ateles",
    "tamarin": "Saguinus", "galago": "Galago", "star_tortoise": "Geochelone elegans", "african_pangolin": "Manidae",
    "falcon": "Falco", "orangutan": "Pongo", "gorilla": "Gorilla", "wild_sheep_goat": "Bovidae",
    "eagle": "Accipitridae", "lory": "Loriidae", "shama": "Kittacincla malabarica",
    "agarwood": "Aquilaria",
    "monkey": "Primates", "marine_ivory_generic": "Odobenus rosmarus",
}  # fmt: skip
# Groups that stand for their narrower ones in an answer.
TOP = {"elephant", "rhino", "pangolin", "bear", "parrot", "shark", "ray", "sea_turtle", "monkey", "python", "rosewood"}
EXEMPT = {
    "Melopsittacus undulatus", "Nymphicus hollandicus", "Agapornis roseicollis", "Psittacula krameri",
}  # fmt: skip
EXEMPT_NOTE = "Not in the Appendices: excluded from the listing of Psittaciformes spp."


def rank_of(name: str) -> str:
    """Rank by the number of words and, for one word, its ending; a doubtful single word is a genus."""
    words = name.split()
    if '"' in name:
        return "species"  # not described yet: a genus and a name in quotes
    if len(words) > 2:
        return "subspecies"
    if len(words) == 2:
        return "species"
    if name.endswith(("idae", "aceae")):
        return "family"
    return "order" if name.endswith(("formes", "ales")) else "genus"


def appendix_of(values: Iterable[str]) -> str:
    """All the appendices of these listings: I, II, III, I/II ..."""
    parts = {part for value in values for part in value.replace("+", "/").split("/") if part in ("I", "II", "III")}
    return "/".join(sorted(parts, key=len))


def clean(annotation: str) -> str:
    """The text of a listing: without headings that nothing follows, full stops left alone and doubled spaces."""
    text = re.sub(r"Appendix (?:I|II|III):[ .]*(?=Appendix|\Z)", "", annotation)
    text = re.sub(r"(Appendix I{1,3}): *", r"\1: ", text)
    text = re.sub(r"(?<=[^. ]) +(?=Appendix I{1,3}: )", ". ", text)
    return " ".join(re.sub(r"\.(?=Listing)", ". ", text).split())


def named(sources: Path, skipped: Counter[str]) -> list[dict[str, str]]:
    """The rows of the merged list that have a name. `named.tsv` fills gaps and mends names guessed from common names;
    a guessed name that another id has on better grounds is left out."""
    rows = list(read_tsv(sources / "cites_taxa_merged_2026-03.tsv"))
    mended = {row["speciesplus_id"]: row for row in read_tsv(HERE / "named.tsv")}
    for row in rows:
        row["scientificName"] = row["scientificName"].strip('"').replace('""', '"')
        if row["speciesplus_id"] in mended:
            row["scientificName"] = mended[row["speciesplus_id"]]["name"]
            row["name_source"] = mended[row["speciesplus_id"]]["source"]
    rows.sort(key=lambda row: (row["name_source"] == GUESSED, int(row["speciesplus_id"])))
    seen: set[str] = set()
    kept = []
    for row in rows:
        if not row["scientificName"]:
            skipped["no name in the source"] += 1
        elif row["scientificName"] in seen:
            skipped["a name that another id has"] += 1
        else:
            seen.add(row["scientificName"])
            kept.append(row)
    return kept


class Lineages:
    """Where each genus stands: by `genera.tsv`, else by the list itself; `between.tsv` adds the ranks that CITES has no
    column for."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self._tails: dict[str, tuple[str, ...]] = {}
        self._ranks = {"Animalia": "kingdom", "Plantae": "kingdom"}
        placed = ({**row, "scientificName": row["genus"]} for row in read_tsv(HERE / "genera.tsv"))
        for row in (*placed, *rows):
            tail = tuple(row[rank] for rank in RANKS if row[rank])
            self._ranks.update({row[rank]: rank for rank in RANKS if row[rank]})
            genus = row["scientificName"].split(" ")[0]
            line = tail if genus in tail else (genus, *tail)
            for at, name in enumerate(line, start=1):
                if len(line) - at > len(self._tails.get(name, ())):
                    self._tails[name] = line[at:]
        self._above: dict[str, str] = {}
        for row in read_tsv(HERE / "between.tsv"):
            self._ranks[row["taxon"]] = row["rank"]
            below = row["stands above"].split(";")
            self._above.update(dict.fromkeys(below, row["taxon"]))
            self._tails[row["taxon"]] = self._tails[below[0]]

    def above(self, name: str) -> tuple[str, ...]:
        """All that `name` belongs to, from its genus (or what is next above) up to the kingdom."""
        words = name.split(" ")
        own = words[:1] if '"' in name else [" ".join(words[:count]) for count in range(len(words) - 1, 0, -1)]
        own = [part for part in own if not part.endswith("var.")]
        out: list[str] = []
        for part in (name, *own, *self._tails.get(words[0], ())):
            out.append(part)
            if part in self._above:
                out.append(self._above[part])
        return tuple(out[1:])

    def rank(self, name: str) -> str:
        """The rank of a taxon, by the column it stands in, else by its form."""
        return self._ranks.get(name) or rank_of(name)


def main(sources: Path) -> None:
    """Write taxa, synonyms and groups."""
    skipped = Counter[str]()
    rows = named(sources, skipped)
    lineages = Lineages(rows)
    kept: dict[str, list[Any]] = {}
    members: dict[str, dict[str, str]] = defaultdict(dict)
    by_id: dict[str, str] = {}
    for row in rows:
        name, appendix = row["scientificName"], row["appendix"].replace("+", "/")
        by_id[row["speciesplus_id"]] = name
        up = lineages.above(name)
        kept[name] = [name, lineages.rank(name), appendix, clean(row["annotation"]), up, row["name_source"]]
        for parent in up:
            members[parent][name] = appendix
    for row in read_tsv(HERE / "unlisted.tsv"):
        kept[row["taxon"]] = [row["taxon"], row["rank"], "", row["note"], _told(row["lineage"]), row["source"]]
    _higher(kept, members, lineages)
    groups = _groups(sources, kept, lineages)
    top = {row[0]: row[6] if row[6] in TOP and row[4] != "0" else row[0] for row in groups}
    group_of = {taxon: top[row[0]] for row in groups for taxon in row[5].split(";") if taxon}
    group_of |= {row[1]: top[row[0]] for row in groups}
    # The species that a word widened to its genus was said of stays with it (Aquilaria malaccensis is a medicine too).
    curated = read_tsv(sources / "curated" / "taxa_groups.tsv")
    said = {row["scientific_name"].strip(): row["concept"] for row in curated if row["concept"] in GENUS_GROUPS}
    group_of |= {taxon: top[group] for taxon, group in said.items() if " " in taxon and taxon in kept}
    write_gz(
        OUT / "taxa.tsv.gz",
        ("name", "rank", "cites", "annotation", "lineage", "group", "source"),
        (
            (n, r, c, a, "|".join(up), next((group_of[x] for x in (n, *up) if x in group_of), ""), s)
            for n, r, c, a, up, s in sorted(kept.values())
        ),
    )
    write_tsv(OUT / "groups.tsv", ("group", "taxon", "rank", "cites", "priority", "members", "parent", "note"), groups)
    pairs = _synonyms(sources, kept, by_id, skipped)
    write_gz(OUT / "synonyms.tsv.gz", ("synonym", "accepted", "source"), sorted(pairs))
    animals = sum(1 for row in kept.values() if "Animalia" in row[4] and row[1] in ("species", "subspecies") and row[2])
    sys.stdout.write(
        f"taxa {len(kept)} ({animals} listed species and subspecies of animals), groups {len(groups)}, "
        f"synonyms {len(pairs)}; left out: {dict(skipped)}\n"
    )


def _told(lineage: str) -> tuple[str, ...]:
    return tuple(lineage.split(";"))


def _higher(kept: dict[str, list[Any]], members: dict[str, dict[str, str]], lineages: Lineages) -> None:
    """Add the taxa that lineages name, and say of each higher taxon how it is listed: by `listings.tsv` where CITES
    lists it as such, else by counting its members. A species gets the appendices of its subspecies too."""
    listings = {row["taxon"]: row for row in read_tsv(HERE / "listings.tsv")}
    for name, below in members.items():
        own = kept.get(name)
        if own is None:
            own = kept[name] = [name, lineages.rank(name), "", "", lineages.above(name), "derived from its members"]
        counts = Counter(appendix for other, appendix in below.items() if lineages.rank(other) in LOW)
        if own[1] == "species":
            parts = "; ".join(f"{sub}: Appendix {appendix}" for sub, appendix in sorted(below.items()))
            if own[2] != appendix_of((own[2], *counts)):
                own[3] = " ".join(filter(None, (own[3], f"Subspecies: {parts}.")))
        elif name in listings:
            own[3], own[5] = listings[name]["listing"], listings[name]["source"]
        elif own[2]:
            pass
        elif above := next((up for up in own[4] if up in listings), ""):
            own[3], own[5] = f"As {above}: {listings[above]['listing']}", listings[above]["source"]
        elif counts and name not in ("Animalia", "Plantae"):
            told = ", ".join(f"{n} in Appendix {a}" for a, n in sorted(counts.items(), key=lambda pair: len(pair[0])))
            own[3] = f"Not listed as a whole as far as known here; of its species and subspecies, {told}."
        own[2] = appendix_of((own[2], *below.values()))


def _synonyms(
    sources: Path, kept: dict[str, list[Any]], by_id: dict[str, str], skipped: Counter[str]
) -> set[tuple[str, str, str]]:
    """Pairs of synonym and accepted name; those of `more_synonyms.tsv` come last and only where none is known."""
    pairs = set()
    for row in read_tsv(sources / "synonyms_merged.tsv"):
        accepted = by_id.get(row["speciesplus_id"])
        synonym = row["synonym"].strip()
        if not accepted or synonym == accepted or synonym in kept or " " not in synonym:
            skipped["synonym of an unnamed taxon, or an accepted name itself"] += 1
            continue
        pairs.add((synonym, accepted, row["source"]))
    known = {synonym for synonym, _, _ in pairs}
    for row in read_tsv(HERE / "more_synonyms.tsv"):
        if row["accepted"] not in kept or row["synonym"] in kept:
            skipped[f"of more_synonyms.tsv: {row['synonym']}"] += 1
        elif row["synonym"] not in known:
            pairs.add((row["synonym"], row["accepted"], row["source"]))
    return pairs


def _groups(sources: Path, kept: dict[str, list[Any]], lineages: Lineages) -> list[tuple[str, ...]]:
    """The groups, each with an accepted taxon that is put into `kept` when CITES does not name it."""
    out: list[tuple[str, ...]] = []
    for row in read_tsv(sources / "curated" / "taxa_groups.tsv"):
        taxon = GENUS_GROUPS.get(row["concept"], row["scientific_name"].strip())
        listed = "" if row["cites"] in ("not listed", "see table") else row["cites"].replace("/none", "")
        if taxon not in kept:
            note = EXEMPT_NOTE if taxon in EXEMPT else row["note"]
            rank = row["rank"] if " " in taxon else lineages.rank(taxon)
            kept[taxon] = [taxon, rank, listed, note, lineages.above(taxon), "groups"]
        elif row["concept"] not in GENUS_GROUPS and not kept[taxon][2]:
            kept[taxon][2] = listed
        out.append((row["concept"], taxon, kept[taxon][1], kept[taxon][2], row["priority"], row["members"],
                    row["parent"], row["note"]))  # fmt: skip
    return out


if __name__ == "__main__":
    main(Path(sys.argv[1]))
