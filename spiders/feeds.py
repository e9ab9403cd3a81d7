"""Feeds (RSS, Atom, JSON Feed) and sitemaps (plain, index, news, text, gzipped): bytes in, addresses with dates out.
Pure."""

from __future__ import annotations

import calendar
import datetime as dt
import gzip
import io
import json
import zlib
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urljoin

import feedparser
from lxml import etree

MAX_XML = 32 * 1024 * 1024
MAX_ENTRIES = 50_000
"""The sitemap protocol's own limit; feeds stay far below it."""


class NotAFeed(ValueError):
    """The bytes are no feed or sitemap; the message says what they are instead, as far as one can tell."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One address of a feed or sitemap. `sitemap` marks an entry of an index that leads to another sitemap."""

    url: str
    published: dt.datetime | None = None
    title: str = ""
    sitemap: bool = False


@dataclass(frozen=True, slots=True)
class Entries:
    """What was read. An empty feed is not an error: it has no entries, and its kind is known."""

    kind: Literal["rss", "json", "sitemap", "index", "text"]
    entries: tuple[Entry, ...]
    next: str = ""
    """Atom and JSON Feed: the following page of the feed."""


def read(body: bytes, base: str) -> Entries:
    """Read whatever of these formats the bytes are. Raises NotAFeed, so that a failing query never looks like an
    empty one."""
    body = _unzipped(body)
    start = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise NotAFeed("no content")
    if start.startswith(b"{"):
        return _json_feed(body, base)
    if start.startswith(b"<"):
        low = start.lower()
        if b"<urlset" in low or b"<sitemapindex" in low:
            return _sitemap(body, base)
        if low.startswith((b"<!doctype html", b"<html")):
            raise NotAFeed("an HTML page")
        return _feed(body, base)
    if start.startswith((b"http://", b"https://")):
        lines = body.decode("utf-8-sig", "replace").split()[:MAX_ENTRIES]
        return Entries("text", tuple(Entry(line) for line in lines if line.startswith(("http://", "https://"))))
    raise NotAFeed("neither XML nor JSON")


def _unzipped(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        with gzip.open(io.BytesIO(body)) as stream:
            text = stream.read(MAX_XML + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise NotAFeed(f"gzip that does not unpack: {error}") from None
    if len(text) > MAX_XML:
        raise NotAFeed(f"more than {MAX_XML} bytes once unpacked")
    return text


def _sitemap(body: bytes, base: str) -> Entries:
    found: list[Entry] = []
    kind: Literal["sitemap", "index"] = "sitemap"
    # No entity is resolved and nothing is fetched; `recover` since a third of real sitemaps break some rule.
    events = etree.iterparse(
        io.BytesIO(body), events=("end",), resolve_entities=False, no_network=True, recover=True, huge_tree=False
    )
    try:
        for _, node in events:
            name = _local(node)
            if name not in {"url", "sitemap"}:
                continue
            kind = "index" if name == "sitemap" else kind
            if entry := _sitemap_entry(node, base, index=name == "sitemap"):
                found.append(entry)
            node.clear()
            if len(found) >= MAX_ENTRIES:
                break
    except etree.XMLSyntaxError as error:
        if not found:
            raise NotAFeed(f"broken XML: {error}") from None
    return Entries(kind, tuple(found))


def _sitemap_entry(node: Any, base: str, index: bool) -> Entry | None:
    values: dict[str, str] = {}
    for child in node.iter():
        name = _local(child)
        if name in {"loc", "lastmod", "publication_date", "title"} and child.text and _parent_ok(child, name):
            values.setdefault(name, child.text.strip())
    if not values.get("loc"):
        return None
    date = moment(values.get("publication_date", "")) or moment(values.get("lastmod", ""))
    return Entry(urljoin(base, values["loc"]), date, values.get("title", ""), sitemap=index)


def _parent_ok(node: Any, name: str) -> bool:
    # <image:loc> is the address of an image, not of the page.
    space = str(node.tag).partition("}")[0]
    return name != "loc" or not ("image" in space or "video" in space)


def _local(node: Any) -> str:
    return node.tag.rpartition("}")[2].lower() if isinstance(node.tag, str) else ""


def _feed(body: bytes, base: str) -> Entries:
    # A stream, never the bytes themselves: feedparser takes those for the name of a file to open.
    parsed = feedparser.parse(io.BytesIO(body), response_headers={"content-location": base}, sanitize_html=False)
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeed(f"no feed: {parsed.get('bozo_exception', 'unknown root element')}"[:200])
    found = []
    for item in parsed.entries[:MAX_ENTRIES]:
        link = item.get("link") or (item.get("id") if str(item.get("id", "")).startswith("http") else "")
        if link:
            stamp = item.get("published_parsed") or item.get("updated_parsed")
            date = dt.datetime.fromtimestamp(calendar.timegm(stamp), dt.UTC) if stamp and _sane(stamp) else None
            found.append(Entry(urljoin(base, link), date, str(item.get("title", ""))))
    following = next((link.get("href", "") for link in parsed.feed.get("links", []) if link.get("rel") == "next"), "")
    return Entries("rss", tuple(found), urljoin(base, following) if following else "")


def _sane(stamp: Any) -> bool:
    return 1970 < int(stamp[0]) < 2200


def _json_feed(body: bytes, base: str) -> Entries:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"broken JSON: {error}"[:200]) from None
    # JSON Feed names its list `items`, the GDELT document API `articles`.
    items = data.get("items", data.get("articles")) if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise NotAFeed("JSON without a list of items")
    found = []
    for item in items[:MAX_ENTRIES]:
        url = (item.get("url") or item.get("external_url")) if isinstance(item, dict) else None
        if isinstance(url, str) and url:
            date = moment(str(item.get("date_published") or item.get("seendate") or item.get("date_modified") or ""))
            found.append(Entry(urljoin(base, url), date, str(item.get("title") or "")))
    following = data.get("next_url")
    return Entries("json", tuple(found), urljoin(base, following) if isinstance(following, str) and following else "")


def moment(text: str) -> dt.datetime | None:
    """A W3C date (`2026`, `2026-11`, `2026-11-24`, with time and zone) or GDELT's `20261124T101500Z`; UTC when no
    zone."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) == 4:
        text = f"{text}-01-01"
    if len(text) == 7 and text[4] == "-":
        text = f"{text}-01"
    try:
        date = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=dt.UTC)
