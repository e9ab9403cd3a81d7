"""The links of a page and what their addresses have in common."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from lxml import etree

from spiders.extract.marks import mark
from spiders.extract.texts import safe_join

MAX_ANCHORS = 5000
"""Links that are looked at; the richest real page we hold has 2,300."""

_TRACKING = mark("anchors", "tracking")
_ID_KEYS = frozenset(["id", "item", "itemid", "item_id", "pid", "productid", "product_id", "products_id", "p", "adid", "ad_id", "listing", "listingid", "listing_id", "finnkode", "lot", "lotid", "sku", "code", "no", "num", "tid", "t", "topic", "aid", "article", "showtopic", "wid", "gid", "goods_id", "goodsid", "v"])  # fmt: skip  # noqa: E501
_NOT_ITEMS = mark("anchors", "not_items")
_FILES = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|css|js|mp4|mp3|zip|exe|apk)$", re.I)
DOCUMENTS = re.compile(r"\.(?:pdf|docx?|odt|rtf|xlsx?|csv|pptx?|eml|zip)$", re.I)


@dataclass(slots=True)
class Anchor:
    """One link: its element, its absolute address, and the address without what does not name the thing."""

    el: etree._Element
    url: str
    key: str


def anchors(root: etree._Element, base: str) -> list[Anchor]:
    """Links of a page to http(s) addresses, in page order; those to the page itself are left out."""
    found: list[Anchor] = []
    here = bare(base)
    seen: dict[str, tuple[str, str]] = {}
    for el in root.iter("a", "area"):
        href = el.get("href")
        if not href or href[0] == "#":
            continue
        if href not in seen:
            url = safe_join(base, href)
            seen[href] = (url, bare(url) if url else "")
        url, key = seen[href]
        if url and key != here:
            found.append(Anchor(el, url, key))
            if len(found) >= MAX_ANCHORS:
                break
    return found


@lru_cache(maxsize=20000)
def bare(url: str) -> str:
    """The address without fragment, tracking and session parameters: what tells two links to one thing alike."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    query = parts.query
    if query:
        kept = [
            (name, value) for name, value in parse_qsl(query, keep_blank_values=True)[:40] if not _TRACKING.match(name)
        ]
        if re.search(r"\d{5,}", parts.path) and not any(name.lower() in _ID_KEYS for name, _ in kept):
            kept = []  # the number in the path names the thing; the rest says how one came there
        query = urlencode(kept)
    path = re.sub(r";jsessionid=[^/?#]*", "", parts.path, flags=re.I) or "/"
    path = re.sub(r"/ref=[^/]*$", "", path)
    host = (parts.hostname or "").removeprefix("www.")
    return urlunsplit(("https", host, path.rstrip("/") or "/", query, ""))


def fit(url: str) -> bool:
    """False for addresses that are never an item: logins, carts, images, help pages."""
    parts = urlsplit(url)
    return not (_NOT_ITEMS.search(parts.path) or _FILES.search(parts.path))


@dataclass(frozen=True, slots=True)
class Shape:
    """What the addresses of one kind of page share. `parts`: a literal, or None where they differ."""

    host: str
    parts: tuple[str | None, ...]
    digits: tuple[int, ...]
    """Where they differ: the shortest of their longest runs of digits, at most 5; 0 where one has none."""
    query: frozenset[str]

    @property
    def strong(self) -> bool:
        """True when a link that fits is hardly anything else."""
        return bool(self.query) or any(self.digits) or (any(part for part in self.parts) and len(self.parts) > 1)

    def fits(self, key: str) -> bool:
        """Does an address (as `bare` gives it) have this shape?"""
        host, parts, query = _split(key)
        if host != self.host or len(parts) != len(self.parts) or not self.query <= query:
            return False
        for part, literal, digit in zip(parts, self.parts, self.digits, strict=True):
            if literal is not None:
                if part != literal:
                    return False
            elif digit and _run(part) < digit:
                return False
        return True


def _run(part: str) -> int:
    return max(map(len, re.findall(r"\d+", part)), default=0)


@lru_cache(maxsize=20000)
def _split(key: str) -> tuple[str, tuple[str, ...], frozenset[str]]:
    parts = urlsplit(key)
    names = frozenset(
        name for name, value in parse_qsl(parts.query) if name.lower() in _ID_KEYS and any(c.isdigit() for c in value)
    )
    return parts.hostname or "", tuple(part for part in parts.path.split("/") if part), names


def shapes(keys: Iterable[str]) -> list[Shape]:
    """The shapes under which most of the addresses fall, commonest first."""
    groups: dict[tuple[str, int], list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    total = 0
    for key in dict.fromkeys(keys):
        host, parts, query = _split(key)
        groups.setdefault((host, len(parts)), []).append((parts, query))
        total += 1
    found = []
    for (host, length), members in sorted(groups.items(), key=lambda one: -len(one[1])):
        if len(members) < max(2, total * 0.12):
            continue
        literals: list[str | None] = []
        digits = []
        for place in range(length):
            values = Counter(parts[place] for parts, _ in members)
            value, count = values.most_common(1)[0]
            literal = value if count >= 0.8 * len(members) and not any(char.isdigit() for char in value) else None
            literals.append(literal)
            runs = sorted(_run(parts[place]) for parts, _ in members)
            # One in twenty may be odd: an advert among the items.
            digits.append(0 if literal is not None else min(5, runs[len(runs) // 20]))
        query = frozenset.intersection(*(query for _, query in members))
        found.append(Shape(host, tuple(literals), tuple(digits), query))
    return found
