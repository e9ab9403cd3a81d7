"""Brings a database to the schema of this program: by itself, one process at a time, never backwards."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from storage.database import newer, revision_of
from storage.errors import StoreDamaged, StoreNewer
from storage.guards import install, missing
from storage.hashing import key63
from storage.migrations import REVISIONS

FOLDER = Path(__file__).parent / "migrations"


def bring_up(engine: Engine, repair: bool = False) -> tuple[str, ...]:
    """Migrate an empty or older database; check one that is current. The triggers that `repair` had to put back.

    Raises StoreNewer for a database of a later version, StoreDamaged when triggers of an append-only table are gone.
    """
    with engine.connect() as connection, connection.begin():
        revision = revision_of(connection)
    if revision != REVISIONS[-1] or not _wal(engine):
        with _alone(engine) as connection:
            revision = revision_of(connection)  # another process may have migrated while this one waited
            if revision is not None and revision not in REVISIONS:
                raise StoreNewer(newer(engine.url.render_as_string(hide_password=True), revision))
            if revision != REVISIONS[-1]:
                _upgrade(connection)
    with engine.connect().execution_options(osint_write=repair) as connection, connection.begin():
        gone = missing(connection)
        if gone and repair:
            install(connection)
            return gone
    if gone:
        raise StoreDamaged(
            f"the protection of append-only tables is missing in {engine.url.render_as_string(hide_password=True)}: "
            f"{', '.join(gone)}. Somebody or some tool removed it. Keep a copy of the database, check its log, then "
            f"open it with repair."
        )
    return ()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - half a second that only a migration should cost
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction that no other process migrates beside."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key63("lock", "migrate")})
            yield connection
        return
    # Not BEGIN IMMEDIATE alone: switching to WAL happens outside a transaction and does not wait for a lock.
    with Path(f"{engine.url.database}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA journal_mode = WAL")
        raw.close()
        with engine.connect().execution_options(osint_write=True) as connection, connection.begin():
            yield connection


def _wal(engine: Engine) -> bool:
    """Readers never wait for a writer only in WAL mode; the mode is a property of the file."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        return connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
