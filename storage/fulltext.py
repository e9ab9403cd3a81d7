"""The full-text index behind `search_texts`: FTS5 on SQLite, a stored tsvector with GIN on PostgreSQL.

Both index the same column, made by `storage.search.fold`, so both find the same. Made by migration 0002.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, bindparam, text, update

from storage.records import ListingVersion
from storage.schema import search_texts
from storage.search import fold, number_phrase, phrase, prefix

ADD = search_texts.insert()
HOLDING = {
    "sqlite": text("SELECT group_concat(rowid) FROM search_index WHERE search_index MATCH :asked"),
    "postgresql": text("SELECT string_agg(num::text, ',') FROM search_texts WHERE vector @@ CAST(:asked AS tsquery)"),
}
CHANGE = (
    update(search_texts)
    .where(search_texts.c.num == bindparam("b_num"), search_texts.c.search_text != bindparam("b_text"))
    .values(search_text=bindparam("b_text"))
)


def numbers(connection: Connection, words: str) -> npt.NDArray[np.int64]:
    """Numbers of the listings that hold `words` as a phrase; none when there is nothing in them to look for.

    They come as one text, not as rows: of a word that 200,000 listings hold, the rows would cost more than the search.
    """
    phrases = [tokens for tokens in (phrase(words), number_phrase(words)) if tokens]
    if not phrases:
        return np.zeros(0, np.int64)
    last = prefix(words)
    if connection.dialect.name == "sqlite":
        asked = " OR ".join(
            f'"{" ".join(tokens)}"' + ("*" if last and not number else "") for number, tokens in enumerate(phrases)
        )
    else:
        asked = " | ".join(
            "(" + " <-> ".join(f"'{token}'" for token in tokens) + (":*" if last and not number else "") + ")"
            for number, tokens in enumerate(phrases)
        )
    found = connection.execute(HOLDING[connection.dialect.name], {"asked": asked}).scalar()
    return np.fromstring(found or "", np.int64, sep=",")


def put(connection: Connection, listing: int, version: ListingVersion, new: bool) -> None:
    """Make a listing findable by the words of this version, by its seller, and by parts of its phone numbers."""
    contacts = [str(one.get("value", "")) for one in version.analysis.get("contacts") or ()]
    folded = fold(
        version.title, version.text, version.seller_name, version.seller_id, version.seller_text, version.location,
        version.external_id, *contacts, numbers=contacts,
    )  # fmt: skip
    if new:
        connection.execute(ADD, {"num": listing, "search_text": folded})
    else:
        connection.execute(CHANGE, {"b_num": listing, "b_text": folded})
