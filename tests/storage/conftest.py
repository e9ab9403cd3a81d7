"""The storage suite runs on SQLite and on PostgreSQL: `url` and `store` are given for each."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import postgres_server

from storage.store import Store


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server; skips with a word where there is none."""
    try:
        server = postgres_server.start()
    except postgres_server.Unavailable as reason:
        pytest.skip(f"PostgreSQL tests skipped: {reason}")
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request):
    """The URL of an empty database; None stands for SQLite in the store's home."""
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgres")
    made = server.database()
    yield made
    server.drop(made)


@pytest.fixture
def home(tmp_path):
    """The store's home."""
    return tmp_path / "home"


@pytest.fixture
def store(home, url):
    """An empty store."""
    with Store.open(home, url) as opened:
        yield opened
