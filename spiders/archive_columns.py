"""From a row of named cells to a `Row`: which column is which field, by the table `archive_columns.toml`."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from functools import cache
from importlib import resources
from typing import Any, Final

from spiders.archive_records import Row, utc

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BREAKS: Final = re.compile(r"[\s_.\-:/]+")
_NUMBER: Final = re.compile(r"\d{1,15}(?:\.\d{1,6})?|\d{1,3}(?:,\d{3}){1,4}\.\d{1,2}")
_VALUES_MAX: Final = 200
"""Columns or keys of one row."""


@cache
def _table() -> tuple[dict[str, str], dict[str, int]]:
    text = (resources.files("spiders") / "archive_columns.toml").read_text(encoding="utf-8")
    fields: dict[str, str] = {}
    ranks: dict[str, int] = {}
    known = set(Row.__dataclass_fields__)
    for field, names in tomllib.loads(text).items():
        if field not in known:
            raise ValueError(f"archive_columns.toml: {field} is no field of a row")
        for rank, name in enumerate(names):
            if name in fields:
                raise ValueError(f"archive_columns.toml: {name!r} stands under {fields[name]} and {field}")
            fields[name], ranks[name] = field, rank
    return fields, ranks


def folded(name: str) -> str:
    """A column's name as the table has it."""
    name = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name[:100]).strip().strip("\ufeff\"'*#"))
    return _BREAKS.sub(" ", name).strip().casefold()


def field_of(name: str) -> str:
    """The field a column holds, "" when its name is not known."""
    return _table()[0].get(folded(name), "")


def is_listing_header(names: Iterable[str]) -> bool:
    """Whether a table with these columns is one of listings: a title or a text, and one more field, all told apart."""
    found = {field_of(name) for name in names} - {""}
    return bool(found & {"title", "text"}) and len(found) >= 2


def flatten(record: Mapping[str, Any]) -> dict[str, str]:
    """A JSON object as named texts; objects within become `outer inner`, lists of texts one a line."""
    found: dict[str, str] = {}
    for key, value in record.items():
        if len(found) >= _VALUES_MAX:
            break
        if isinstance(value, Mapping):
            prefix = "" if folded(str(key)) == "attributes" else f"{key} "
            for inner, deep in list(value.items())[:_VALUES_MAX]:
                found.setdefault(f"{prefix}{inner}", _text(deep))
        else:
            found.setdefault(str(key), _text(value))
    return {key: value for key, value in found.items() if value}


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "\n".join(text for item in value[:1000] if (text := _text(item)))
    if isinstance(value, Mapping):
        for key in ("url", "src", "href", "name", "text", "value"):
            if isinstance(value.get(key), str):
                return str(value[key]).strip()
        return "\n".join(
            f"{key}: {inner}" for key, inner in list(value.items())[:50] if isinstance(inner, str | int | float)
        )
    # lone surrogates (JSON may hold them as escapes) cannot be stored as UTF-8
    return str(value).encode("utf-8", "replace").decode("utf-8").strip()


def to_row(cells: Mapping[str, str], path: str, member: str, number: int, raw: bytes) -> Row | None:
    """The row, or None when it has neither title nor text. What no column names is kept under `attributes`."""
    ranks = _table()[1]
    fields: dict[str, tuple[int, str]] = {}
    attributes: dict[str, str] = {}
    for name, cell in cells.items():
        value = cell.strip()
        if not value:
            continue
        field, rank = field_of(name), ranks.get(folded(name), 0)
        held = fields.get(field)
        if not field:
            attributes[name[:100]] = value
        elif held is None:
            fields[field] = (rank, value)
            attributes[f"={field}"] = name[:100]
        else:  # two columns for one field: the better name stays, the other is kept as what it was called
            better, other = (value, held[1]) if rank < held[0] else (held[1], value)
            called = attributes[f"={field}"] if rank < held[0] else name[:100]
            if rank < held[0]:
                fields[field], attributes[f"={field}"] = (rank, better), name[:100]
            attributes[called] = other
    attributes = {name: value for name, value in attributes.items() if not name.startswith("=")}
    values = {field: value for field, (_, value) in fields.items()}
    if not (values.get("title") or values.get("text")):
        return None
    price, amount = values.get("price", ""), values.get("amount", "")
    posted = parse_date(values.get("posted", ""))
    if posted is None and "posted" in values:
        attributes["posted"] = values["posted"]
    return Row(
        id=values.get("id", "") or values.get("url", "") or str(number),
        url=_web(values.get("url", "")),
        site=values.get("site", ""),
        title=" ".join(values.get("title", "").split()),
        text=values.get("text", ""),
        seller_text=values.get("seller_text", ""),
        price=price or amount,
        amount=_number(amount) if amount else _number(price),
        currency=values.get("currency", "").upper()
        if len(values.get("currency", "")) == 3
        else values.get("currency", ""),
        seller=values.get("seller", ""),
        seller_id=values.get("seller_id", ""),
        seller_url=_web(values.get("seller_url", "")),
        location=" ".join(values.get("location", "").split()),
        posted=posted,
        images=_addresses(values.get("images", "")),
        country=values.get("country", ""),
        lang=values.get("lang", ""),
        attributes=attributes,
        path=path,
        member=member,
        number=number,
        raw=raw,
    )


def _web(url: str) -> str:
    """An address with a scheme and no blanks; "" for anything else, also scripts and files of this machine."""
    url = url.strip()
    return url if re.fullmatch(r"https?://[^\s<>\"]{1,4090}", url, re.I) else ""


def _addresses(text: str) -> tuple[str, ...]:
    found = (_web(part) for part in re.split(r"[\s|;]+|,(?=\s*https?:)", text)[:1000])
    return tuple(dict.fromkeys(url for url in found if url))


def _number(text: str) -> Decimal | None:
    """The number where it can be read in one way only: `1200`, `1200.50`, `1,200.50`; None for `1.200` or `1,200`."""
    if not _NUMBER.fullmatch(text) or re.fullmatch(r"\d{1,3}\.\d{3}", text):
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None


def parse_date(text: str) -> datetime | None:
    """ISO 8601, `2024/01/31 10:00`, mail dates, seconds or milliseconds since 1970, as UTC; None for all that can be
    read in two ways (`01/02/2024`)."""
    text = text.strip()[:64]
    try:
        if re.fullmatch(r"\d{9,10}(?:\.\d{1,9})?|\d{12,13}", text, re.ASCII):
            seconds = float(text) / (1000 if len(text.partition(".")[0]) > 10 else 1)
            return datetime.fromtimestamp(seconds, tz=UTC)
        if re.match(r"\d{4}[-/.]\d\d?[-/.]\d\d?", text, re.ASCII):
            year, month, day, rest = re.match(r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)(.*)", text, re.ASCII | re.S).groups()  # type: ignore[union-attr]
            return utc(datetime.fromisoformat(f"{year}-{int(month):02}-{int(day):02}{rest.rstrip()}"))
        if re.match(r"[A-Za-z]{3},? \d", text) or re.match(r"\d{1,2} [A-Za-z]{3} \d{4}", text):
            return utc(parsedate_to_datetime(text))
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None
    return None
