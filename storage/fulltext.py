"""The full-text index behind `search_texts`: FTS5 on SQLite, a stored tsvector with GIN on PostgreSQL.

Both index the same column, made by `storage.search.fold`, so both find the same.
"""

from __future__ import annotations

from sqlalchemy import Connection, Select, select, text
from sqlalchemy.sql import literal_column

from storage.schema import search_texts
from storage.search import number_phrase, phrase, prefix

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
POSTGRESQL = (
    "ALTER TABLE search_texts ADD COLUMN vector tsvector GENERATED ALWAYS AS (to_tsvector('simple', search_text)) STORED",
    "CREATE INDEX ix_search_texts_vector ON search_texts USING gin (vector)",
)


def install(connection: Connection) -> None:
    """Make the index of an empty database."""
    for statement in SQLITE if connection.dialect.name == "sqlite" else POSTGRESQL:
        connection.exec_driver_sql(statement)


def matching(dialect: str, words: str) -> Select[tuple[int]] | None:
    """Numbers of the listings that hold `words` as a phrase; None when there is nothing in them to look for."""
    phrases = [tokens for tokens in (phrase(words), number_phrase(words)) if tokens]
    if not phrases:
        return None
    last = prefix(words)
    if dialect == "sqlite":
        asked = " OR ".join(
            f'"{" ".join(tokens)}"' + ("*" if last and not number else "") for number, tokens in enumerate(phrases)
        )
        return (
            select(literal_column("rowid", type_=search_texts.c.num.type))
            .select_from(text("search_index"))
            .where(text("search_index MATCH :asked").bindparams(asked=asked))
        )
    asked = " | ".join(
        "(" + " <-> ".join(f"'{token}'" for token in tokens) + (":*" if last and not number else "") + ")"
        for number, tokens in enumerate(phrases)
    )
    return select(search_texts.c.num).where(text("vector @@ CAST(:asked AS tsquery)").bindparams(asked=asked))
