"""Make the words ready for the reader: `python -m nlp.build.compiled`, after every change of a word table.

The file is the same, byte for byte, whenever it is made from the same tables.
"""

from __future__ import annotations

import sys

import numpy as np

from nlp.compiled import FILE, compiled
from nlp.lexicon import load
from nlp.taxonomy import taxonomy


def main() -> None:
    """Write the file."""
    tables = taxonomy()
    arrays = compiled(load(), list(tables.name_terms()), list(tables.scientific_terms()))
    np.savez_compressed(FILE, **arrays)
    sys.stdout.write(f"{FILE.name}: {FILE.stat().st_size / 1e6:.1f} MB\n")


if __name__ == "__main__":
    main()
