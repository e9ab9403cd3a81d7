"""Triggers that keep append-only tables append-only, whoever is connected: UPDATE, DELETE and REPLACE are refused.

They do not stop somebody who owns the database; the hash chain of `events` shows what such a person did.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

TABLES = ("events", "captures")


def install(connection: Connection) -> None:
    """Make the triggers that are missing. To be called again after every batch migration: it drops them silently."""
    gone = set(missing(connection))
    if connection.dialect.name == "sqlite":
        for table in TABLES:
            for what in ("update", "delete"):
                if (name := f"{table}_no_{what}") in gone:
                    connection.exec_driver_sql(
                        f"CREATE TRIGGER {name} BEFORE {what.upper()} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"
                    )
        return
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION osint_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% are append-only', TG_TABLE_NAME; END $$"
        )
    )
    for table in TABLES:
        for what in ("update", "delete", "truncate"):
            if (name := f"{table}_no_{what}") in gone:
                connection.execute(
                    text(
                        f"CREATE TRIGGER {name} BEFORE {what.upper()} ON {table} "
                        "FOR EACH STATEMENT EXECUTE FUNCTION osint_append_only()"
                    )
                )


def missing(connection: Connection) -> tuple[str, ...]:
    """Names of triggers that should exist and do not, or are switched off."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()
        kinds: tuple[str, ...] = ("update", "delete")
    else:
        found = connection.execute(
            text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        ).scalars()
        kinds = ("update", "delete", "truncate")
    there = set(found)
    return tuple(name for table in TABLES for what in kinds if (name := f"{table}_no_{what}") not in there)
