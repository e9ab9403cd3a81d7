"""The JSON that the market drawn by JavaScript asks for."""

from __future__ import annotations

import json
from typing import Any

from osint.demo.records import Item
from osint.demo.render import Answer, Entry
from osint.demo.world import Site


def tile(entry: Entry) -> dict[str, Any]:
    """One card of a list."""
    return {
        "url": entry.url,
        "title": entry.title,
        "price": entry.price,
        "place": entry.place,
        "posted": entry.posted.isoformat() if entry.posted else "",
        "image": entry.image,
        "seller": entry.seller,
    }


def record(site: Site, item: Item, entry: Entry, words: str) -> dict[str, Any]:
    """One offer in full."""
    account = site.account(item)
    seller = {"name": account.name, "about": account.text, "contact": account.contact} if account else {}
    more = {"text": words, "raw": item.raw, "facts": item.facts, "seller": seller, "state": item.state}
    return tile(entry) | more


def as_json(value: Any, status: int = 200) -> Answer:
    """The answer of an API."""
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status, "application/json")
