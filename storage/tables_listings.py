"""Tables of listings, their versions, the keys by which they meet, and of texts."""

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
)

from storage.columns import Id, Json, Moment, Money, Words
from storage.tables_base import metadata

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
    Column("capture", Words, nullable=False),
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

# Every capture that showed a listing, and the version it showed: versions can be put right in any order of reading.
sightings = Table(
    "sightings",
    metadata,
    Column("listing", Id, ForeignKey("listings.num"), primary_key=True, autoincrement=False),
    Column("seen_at", Moment, primary_key=True),
    Column("capture", Words, primary_key=True),
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
    Column("id", Words, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("source", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("capture", Words, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("outlet", Words, nullable=False),
    Column("published", Moment),
    Column("language", Words, nullable=False),
    Column("pages", Json, nullable=False),
    Column("relevant", Boolean, nullable=False),
    Column("score", Float, nullable=False),
    Column("analysis", Json, nullable=False),
    Index(None, "relevant", "score", "num"),
    Index(None, "kind", "score", "num"),
    Index(None, "score", "num"),
)
