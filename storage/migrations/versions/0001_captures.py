"""Runs, captures and which reader has read them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import guards

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Runs, captures and which reader has read them."""
    op.create_table(
        "readers",
        sa.Column("num", ID, primary_key=True),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("version_key", sa.BigInteger(), nullable=False, unique=True),
    )
    op.create_table(
        "runs",
        sa.Column("num", ID, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
    )
    op.create_index("ix_runs_source_num", "runs", ["source", "num"])
    op.create_table(
        "run_counters",
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "skips",
        sa.Column("num", ID, primary_key=True),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_skips_reason", "skips", ["reason"])
    op.create_index("ix_skips_run_num", "skips", ["run", "num"])
    op.create_index("ix_skips_run_reason", "skips", ["run", "reason"])
    op.create_table(
        "warc_files",
        sa.Column("name", sa.String(300), primary_key=True),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("size", sa.BigInteger()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("captures", sa.Integer()),
    )
    op.create_index("ix_warc_files_run", "warc_files", ["run"])
    op.create_table(
        "captures",
        sa.Column("num", ID, primary_key=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("run", sa.String(32), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("url_key", sa.BigInteger(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("warc", sa.String(300), sa.ForeignKey("warc_files.name"), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("request_offset", sa.BigInteger(), nullable=False),
        sa.Column("request_length", sa.BigInteger(), nullable=False),
        sa.Column("screenshot_offset", sa.BigInteger()),
        sa.Column("screenshot_length", sa.BigInteger()),
        sa.Column("by", sa.String(16), nullable=False),
        sa.Column("parent", sa.Text(), nullable=False),
        sa.Column("screenshot", sa.String(36), nullable=False),
    )
    op.create_index("ix_captures_run_url_key", "captures", ["run", "url_key"])
    op.create_index("ix_captures_source_num", "captures", ["source", "num"])
    op.create_index("ix_captures_url_key", "captures", ["url_key"])
    op.create_index("ix_captures_warc", "captures", ["warc"])
    op.create_table(
        "readings",
        sa.Column("capture", ID, sa.ForeignKey("captures.num"), primary_key=True, autoincrement=False),
        sa.Column("run", sa.String(32), nullable=False),
        sa.Column("reader", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False, server_default=""),
        sa.Column("error", sa.Text(), nullable=False, server_default=""),
        sa.Column("at", sa.BigInteger()),
    )
    failed = sa.text("error != ''")
    op.create_index("ix_readings_failed", "readings", ["capture"], sqlite_where=failed, postgresql_where=failed)
    op.create_index("ix_readings_reader_capture", "readings", ["reader", "capture"])
    op.create_index("ix_readings_run_kind", "readings", ["run", "kind"])
    op.create_index("ix_readings_run_reader_capture", "readings", ["run", "reader", "capture"])
    guards.install(op.get_bind(), ("captures",))
