"""Tables and exchange formats of leads. A format is one module here with a `FORMAT`; nothing is registered by hand."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

Record = Mapping[str, Any]
"""A lead record: `head` of lead.json, and `listings`, an iterable that can be read more than once."""


@dataclass(frozen=True, slots=True)
class Format:
    """`write(record, path)` writes the file. `record` has the keys of lead.json; `listings` may be read repeatedly."""

    name: str
    file: str
    media_type: str
    about: str
    write: Callable[[Record, Path], None]


class _Formats(Mapping[str, Format]):
    """Name → format, sorted. Modules are imported when first asked for."""

    def _names(self) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(__path__))

    def __getitem__(self, name: str) -> Format:
        if name not in self._names():
            raise KeyError(f"no export format {name!r}; there are: {', '.join(self._names())}")
        found = import_module(f"{__name__}.{name}").FORMAT
        assert isinstance(found, Format)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


FORMATS: Mapping[str, Format] = _Formats()


def flat(record: Record) -> Iterable[dict[str, str]]:
    """One row a listing of a lead, newest version, every value as text: what tables hold."""
    leads = {link["listing"]: (lead, link) for lead in record["leads"] for link in lead["listings"]}
    for listing in record["listings"]:
        lead, link = leads[listing["id"]]
        yield _row(lead, link, listing)


def _row(lead: Mapping[str, Any], link: Mapping[str, Any], listing: Mapping[str, Any]) -> dict[str, str]:
    newest = listing["versions"][-1]
    fields, analysis = newest["fields"], newest["analysis"]
    price = fields.get("price", {}).get("value", {})
    seller = fields.get("seller", {}).get("value", {})
    taxa = analysis.get("taxa", [])
    return {
        "lead": f"L{lead['id']}",
        "status": lead["status"]["value"],
        "status_by": lead["status"]["by"],
        "decided_by": lead["status"]["who"],
        "listing": listing["id"],
        "source": listing["source"],
        "url": listing["url"],
        "title": newest["read"]["title"],
        "text": newest["read"]["text"],
        "taxa": "; ".join(dict.fromkeys(one["name"] for one in taxa)),
        "cites": "; ".join(dict.fromkeys(one["cites"] for one in taxa if one["cites"])),
        "terms": "; ".join(dict.fromkeys(one["code"] for one in analysis.get("terms", []))),
        "price_amount": price.get("amount", ""),
        "price_currency": price.get("currency", ""),
        "price_text": fields.get("price", {}).get("raw", ""),
        "quantities": "; ".join(one["text"] for one in analysis.get("quantities", [])),
        "seller": seller.get("name", ""),
        "seller_id": seller.get("id", ""),
        "seller_url": seller.get("url", ""),
        "contacts": "; ".join(f"{one['kind']}:{one['value']}" for one in analysis.get("contacts", [])),
        "location": fields.get("location", {}).get("value", ""),
        "language": analysis.get("language", {}).get("code", ""),
        "score": str(analysis.get("score", "")),
        "reasons": "; ".join(
            f"{one['rule']} {one['points']:+g} “{one['text']}”" for one in analysis.get("reasons", [])
        ),
        "posted": fields.get("posted", {}).get("value", ""),
        "first_seen": listing["first_seen"],
        "last_seen": listing["last_seen"],
        "gone_at": listing["gone_at"],
        "versions": str(len(listing["versions"])),
        "capture": newest["capture"],
        "capture_number": str(newest["capture_number"]),
        "link_reason": link["reason"],
        "read_by": "machine",
    }
