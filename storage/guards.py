"""Triggers that keep append-only tables append-only, whoever is connected: UPDATE, DELETE and REPLACE are refused.

They do not stop somebody who owns the database; the hash chain of `events` shows what such a person did.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

TABLES = ("events", "captures")
KINDS = {"sqlite": ("update", "delete"), "postgresql": ("update", "delete", "truncate")}

BODY = " BEGIN RAISE EXCEPTION '% are append-only', TG_TABLE_NAME; END "
FUNCTION = f"CREATE OR REPLACE FUNCTION osint_append_only() RETURNS trigger LANGUAGE plpgsql AS $${BODY}$$"
ENABLED = text(
    "SELECT t.tgname, c.relname "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND p.prosrc = :body "
    "AND c.relnamespace = current_schema()::regnamespace"
)


def install(connection: Connection, tables: Sequence[str] = TABLES) -> None:
    """Make the triggers that are missing. To be called again after every batch migration: it drops them silently."""
    dialect = connection.dialect.name
    gone = set(missing(connection))
    if dialect == "postgresql":
        connection.execute(text(FUNCTION))
    for table in tables:
        for what in KINDS[dialect]:
            if (name := f"{table}_no_{what}") in gone:
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}" + _on(dialect, table))
                connection.exec_driver_sql(_statement(dialect, table, what))


def missing(connection: Connection) -> tuple[str, ...]:
    """Names of triggers that should exist and do not, are switched off, or do not do what they should."""
    dialect = connection.dialect.name
    expected = {f"{table}_no_{what}": (table, what) for table in TABLES for what in KINDS[dialect]}
    if dialect == "postgresql":
        found = {(row.tgname, row.relname) for row in connection.execute(ENABLED, {"body": BODY})}
        return tuple(name for name, (table, _) in expected.items() if (name, table) not in found)
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    there = {row.name: row.sql for row in rows}
    return tuple(
        name for name, (table, what) in expected.items() if there.get(name) != _statement(dialect, table, what)
    )


def _statement(dialect: str, table: str, what: str) -> str:
    start = f"CREATE TRIGGER {table}_no_{what} BEFORE {what.upper()} ON {table} "
    if dialect == "postgresql":
        return start + "FOR EACH STATEMENT EXECUTE FUNCTION osint_append_only()"
    return start + f"BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"


def _on(dialect: str, table: str) -> str:
    return f" ON {table}" if dialect == "postgresql" else ""
