"""spaCy without its command line, which `import spacy` loads for one function (`spacy.info`).

Typer, requests, a downloader and project tools come with it: 0.3 s of every start, and nothing of them is used here.
Whatever here needs spaCy imports it from this module; who asks for `spacy.cli` or `spacy.info` later gets the real one.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


def _info(*args: Any, **kwargs: Any) -> Any:
    return importlib.import_module("spacy.cli.info").info(*args, **kwargs)


def _load() -> None:
    package, module = ModuleType("spacy.cli"), ModuleType("spacy.cli.info")
    package.__path__ = []
    vars(module)["info"] = _info
    held = {"spacy.cli": package, "spacy.cli.info": module}
    sys.modules.update(held)
    try:
        importlib.import_module("spacy")
    finally:
        for name in held:
            del sys.modules[name]


if "spacy" not in sys.modules:
    _load()

from spacy import blank  # noqa: E402 - after the above, that is the point of it
from spacy.language import Language  # noqa: E402
from spacy.tokens import Doc, Span  # noqa: E402
from spacy.util import registry  # noqa: E402
from spacy.vocab import Vocab  # noqa: E402

__all__ = ["Doc", "Language", "Span", "Vocab", "blank", "registry"]
