"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A row number. SQLite numbers rows by itself only when the type is exactly INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as whole microseconds since 1970: sorts and compares alike everywhere."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """ValueError for a time without a zone: guessing one would falsify evidence."""
        return None if value is None else micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """The same instant, in UTC."""
        return None if value is None else EPOCH + value * MICROSECOND


class Money(TypeDecorator[Decimal]):
    """A decimal number, kept as text: SQLite would make a float of it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """As written, trailing zeros kept."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """The same number, trailing zeros kept."""
        return None if value is None else Decimal(value)


class Json(TypeDecorator[Any]):
    """Plain JSON as text: one form for both databases, key order kept, NUL and lone surrogates escaped."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Text without blanks."""
        return None if value is None else dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value, tuples having become lists."""
        return None if value is None else json.loads(value)


class Words(TypeDecorator[str]):
    """Text of pages. PostgreSQL refuses NUL, UTF-8 has no lone surrogates: both become U+FFFD here, not in the WARC."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The text, with what no database can hold replaced."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """`text` with NUL and lone surrogates replaced by U+FFFD; the very same object when there are none."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = "".join("\ufffd" if "\ud800" <= one <= "\udfff" else one for one in text)
    return text


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be stored: {moment.isoformat()}")
    return (moment - EPOCH) // MICROSECOND


_ENCODER = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def dumps(value: Any) -> str:
    """JSON in its shortest ASCII form, so that every string of Python survives both databases."""
    return _ENCODER.encode(value)
