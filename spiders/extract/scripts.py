"""Data that a page keeps for its own scripts: Next.js, Nuxt, `window.__STATE__ = {...}`, `application/json`.

Used where the page shows nothing else: the record that looks most like the offer of this page is read as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from spiders.extract.structured import Thing, loads, plain
from spiders.extract.titles import likeness

_MAX = 4_000_000
_ASSIGNED = re.compile(r"(?:window\.|var\s+|let\s+|const\s+|self\.|globalThis\.)?[\w$.\[\]\"']{2,60}\s*=\s*(?=[{\[])")
_DECODER = json.JSONDecoder(strict=False)
_KEYS = {
    "name": ("title", "name", "subject", "headline", "itemTitle", "productName", "adTitle", "heading", "listingTitle"),
    "description": ("description", "body", "text", "content", "detail", "details", "descriptionText", "adDescription", "longDescription", "desc"),  # noqa: E501
    "price": ("price", "priceValue", "salePrice", "currentPrice", "askingPrice", "amount", "priceAmount", "finalPrice", "sellingPrice", "offerPrice", "buyNowPrice", "rent"),  # noqa: E501
    "priceCurrency": ("currency", "currencyCode", "priceCurrency", "currency_code"),
    "image": ("images", "photos", "pictures", "gallery", "image", "media", "imageUrls", "imageList", "photo", "thumbnail"),  # noqa: E501
    "seller": ("seller", "user", "owner", "shop", "advertiser", "merchant", "vendor", "store", "account", "author", "agent", "contact", "sellerName", "shopName", "nickname"),  # noqa: E501
    "location": ("location", "address", "city", "region", "place", "area", "cityName", "locationText", "locationName", "district"),  # noqa: E501
    "datePosted": ("createdAt", "publishedAt", "created", "publishDate", "postedDate", "postedAt", "listTime", "createdDate", "datePosted", "created_at", "published_at", "startTime", "date", "list_time", "publishTime", "publicationDate"),  # noqa: E501
    "sku": ("id", "itemId", "adId", "listingId", "productId", "sku", "itemNumber", "ad_id", "item_id"),
    "category": ("category", "categoryName", "categoryPath"),
    "condition": ("condition", "itemCondition", "conditionText"),
}  # fmt: skip


def blobs(root: etree._Element) -> Iterator[Any]:
    """The JSON values in a page's scripts, largest scripts last, within a total of 4 MB."""
    left = _MAX
    for script in root.iter("script"):
        text = script.text
        if not text or len(text) < 80 or script.get("src"):
            continue
        kind = (script.get("type") or "").lower()
        if "ld+json" in kind:
            continue
        left -= len(text)
        if left < 0:
            return
        if "json" in kind or (script.get("id") or "") in {"__NEXT_DATA__", "__NUXT_DATA__"}:
            value = loads(text)
            if value is not None:
                yield value
        elif not kind or "javascript" in kind or kind == "module":
            for found in list(_ASSIGNED.finditer(text))[:40]:
                try:
                    value, _ = _DECODER.raw_decode(text, found.end())
                except (ValueError, RecursionError):
                    continue
                if isinstance(value, (dict, list)) and value:
                    yield value


def size(root: etree._Element) -> int:
    """Characters of the page's inline scripts that may hold data."""
    return sum(len(script.text) for script in root.iter("script") if script.text and not script.get("src"))


def offer(root: etree._Element, titles: list[str]) -> Thing | None:
    """The record of a page's scripts that looks most like one offer, under the names structured data uses."""
    best: dict[str, Any] | None = None
    best_score = 4.0
    for blob in blobs(root):
        for record in _records(blob):
            score = _score(record, titles)
            if score > best_score:
                best, best_score = record, score
    return Thing(frozenset({"product"}), _renamed(best), "script") if best is not None else None


