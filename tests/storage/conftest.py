"""The storage suite runs on SQLite and on PostgreSQL: `url` and `store` are given for each."""

import shutil
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import postgres_server  # noqa: E402 - found by the line above

from storage.store import Store  # noqa: E402


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server; skips with a word where there is none."""
    try:
        server = postgres_server.start()
    except postgres_server.Unavailable as reason:
        pytest.skip(f"PostgreSQL tests skipped: {reason}")
    yield server
    server.stop()


BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BACKENDS)
def url(request):
    """The URL of an empty database; None stands for SQLite in the store's home."""
    if request.param == "sqlite":
        yield None
        return
    server = request.getfixturevalue("postgres")
    made = server.database()
    yield made
    server.drop(made)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """A SQLite database with the tables in it, to be copied: migrating each one anew costs more than most tests."""
    home = tmp_path_factory.mktemp("made") / "home"
    Store.open(home).close()
    return home / "osint.db"


@pytest.fixture(scope="session")
def postgres_template(postgres, tmp_path_factory):
    """The same for PostgreSQL: the name of a template database."""
    made = postgres.database()
    Store.open(tmp_path_factory.mktemp("made") / "home", made).close()
    return made


@pytest.fixture
def home(tmp_path):
    """The store's home."""
    return tmp_path / "home"


@pytest.fixture(params=BACKENDS)
def store(request, home):
    """An empty store."""
    made = None
    if request.param == "sqlite":
        home.mkdir(mode=0o700)
        shutil.copy(request.getfixturevalue("made_once"), home / "osint.db")
    else:
        server = request.getfixturevalue("postgres")
        made = server.database(template=request.getfixturevalue("postgres_template"))
    with Store.open(home, made) as opened:
        yield opened
    if made:
        server.drop(made)
