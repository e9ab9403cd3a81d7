"""A store filled through the real steps, for the tests that look at what comes out."""

from pathlib import Path

import pytest

from osint.imports import import_files
from osint.reading import Readers
from storage.store import Store

CASES = Path(__file__).parent / "cases"


@pytest.fixture(scope="session")
def readers():
    """The page reader and the text reader, without profiles."""
    return Readers({})


@pytest.fixture
def store(tmp_path):
    opened = Store.open(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def filled(store, readers):
    """The store with the offers of `cases/resolve.jsonl` and some that attack whoever looks at them."""
    import_files(store, readers, [CASES / "resolve.jsonl", CASES / "hostile.jsonl"], "import")
    return store
