"""Articles, documents and threads."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Row, func, select

from storage.database import Database, insert_for
from storage.identity import text_id
from storage.records import Slice, StoredText, TextKind
from storage.schema import texts

FIELDS = tuple(field.name for field in fields(StoredText))
COLUMNS = [texts.c[name] for name in FIELDS]


class Texts:
    """One row a text: its newest reading. The captures keep what it said before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, text: StoredText) -> StoredText:
        """Keep a text, under its own id or one made of source and URL. An older capture never replaces a newer one."""
        if not text.id:
            text = replace(text, id=text_id(text.source, text.url))
        values = {name: getattr(text, name) for name in FIELDS} | {"pages": list(text.pages)}
        with self._database.write() as connection:
            insert = insert_for(connection, texts)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["id"],
                    set_={name: insert.excluded[name] for name in FIELDS},
                    where=texts.c.seen_at <= insert.excluded.seen_at,
                ),
                values,
            )
            return self.get(text.id)

    def get(self, identity: str) -> StoredText:
        """KeyError when there is no such text."""
        with self._database.read() as connection:
            row = connection.execute(select(*COLUMNS).where(texts.c.id == identity)).first()
        if row is None:
            raise KeyError(f"no text {identity}")
        return _record(row)

    def list(
        self, kind: TextKind | None = None, relevant: bool | None = None, limit: int = 50, offset: int = 0
    ) -> Slice[StoredText]:
        """Texts by score, the worst first; among equals the newest."""
        query, count = select(*COLUMNS), select(func.count()).select_from(texts)
        for column, value in ((texts.c.kind, kind), (texts.c.relevant, relevant)):
            if value is not None:
                query, count = query.where(column == value), count.where(column == value)
        query = query.order_by(texts.c.score.desc(), texts.c.num.desc()).limit(limit).offset(offset)
        with self._database.read() as connection:
            rows = tuple(_record(row) for row in connection.execute(query)) if limit else ()
            return Slice(rows, connection.execute(count).scalar_one())


def _record(row: Row[Any]) -> StoredText:
    values = {name: getattr(row, name) for name in FIELDS}
    values["pages"] = tuple(values["pages"])
    return StoredText(**values)
