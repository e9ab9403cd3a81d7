"""Sections of a site that is explored from its start page: same host, no item, no account, basket or small print."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

MOST = 80
"""Sections taken from one page: a menu has fewer; a page with more is a site map or a trap."""
_FILE = re.compile(r"\.(css|js|json|xml|png|jpe?g|gif|svg|webp|ico|mp[34]|woff2?|zip|apk|exe|dmg)$", re.IGNORECASE)
_WORDS = re.compile(r"[/?&=_.]+")


@lru_cache(maxsize=1)
def _utility() -> frozenset[str]:
    lines = (Path(__file__).parent / "utility_paths.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def sections(every: Iterable[str], address: str, items: Collection[str]) -> tuple[str, ...]:
    """Addresses of `every` that may lead to more items, in page order."""
    host, taken = urlsplit(address).netloc, set(items)
    found: dict[str, None] = {}
    for url in every:
        parts = urlsplit(url)
        if parts.netloc != host or url in taken or url == address or _FILE.search(parts.path):
            continue
        words = _WORDS.split(unquote(f"{parts.path}?{parts.query}").lower())
        if not _utility().isdisjoint(words):
            continue
        found[url] = None
        if len(found) >= MOST:
            break
    return tuple(found)
