"""Leads, sellers and the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import guards

revision = "0003"
down_revision = "0002"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Leads, sellers and the log."""
    op.create_table(
        "events",
        sa.Column("seq", ID, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("object_key", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("prev", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_index("ix_events_object_key_seq", "events", ["object_key", "seq"])
    op.create_table(
        "facet_values",
        sa.Column("num", ID, primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_key", sa.BigInteger(), nullable=False, unique=True),
    )
    op.create_table(
        "leads",
        sa.Column("num", ID, primary_key=True),
        sa.Column("merged_into", ID, sa.ForeignKey("leads.num")),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("codes", sa.LargeBinary(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False, server_default=""),
        sa.Column("tags", sa.Text(), nullable=False, server_default="[]"),
    )
    op.create_index("ix_leads_changed", "leads", ["changed"])
    op.create_index("ix_leads_merged_into", "leads", ["merged_into"])
    op.create_table(
        "sellers",
        sa.Column("num", ID, primary_key=True),
        sa.Column("merged_into", ID, sa.ForeignKey("sellers.num")),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_sellers_merged_into", "sellers", ["merged_into"])
    op.create_table(
        "lead_facts",
        sa.Column("lead", ID, sa.ForeignKey("leads.num"), primary_key=True, autoincrement=False),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_table(
        "lead_listings",
        sa.Column("listing", ID, sa.ForeignKey("listings.num"), primary_key=True, autoincrement=False),
        sa.Column("lead", ID, sa.ForeignKey("leads.num"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_lead_listings_lead", "lead_listings", ["lead"])
    op.create_table(
        "seller_links",
        sa.Column("listing", ID, sa.ForeignKey("listings.num"), primary_key=True, autoincrement=False),
        sa.Column("seller", ID, sa.ForeignKey("sellers.num"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("strength", sa.Float(), nullable=False),
    )
    op.create_index("ix_seller_links_seller", "seller_links", ["seller"])
    op.create_table(
        "seller_marks",
        sa.Column("num", ID, primary_key=True),
        sa.Column("seller", ID, sa.ForeignKey("sellers.num"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("mark_key", sa.BigInteger(), nullable=False),
        sa.UniqueConstraint("seller", "mark_key"),
    )
    op.create_index("ix_seller_marks_mark_key", "seller_marks", ["mark_key"])
    guards.install(op.get_bind(), ("events",))
