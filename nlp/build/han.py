"""Compile the traditional characters: `python -m nlp.build.han FOLDER` writes `nlp/han.tsv`.

FOLDER holds OpenCC's dictionaries (Apache-2.0; `opencc/dictionary` of opencc-python-reimplemented 0.1.7). One
simplified character for each traditional one, and for the variants of Hong Kong and Taiwan; the first choice of the
dictionary where it has several, which is right for matching: both sides of a comparison go through the same table.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nlp.build.files import write_tsv

OUT = Path(__file__).parents[1] / "han.tsv"


def read(path: Path) -> dict[str, str]:
    """Single characters of a dictionary with their first choice."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line)
    return {row[0]: row[1].split(" ")[0] for row in rows if len(row[0]) == 1}


def main(folder: Path) -> None:
    """Write the table."""
    simple = read(folder / "TSCharacters.txt")
    for variants in ("HKVariants.txt", "TWVariants.txt"):
        for plain, variant in read(folder / variants).items():
            simple.setdefault(variant, simple.get(plain, plain))
    rows = [
        (old, simple.get(new, new))
        for old, new in sorted(simple.items())
        if old != new and len(new) == 1 and max(old, new) < "\U00010000"
    ]
    write_tsv(OUT, ("traditional", "simplified"), rows)
    sys.stdout.write(f"{len(rows)} characters\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
