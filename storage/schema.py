"""The tables. What each column means is said in `storage/records.py`; here stands only what is kept how.

Times are microseconds (`Moment`). Texts that must be found exactly but may be long (URLs) stand beside a 63-bit key of
them, because an index entry of PostgreSQL holds at most 2,700 bytes.
"""

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
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from storage.columns import Id, Json, Moment, Money, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

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
    Column("name", String(200), primary_key=True),
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
    Column("reason", String(200), nullable=False),
    Column("detail", Words, nullable=False),
    Column("at", Moment, nullable=False),
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
    Column("kind", String(100), nullable=False, server_default=""),
    Column("error", Words, nullable=False, server_default=""),
    Column("at", Moment),
    Index(None, "reader", "capture"),
    Index(None, "run", "reader", "capture"),
    Index(None, "run", "kind"),
)

listings = Table(
    "listings",
    metadata,
    Column("num", Id, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("source", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    Column("url_key", BigInteger, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("gone_at", Moment),
    Column("versions", Integer, nullable=False),
    Column("latest", BigInteger, nullable=False),
    Column("key_set", LargeBinary, nullable=False, server_default=""),
    Index(None, "source", "num"),
    Index(None, "url_key"),
)

listing_versions = Table(
    "listing_versions",
    metadata,
    Column("num", Id, primary_key=True),
    Column("listing", Id, ForeignKey("listings.num"), nullable=False),
    Column("content", String(32), nullable=False),
    Column("capture", String(36), nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("source", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("external_id", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("price_amount", Money),
    Column("price_currency", Words, nullable=False),
    Column("price_text", Words, nullable=False),
    Column("seller_name", Words, nullable=False),
    Column("seller_id", Words, nullable=False),
    Column("seller_url", Words, nullable=False),
    Column("seller_text", Words, nullable=False),
    Column("location", Words, nullable=False),
    Column("posted", Moment),
    Column("images", Json, nullable=False),
    Column("attributes", Json, nullable=False),
    Column("availability", Words, nullable=False),
    Column("origins", Json, nullable=False),
    Column("analysis", Json, nullable=False),
    Index(None, "listing", "seen_at"),
)

# Every capture that showed a listing, and the version it showed: versions can then be put right in any order of reading.
sightings = Table(
    "sightings",
    metadata,
    Column("listing", Id, ForeignKey("listings.num"), primary_key=True, autoincrement=False),
    Column("seen_at", Moment, primary_key=True),
    Column("capture", String(36), primary_key=True),
    Column("version", Id, ForeignKey("listing_versions.num"), nullable=False),
    Index(None, "version"),
    sqlite_with_rowid=False,
)

# `key` is a 64-bit hash of kind and value: 32 bands a listing must stay small at millions of listings.
listing_keys = Table(
    "listing_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("listing", Id, ForeignKey("listings.num"), primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

search_texts = Table(
    "search_texts",
    metadata,
    Column("num", Id, ForeignKey("listings.num"), primary_key=True, autoincrement=False),
    Column("search_text", Words, nullable=False),
)

texts = Table(
    "texts",
    metadata,
    Column("num", Id, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("source", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("capture", String(36), nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("outlet", Words, nullable=False),
    Column("published", Moment),
    Column("language", String(35), nullable=False),
    Column("pages", Json, nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("score", Float, nullable=False),
    Column("analysis", Json, nullable=False),
    Index(None, "relevant", "score", "num"),
    Index(None, "kind", "score", "num"),
    Index(None, "score", "num"),
)

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

# What a lead can be filtered by. Status, relevance and score stand here again, so that one index answers a filtered queue.
lead_facets = Table(
    "lead_facets",
    metadata,
    Column("lead", Id, ForeignKey("leads.num"), primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("value", String(200), primary_key=True),
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
