"""Hold the compiled taxa against their source: `python -m nlp.build.audit SOURCES` (the lexicon folder).

Every id that has a name must be there with its appendices, its annotation and a lineage that ends in a kingdom. Prints
what was checked and what the source lacks; exit code 1 and one line a fault when something differs.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

from nlp.build.files import read_tsv
from nlp.build.taxa import appendix_of, clean
from nlp.taxonomy import taxonomy

HERE = Path(__file__).parent
_CAUSES = {
    "orchids and other plants of App. II": re.compile(r"^Appendix II:Except the species included in Appendix I$"),
    "cacti": re.compile("Pereskia"),
    "aloes": re.compile("Aloe vera"),
    "other plants": re.compile(
        "Populations of MG|Avonia|African populations|Neotropics|Cyclamen|Succulent|by 24 months"
    ),
    "corals": re.compile("Excludes fossils"),
    "no annotation (animals and plants)": re.compile("^$"),
}


def main(sources: Path) -> int:
    """Print the figures; the number of faults, at most 1."""
    tables = taxonomy()
    mended = {row["speciesplus_id"]: row["name"] for row in read_tsv(HERE / "named.tsv")}
    counts: Counter[str] = Counter()
    faults = []
    for row in read_tsv(sources / "cites_taxa_merged_2026-03.tsv"):
        name = mended.get(row["speciesplus_id"]) or row["scientificName"].strip('"').replace('""', '"')
        if not name:
            cause = next((c for c, pattern in _CAUSES.items() if pattern.search(row["annotation"])), "others")
            counts[f"without a name: {cause}"] += 1
            continue
        counts["named"] += 1
        entry = tables.get(name)
        if entry is None:
            faults.append(f"{name}: missing")
            continue
        counts[f"{entry.lineage[-1] if entry.lineage else 'no kingdom'}, {entry.rank}"] += 1
        wanted = set(appendix_of([row["appendix"]]).split("/"))
        if not wanted <= set(entry.cites.split("/")):
            faults.append(f"{name}: {entry.cites}, in the source {row['appendix']}")
        higher = entry.rank not in ("species", "subspecies")
        if not higher and clean(row["annotation"]) not in entry.annotation:
            if row["name_source"] == "inferred_from_common_name" and row["speciesplus_id"] not in mended:
                counts["annotation of a guessed name, not used"] += 1
            else:
                faults.append(f"{name}: annotation {entry.annotation!r}, in the source {row['annotation']!r}")
        line = (entry.name, *entry.lineage)
        if line[-1] not in ("Animalia", "Plantae") or len(set(line)) < len(line):
            faults.append(f"{name}: lineage {entry.lineage}")
    for what, number in sorted(counts.items()):
        sys.stdout.write(f"{number:7} {what}\n")
    for fault in faults:
        sys.stdout.write(f"fault: {fault}\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
