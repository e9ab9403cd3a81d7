"""Small helpers over elements and addresses that never fail, whatever a page holds."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import SplitResult, urljoin, urlsplit

from lxml import etree


def text_of(el: etree._Element) -> str:
    """Text of an element without scripts and styles, spaces folded, parts kept apart."""
    found: list[str] = []
    for raw in el.itertext():
        found.append(raw)
    if el.find(".//script") is not None or el.find(".//style") is not None or el.find(".//noscript") is not None:
        found = [str(t) for t in el.xpath(".//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")]
    return " ".join(" ".join(found).split())


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)


@lru_cache(maxsize=256)
def _origin(base: str) -> str:
    parts = urlsplit_safe(base)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} and parts.hostname else ""


def safe_join(base: str, href: str) -> str:
    """`href` on `base` when that gives an http(s) address, else ""."""
    href = href.strip().replace("\n", "").replace("\t", "").replace("\r", "")
    if not href or len(href) > 4096:
        return ""
    scheme = href[:8].lower()
    if ":" in href[:12] and not scheme.startswith(("http://", "https://")) and _SCHEME.match(href):
        return ""
    if scheme.startswith(("http://", "https://")) and "/../" not in href and "[" not in href:
        return (
            href
            if len(href) > 8 and href[href.index("//") + 2 : href.index("//") + 3] not in {"", "/", "?", "#"}
            else ""
        )
    if href[0] == "/" and href[1:2] != "/" and "/." not in href:
        origin = _origin(base)
        if origin:
            return origin + href
    try:
        url = urljoin(base, href)
        parts = urlsplit(url)
        return url if parts.scheme in {"http", "https"} and parts.hostname else ""
    except ValueError:
        return ""


def urlsplit_safe(url: str) -> SplitResult:
    """`urlsplit` that takes any text; a malformed address has no parts."""
    try:
        parts = urlsplit(url)
        _ = parts.hostname, parts.port
        return parts
    except ValueError:
        return urlsplit("")
