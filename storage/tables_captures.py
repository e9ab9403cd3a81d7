"""Tables of runs, captures, and which reader has read them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from storage.columns import Id, Json, Moment, Words
from storage.tables_base import metadata

runs = Table(
    "runs",
    metadata,
    Column("num", Id, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("source", Words, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("note", Words, nullable=False, server_default=""),
    Index(None, "source", "num"),
)

run_counters = Table(
    "run_counters",
    metadata,
    Column("run", String(32), ForeignKey("runs.id"), primary_key=True),
    Column("name", Words, primary_key=True),
    Column("value", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

skips = Table(
    "skips",
    metadata,
    Column("num", Id, primary_key=True),
    Column("run", String(32), ForeignKey("runs.id"), nullable=False),
    Column("source", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("reason", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "run", "num"),
    Index(None, "run", "reason"),
    Index(None, "reason"),
)

warc_files = Table(
    "warc_files",
    metadata,
    Column("name", String(300), primary_key=True),
    Column("run", String(32), ForeignKey("runs.id"), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("size", BigInteger),
    Column("sha256", String(64)),
    Column("captures", Integer),
    Index(None, "run"),
)

captures = Table(
    "captures",
    metadata,
    Column("num", Id, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("run", String(32), ForeignKey("runs.id"), nullable=False),
    Column("source", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("url_key", BigInteger, nullable=False),
    Column("final_url", Words, nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("media_type", Words, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("warc", String(300), ForeignKey("warc_files.name"), nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("request_offset", BigInteger, nullable=False),
    Column("request_length", BigInteger, nullable=False),
    Column("screenshot_offset", BigInteger),
    Column("screenshot_length", BigInteger),
    Column("by", String(16), nullable=False),
    Column("parent", Words, nullable=False),
    Column("screenshot", String(36), nullable=False),
    Index(None, "run", "url_key"),
    Index(None, "url_key"),
    Index(None, "source", "num"),
    Index(None, "warc"),
)

readers = Table(
    "readers",
    metadata,
    Column("num", Id, primary_key=True),
    Column("version", Words, nullable=False),
    Column("version_key", BigInteger, nullable=False, unique=True),
)

# Which reader has read a capture; `reader` 0 stands for none. A table of its own, because captures never change.
readings = Table(
    "readings",
    metadata,
    Column("capture", Id, ForeignKey("captures.num"), primary_key=True, autoincrement=False),
    Column("run", String(32), nullable=False),
    Column("reader", BigInteger, nullable=False),
    Column("kind", Words, nullable=False, server_default=""),
    Column("error", Words, nullable=False, server_default=""),
    Column("at", Moment),
    Index(None, "reader", "capture"),
    Index(None, "run", "reader", "capture"),
    Index(None, "run", "kind"),
)
# Few readings fail, and those are asked for.
Index(
    "ix_readings_failed",
    readings.c.capture,
    sqlite_where=readings.c.error != "",
    postgresql_where=readings.c.error != "",
)
