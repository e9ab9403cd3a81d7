"""The schema: made by itself, once, whoever comes first; a newer one refused; its guards watched."""

import time

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from store_parts import child, finished

from storage import guards, migrate
from storage.database import database_url, schema_state
from storage.errors import StoreBusy, StoreDamaged, StoreError, StoreNewer
from storage.migrations import REVISIONS
from storage.schema import metadata
from storage.store import Store

OPENS = """
import sys, time
from pathlib import Path
from storage.store import Store

while time.time() < float(sys.argv[3]):
    pass
store = Store.open(Path(sys.argv[1]), sys.argv[2] or None)
for number in range(20):
    store.reviews.log(sys.argv[4], "open", f"number:{number}")
store.close()
"""


def test_an_empty_database_is_made_ready(home, url):
    state, words = schema_state(home, url)
    assert state == "empty"
    assert not home.exists(), "asking changes nothing"
    with Store.open(home, url) as store:
        assert store.runs.list() == ()
    state, words = schema_state(home, url)
    assert (state, REVISIONS[-1] in words) == ("current", True)
    with Store.open(home, url) as again:
        assert again.reviews.verify() == ()


def test_the_migrations_give_the_tables_that_the_code_means(store):
    ours = set(metadata.tables)

    def mine(thing, name, kind, reflected, other):
        return kind != "table" or name in ours

    with store.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": mine, "compare_type": True})
        found = [one for one in compare_metadata(context, metadata) if "vector" not in str(one)]
    assert found == []


def test_the_list_of_revisions_is_that_of_the_folder():
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    folder = ScriptDirectory.from_config(config)
    assert tuple(reversed([one.revision for one in folder.walk_revisions()])) == REVISIONS


def test_a_newer_schema_is_refused_in_words_and_left_alone(home, url):
    with Store.open(home, url) as store, store.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreNewer, match=r"made by a newer version of osint: its schema is 9999.*Nothing was changed"):
        Store.open(home, url)
    state, words = schema_state(home, url)
    assert (state, "9999" in words) == ("newer", True)


def test_many_processes_that_open_an_empty_store_at_once(home, url):
    start = time.time() + 3
    finished(*[child(OPENS, home, url or "", start, name) for name in "abcd"])
    with Store.open(home, url) as store:
        assert len(store.reviews.events(limit=1000)) == 80
        assert store.reviews.verify() == ()


@pytest.mark.parametrize("name", ["events_no_update", "events_no_delete", "captures_no_update"])
def test_a_missing_guard_is_said_at_once_and_can_be_put_back(home, url, name):
    table = name.partition("_")[0]
    with Store.open(home, url) as store, store.database.write() as connection:
        connection.execute(
            text(f"DROP TRIGGER {name}" + ("" if store.database.dialect == "sqlite" else f" ON {table}"))
        )
    with pytest.raises(StoreDamaged, match=name):
        Store.open(home, url)
    with Store.open(home, url, repair=True) as store:
        (event,) = store.reviews.events()
        assert (event.action, event.after) == ("repair", {"guards": [name]})
    Store.open(home, url).close()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_older_database_is_brought_up_and_keeps_what_it_has(home, url, revision):
    from alembic import command
    from sqlalchemy import insert
    from store_parts import NOW

    from storage.database import connect
    from storage.schema import runs

    home.mkdir()
    engine = connect(home, url)
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        values = {"id": "a" * 32, "source": "shop", "kind": "crawl", "state": "running", "started_at": NOW, "note": ""}
        connection.execute(insert(runs), values)
    engine.dispose()
    state, words = schema_state(home, url)
    assert (state, revision in words) == ("behind", True)
    with Store.open(home, url) as store:
        assert [run.id for run in store.runs.list()] == ["a" * 32]
        assert store.reviews.verify() == ()
    assert schema_state(home, url)[0] == "current"


def test_a_guard_that_was_made_harmless_is_a_missing_guard(home, url):
    with Store.open(home, url) as store, store.database.write() as connection:
        if store.database.dialect == "sqlite":
            connection.execute(text("DROP TRIGGER events_no_delete"))
            harmless = "CREATE TRIGGER events_no_delete BEFORE DELETE ON events WHEN 0 BEGIN SELECT 1; END"
        else:
            harmless = (
                "CREATE OR REPLACE FUNCTION osint_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RETURN NULL; END $$"
            )
        connection.execute(text(harmless))
    with pytest.raises(StoreDamaged, match="events_no_delete"):
        Store.open(home, url)
    Store.open(home, url, repair=True).close()
    Store.open(home, url).close()


def test_a_guard_switched_off_is_a_missing_guard(home, url):
    with Store.open(home, url) as store:
        if store.database.dialect == "sqlite":
            pytest.skip("triggers of SQLite cannot be switched off")
        with store.database.write() as connection:
            connection.execute(text("ALTER TABLE events DISABLE TRIGGER events_no_update"))
    with pytest.raises(StoreDamaged, match="events_no_update"):
        Store.open(home, url)


def test_batch_migrations_drop_triggers_and_install_puts_them_back(store):
    """What `script.py.mako` tells the author of a migration."""
    if store.database.dialect != "sqlite":
        pytest.skip("SQLite's own")
    from alembic.operations import Operations
    from sqlalchemy import Column, String

    with store.database.write() as connection:
        with Operations(MigrationContext.configure(connection)).batch_alter_table("events", recreate="always") as batch:
            batch.add_column(Column("colour", String(9)))
        assert guards.missing(connection) == ("events_no_update", "events_no_delete")
        guards.install(connection)
        assert guards.missing(connection) == ()


def test_urls(home, tmp_path):
    assert database_url(home).database == str(home / "osint.db")
    assert database_url(home, "postgresql://u:p@h/d").drivername == "postgresql+psycopg"
    assert database_url(home, "postgres://u:p@h/d").drivername == "postgresql+psycopg"
    assert database_url(home, f"sqlite:///{tmp_path}/x.db").drivername == "sqlite+pysqlite"
    for wrong in ("mysql://h/d", "sqlite://", "sqlite:///:memory:", "no url"):
        with pytest.raises(StoreError):
            database_url(home, wrong)


def test_a_database_elsewhere_keeps_the_evidence_at_home(home, tmp_path):
    with Store.open(home, f"sqlite:///{tmp_path}/deep/er/x.db") as store:
        assert store.captures.folder == home / "warc"
    assert (tmp_path / "deep/er/x.db").exists()


def test_pragmas(store):
    if store.database.dialect != "sqlite":
        pytest.skip("SQLite's own")
    wanted = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "synchronous": 2,
        "busy_timeout": 120_000,
    }
    with store.database.read() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
    assert found == wanted


def test_a_writer_that_waits_too_long_says_so(home, monkeypatch):
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.2)
    with Store.open(home) as one, Store.open(home) as two, one.transaction():
        assert two.runs.list() == (), "readers never wait"
        with pytest.raises(StoreBusy, match="another process has been writing"):
            two.runs.start("shop", "crawl")


def test_home_is_for_its_owner_only(home):
    Store.open(home).close()
    assert home.stat().st_mode & 0o077 == 0
