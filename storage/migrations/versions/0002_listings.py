"""Listings, their versions and keys, the full-text index, and texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SQLITE = (
    """CREATE VIRTUAL TABLE search_index USING fts5(search_text, content='search_texts', content_rowid='num',
       tokenize="unicode61 remove_diacritics 0 categories 'L* N* Co M*'")""",
    """CREATE TRIGGER search_texts_added AFTER INSERT ON search_texts BEGIN
       INSERT INTO search_index(rowid, search_text) VALUES (new.num, new.search_text); END""",
    """CREATE TRIGGER search_texts_removed AFTER DELETE ON search_texts BEGIN
       INSERT INTO search_index(search_index, rowid, search_text) VALUES ('delete', old.num, old.search_text); END""",
    """CREATE TRIGGER search_texts_changed AFTER UPDATE ON search_texts BEGIN
       INSERT INTO search_index(search_index, rowid, search_text) VALUES ('delete', old.num, old.search_text);
       INSERT INTO search_index(rowid, search_text) VALUES (new.num, new.search_text); END""",
)
# The parser of to_tsvector would take tokens apart by rules of its own and by the server's locale: positions are given
# here. A position can be 16383 at most: longer texts are laid over themselves in blocks that overlap by 100 tokens.
POSTGRESQL = (
    """CREATE FUNCTION osint_vector(folded text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
       SELECT coalesce(string_agg(quote_literal(token) || ':' || place, ' '), '')::tsvector FROM (
         SELECT token, mod(number - 1, 15900) + 1 AS place FROM unnest(string_to_array(folded, ' ')) WITH ORDINALITY
           AS one(token, number) WHERE token <> ''
         UNION ALL
         SELECT token, mod(number - 1, 15900) + 15901 FROM unnest(string_to_array(folded, ' ')) WITH ORDINALITY
           AS two(token, number) WHERE number > 15900 AND mod(number - 1, 15900) < 100) AS placed $$""",
    "ALTER TABLE search_texts ADD COLUMN vector tsvector GENERATED ALWAYS AS (osint_vector(search_text)) STORED",
    "CREATE INDEX ix_search_texts_vector ON search_texts USING gin (vector)",
)

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Listings, their versions and keys, the full-text index, and texts."""
    op.create_table(
        "listings",
        sa.Column("num", ID, primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("url_key", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("gone_at", sa.BigInteger()),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("key_set", sa.LargeBinary(), nullable=False, server_default=""),
    )
    op.create_index("ix_listings_source_num", "listings", ["source", "num"])
    op.create_index("ix_listings_url_key", "listings", ["url_key"])
    op.create_table(
        "texts",
        sa.Column("num", ID, primary_key=True),
        sa.Column("id", sa.Text(), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("capture", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("pages", sa.Text(), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("analysis", sa.Text(), nullable=False),
    )
    op.create_index("ix_texts_kind_score_num", "texts", ["kind", "score", "num"])
    op.create_index("ix_texts_relevant_score_num", "texts", ["relevant", "score", "num"])
    op.create_index("ix_texts_score_num", "texts", ["score", "num"])
    op.create_table(
        "listing_keys",
        sa.Column("key", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("listing", ID, sa.ForeignKey("listings.num"), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "listing_versions",
        sa.Column("num", ID, primary_key=True),
        sa.Column("listing", ID, sa.ForeignKey("listings.num"), nullable=False),
        sa.Column("content", sa.String(32), nullable=False),
        sa.Column("capture", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("price_amount", sa.Text()),
        sa.Column("price_currency", sa.Text(), nullable=False),
        sa.Column("price_text", sa.Text(), nullable=False),
        sa.Column("seller_name", sa.Text(), nullable=False),
        sa.Column("seller_id", sa.Text(), nullable=False),
        sa.Column("seller_url", sa.Text(), nullable=False),
        sa.Column("seller_text", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("posted", sa.BigInteger()),
        sa.Column("images", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("availability", sa.Text(), nullable=False),
        sa.Column("origins", sa.Text(), nullable=False),
        sa.Column("analysis", sa.Text(), nullable=False),
    )
    op.create_index("ix_listing_versions_listing_seen_at", "listing_versions", ["listing", "seen_at"])
    op.create_table(
        "search_texts",
        sa.Column("num", ID, sa.ForeignKey("listings.num"), primary_key=True, autoincrement=False),
        sa.Column("search_text", sa.Text(), nullable=False),
    )
    op.create_table(
        "sightings",
        sa.Column("listing", ID, sa.ForeignKey("listings.num"), primary_key=True, autoincrement=False),
        sa.Column("seen_at", sa.BigInteger(), primary_key=True),
        sa.Column("capture", sa.Text(), primary_key=True),
        sa.Column("version", ID, sa.ForeignKey("listing_versions.num"), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sightings_version", "sightings", ["version"])
    connection = op.get_bind()
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)
