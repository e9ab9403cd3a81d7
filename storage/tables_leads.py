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
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from storage.columns import Id, Json, Moment, Words
from storage.tables_base import metadata

# What lists are filtered and ordered by, and nothing wide: all of it is read into memory (`storage.lead_index`).
# `changed` grows with every change of a row, so that a reader finds what it has not seen yet. `codes` are the numbers
# of the lead's facet values, 32 bits each.
leads = Table(
    "leads",
    metadata,
    Column("num", Id, primary_key=True),
    Column("merged_into", Id, ForeignKey("leads.num")),
    Column("status", String(16), nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("masked", Boolean, nullable=False),
    Column("score", Float, nullable=False),
    Column("codes", LargeBinary, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("assignee", Words, nullable=False, server_default=""),
    Column("tags", Json, nullable=False, server_default="[]"),
    Index(None, "changed"),
    Index(None, "merged_into"),
)

lead_facts = Table(
    "lead_facts",
    metadata,
    Column("lead", Id, ForeignKey("leads.num"), primary_key=True, autoincrement=False),
    Column("facts", Json, nullable=False),
)

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

# What leads can be filtered by: each group, taxon, country, source, language and seller once.
facet_values = Table(
    "facet_values",
    metadata,
    Column("num", Id, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("value", Words, nullable=False),
    Column("value_key", BigInteger, nullable=False, unique=True),
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
