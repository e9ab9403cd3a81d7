"""Tables of leads and sellers, and the log."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from storage.columns import Id, Json, Moment, Words
from storage.tables_base import metadata

leads = Table(
    "leads",
    metadata,
    Column("num", Id, primary_key=True),
    Column("merged_into", Id, ForeignKey("leads.num")),
    Column("status", String(16), nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("masked", Boolean, nullable=False),
    Column("score", Float, nullable=False),
    Column("facts", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("assignee", Words, nullable=False, server_default=""),
    Column("tags", Json, nullable=False, server_default="[]"),
    Index(None, "merged_into"),
)
Index("ix_leads_status_score", leads.c.status, leads.c.relevant, leads.c.score.desc(), leads.c.num)
Index("ix_leads_score", leads.c.relevant, leads.c.score.desc(), leads.c.num)

lead_listings = Table(
    "lead_listings",
    metadata,
    Column("listing", Id, ForeignKey("listings.num"), primary_key=True, autoincrement=False),
    Column("lead", Id, ForeignKey("leads.num"), nullable=False),
    Column("reason", Words, nullable=False),
    Column("strength", Float, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "lead"),
)

# What a lead can be filtered by. Status, relevance and score stand here again: one index answers a filtered queue.
lead_facets = Table(
    "lead_facets",
    metadata,
    Column("lead", Id, ForeignKey("leads.num"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("value", Words, primary_key=True),
    Column("status", String(16), nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("score", Float, nullable=False),
    sqlite_with_rowid=False,
)
Index(
    "ix_lead_facets_filter",
    lead_facets.c.kind,
    lead_facets.c.value,
    lead_facets.c.status,
    lead_facets.c.relevant,
    lead_facets.c.score.desc(),
    lead_facets.c.lead,
)

sellers = Table(
    "sellers",
    metadata,
    Column("num", Id, primary_key=True),
    Column("merged_into", Id, ForeignKey("sellers.num")),
    Column("name", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index(None, "merged_into"),
)

# `kind` account: label is the source, value the account; contact: label is phone, email, ... and value the contact.
seller_marks = Table(
    "seller_marks",
    metadata,
    Column("num", Id, primary_key=True),
    Column("seller", Id, ForeignKey("sellers.num"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("label", Words, nullable=False),
    Column("value", Words, nullable=False),
    Column("mark_key", BigInteger, nullable=False),
    UniqueConstraint("seller", "mark_key"),
    Index(None, "mark_key"),
)

seller_links = Table(
    "seller_links",
    metadata,
    Column("listing", Id, ForeignKey("listings.num"), primary_key=True, autoincrement=False),
    Column("seller", Id, ForeignKey("sellers.num"), nullable=False),
    Column("reason", Words, nullable=False),
    Column("strength", Float, nullable=False),
    Index(None, "seller"),
)

events = Table(
    "events",
    metadata,
    Column("seq", Id, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),
    Column("action", Words, nullable=False),
    Column("object", Words, nullable=False),
    Column("object_key", BigInteger, nullable=False),
    Column("note", Words, nullable=False),
    Column("before", Words, nullable=False),
    Column("after", Words, nullable=False),
    Column("prev", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "object_key", "seq"),
)