def lists(root: etree._Element) -> list[Mapping[str, Any]]:
    """The longest list of like records with a title and an address: a results page that lives in its scripts."""
    best: list[Mapping[str, Any]] = []
    for blob in blobs(root):
        stack = [blob]
        seen = 0
        while stack and seen < 20000:
            value = stack.pop()
            seen += 1
            if isinstance(value, dict):
                stack += list(value.values())
            elif isinstance(value, list):
                records = [one for one in value if isinstance(one, dict) and _first(one, "name") and _address(one)]
                priced = [one for one in records if _first(one, "price") is not None]
                if len(priced) > 0.5 * len(records) and len(records) > max(2, len(best)):
                    best = [_renamed(one) | {"url": _address(one)} for one in records[:300]]
                stack += value[:300]
    return best


def _address(record: Mapping[str, Any]) -> str:
    for key in (
        "url",
        "href",
        "link",
        "itemUrl",
        "detailUrl",
        "permalink",
        "webUrl",
        "canonicalUrl",
        "detail_url",
        "shareUrl",
    ):
        value = record.get(key)
        if isinstance(value, str) and value and not value.startswith("javascript"):
            return value
    return ""


def _records(value: Any) -> Iterator[dict[str, Any]]:
    stack = [(value, 0)]
    seen = 0
    while stack and seen < 20000:
        one, depth = stack.pop()
        seen += 1
        if depth > 25:
            continue
        if isinstance(one, dict):
            if len(one) >= 3:
                yield one
            stack += [(inner, depth + 1) for inner in one.values() if isinstance(inner, (dict, list))]
        elif isinstance(one, list):
            stack += [(inner, depth + 2) for inner in one[:200] if isinstance(inner, (dict, list))]


def _first(record: Mapping[str, Any], field: str) -> Any:
    for key in _KEYS[field]:
        value = record.get(key)
        if value not in (None, "", [], {}):
            return value
    return None


def _score(record: dict[str, Any], titles: list[str]) -> float:
    name = _first(record, "name")
    if not isinstance(name, str) or not 3 < len(name) < 300:
        return 0.0
    score = 1.0
    price = _first(record, "price")
    if (
        isinstance(price, (int, float, str, dict))
        and not isinstance(price, bool)
        and any(char.isdigit() for char in str(price))
    ):
        score += 2.0
    text = _first(record, "description")
    if isinstance(text, str) and len(text) > 40:
        score += 1.5
    for field, weight in (("image", 0.7), ("seller", 0.7), ("location", 0.7), ("datePosted", 0.5)):
        if _first(record, field) is not None:
            score += weight
    return score + 3.0 * max((likeness(name, title) for title in titles if title), default=0.0)


def _renamed(record: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for field in _KEYS:
        value = _first(record, field)
        if value is None:
            continue
        if field == "price" and isinstance(value, Mapping):
            code = next((value[key] for key in ("currency", "currencyCode", "currency_code") if value.get(key)), None)
            if code:
                out.setdefault("priceCurrency", plain(code))
            value = next(
                (
                    value[key]
                    for key in ("value", "amount", "price", "display", "formatted", "text", "displayPrice")
                    if value.get(key) not in (None, "")
                ),
                None,
            )
        if field == "seller":
            value = value if isinstance(value, Mapping) else {"name": value}
            value = {
                "name": next(
                    (
                        plain(value[key])
                        for key in ("name", "displayName", "nickname", "username", "shopName", "title", "fullName")
                        if value.get(key)
                    ),
                    "",
                ),
                "url": plain(value.get("url") or ""),
            }
        if field == "location" and isinstance(value, Mapping):
            parts = [
                plain(value.get(key))
                for key in ("name", "address", "city", "cityName", "district", "region", "state", "country")
                if isinstance(value.get(key), (str, Mapping))
            ]
            value = ", ".join(dict.fromkeys(part for part in parts if part))
        if value is not None:
            out[field] = value
    if "condition" in out:
        out["itemCondition"] = out.pop("condition")
    return out


def leading(text: str) -> Any:
    """The JSON value a text starts with, None when it starts with none."""
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None
