"""Where the child starts: `python child.py SOCKET LIFE`.

The packages above the worker are entered without running them: the page readers that `spiders.extract` brings along
cost 1.5 s and 50 MB, and the child needs none of them.
"""

from __future__ import annotations

import importlib
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def _enter(name: str, folder: Path) -> None:
    spec = spec_from_file_location(name, folder / "__init__.py", submodule_search_locations=[str(folder)])
    if spec is None:
        raise ImportError(name)
    sys.modules[name] = module_from_spec(spec)


if __name__ == "__main__":
    HERE = Path(__file__).resolve().parent
    _enter("spiders.extract", HERE.parent)
    _enter("spiders.extract.documents", HERE)
    importlib.import_module("spiders.extract.documents.worker").main(int(sys.argv[1]), int(sys.argv[2]))
