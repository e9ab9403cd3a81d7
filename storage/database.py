"""The engine and its transactions, and where a database stands against the schema of this program.

SQLite: one writer at a time is a fact of the engine, so every writing transaction starts with BEGIN IMMEDIATE. It then
waits its turn (`BUSY_SECONDS`) instead of failing in the middle: deferred transactions lost 352 of 400 batches of four
writers.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path
from typing import Any, Literal
from weakref import WeakSet

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from storage.errors import StoreBusy, StoreError, StoreFull
from storage.hashing import key63
from storage.migrations import REVISIONS

SchemaState = Literal["current", "empty", "behind", "newer", "unreachable"]
FILE = "osint.db"
BUSY_SECONDS = 120.0
"""How long a writer waits for another. Batches of readings hold the lock for seconds; a crawl must outwait them."""


class Database:
    """An engine, and the transaction that is open in each thread."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name
        self._open = threading.local()

    @contextmanager
    def write(self, lock: str = "", synced: bool = True) -> Iterator[Connection]:
        """A writing transaction: the one open in this thread, else a new one, committed at the end, undone by an error.

        Not `synced`, it may be lost when the power fails, but only together with all that was committed after it.

        `lock` names what only one transaction at a time may do, on any machine (SQLite has one writer anyway).
        Raises StoreBusy when another writer does not end within BUSY_SECONDS.
        """
        connection: Connection | None = getattr(self._open, "connection", None)
        if connection is not None:
            self._lock(connection, lock)
            yield connection
            return
        with _in_words(), self.engine.connect() as fresh:
            fresh.execution_options(osint_write=True)
            with self._unsynced(fresh, not synced), fresh.begin():
                self._open.connection, self._open.before = fresh, []
                try:
                    if not synced and self.dialect == "postgresql":
                        fresh.execute(text("SET LOCAL synchronous_commit = off"))
                    self._lock(fresh, lock)
                    yield fresh
                    for action in self._open.before:
                        action()
                finally:
                    self._open.connection = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection to read with; it sees what the open transaction of this thread has written."""
        connection: Connection | None = getattr(self._open, "connection", None)
        if connection is not None:
            yield connection
            return
        with self.engine.connect() as fresh, fresh.begin():
            yield fresh

    @property
    def joined(self) -> bool:
        """Is a writing transaction open in this thread?"""
        return getattr(self._open, "connection", None) is not None

    def before_commit(self, action: Callable[[], object]) -> None:
        """Call `action()` right before the open transaction is committed, once; its error undoes the transaction."""
        if action not in self._open.before:
            self._open.before.append(action)

    @contextmanager
    def _unsynced(self, connection: Connection, wanted: bool) -> Iterator[None]:
        if not wanted or self.dialect != "sqlite":
            yield
            return
        raw: Any = connection.connection
        raw.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            raw.execute("PRAGMA synchronous = FULL")

    def _lock(self, connection: Connection, name: str) -> None:
        if name and self.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key63("lock", name)})


@contextmanager
def _in_words() -> Iterator[None]:
    """Errors of a database that somebody can do something about."""
    try:
        yield
    except OperationalError as error:
        words, state = str(error.orig), getattr(error.orig, "sqlstate", None)
        if "database is locked" in words:
            raise StoreBusy(f"another process has been writing for over {BUSY_SECONDS:.0f} s; try again") from error
        if state in ("40001", "40P01", "55P03"):
            raise StoreBusy("another process changed the same rows at the same time; try again") from error
        if "disk is full" in words or state == "53100":
            raise StoreFull(ENOSPC, f"the disk of the database is full: {words}") from error
        raise


def insert_for(connection: Connection, table: Table) -> Any:
    """An INSERT of `table` that knows ON CONFLICT: SQLAlchemy has one class of it for each database."""
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)


# A child made by fork must not use its parent's connections: SQLite loses locks, PostgreSQL mixes up answers.
_ENGINES: WeakSet[Engine] = WeakSet()


def _forked() -> None:
    for engine in list(_ENGINES):
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_forked)


def connect(home: Path, url: str | None = None) -> Engine:
    """The engine for `url`, or for the SQLite file in `home`, whose folder is made. Makes neither database nor tables.

    Raises StoreError for a URL that is neither SQLite nor PostgreSQL.
    """
    address = database_url(home, url)
    if address.get_backend_name() == "sqlite":
        engine = _sqlite(address)
    else:
        engine = create_engine(address, pool_pre_ping=True, pool_size=10, max_overflow=40)
    _ENGINES.add(engine)
    return engine


def database_url(home: Path, url: str | None = None) -> URL:
    """The database's URL with the driver that is used here."""
    try:
        address = make_url(url) if url else URL.create("sqlite", database=str(home / FILE))
    except ArgumentError as error:
        raise StoreError(f"the database URL cannot be read: {error}") from error
    if address.get_backend_name() == "sqlite":
        if address.database in (None, "", ":memory:"):
            raise StoreError("the store is shared by processes: name a database file, not :memory:")
        return address.set(drivername="sqlite+pysqlite")
    if address.get_backend_name() in ("postgresql", "postgres"):
        return address.set(drivername="postgresql+psycopg")
    raise StoreError(f"unknown kind of database {address.get_backend_name()!r}: use SQLite or PostgreSQL")


def schema_state(home: Path, url: str | None = None) -> tuple[SchemaState, str]:
    """Where the database stands, and a sentence that says it. Changes nothing, creates nothing."""
    address = database_url(home, url)
    name = address.render_as_string(hide_password=True)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        return "empty", f"{name} does not exist yet; it is made on first use"
    engine = connect(home, url)
    try:
        with engine.connect() as connection:
            revision = revision_of(connection)
    except OperationalError as error:
        return "unreachable", f"{name} cannot be opened: {error.orig}"
    finally:
        engine.dispose()
    if revision is None:
        return "empty", f"{name} is empty; its tables are made on first use"
    if revision == REVISIONS[-1]:
        return "current", f"{name}, schema {revision}"
    if revision in REVISIONS:
        return "behind", f"{name} has schema {revision}; it is brought to {REVISIONS[-1]} when it is next opened"
    return "newer", newer(name, revision)


def newer(name: str, revision: str) -> str:
    """The sentence for a database of a later version."""
    return (
        f"the database {name} was made by a newer version of osint: its schema is {revision}, this version knows up to "
        f"{REVISIONS[-1]}. Nothing was changed. Update osint, or use another OSINT_HOME or database."
    )


def revision_of(connection: Connection) -> str | None:
    """The schema's revision, None for a database without tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _sqlite(address: URL) -> Engine:
    Path(str(address.database)).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(
        address, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, pool_size=10, max_overflow=40
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # the driver would otherwise begin a deferred transaction by itself
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")  # else REPLACE INTO deletes rows past the append-only triggers
        cursor.execute("PRAGMA synchronous = FULL")  # NORMAL may lose the last commits when the power fails
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.execute("PRAGMA temp_store = MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        writing = connection.get_execution_options().get("osint_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
