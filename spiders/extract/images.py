"""Pictures of the thing at full size; logos, icons, placeholders and the neighbours' pictures left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from lxml import etree

from spiders.extract.dom import Dom
from spiders.extract.marks import mark

_MOST = 60
_JUNK = mark("images", "junk")
_SOFT = re.compile(r"banner|seller|profile|user|generic|/static/|share|social|button|star[s_-]|og[-_]image|map", re.I)
_FULL = ("data-zoom-image", "data-zoom", "data-large", "data-large_image", "data-full", "data-original", "data-image", "data-hires", "data-old-hires", "data-zoom-src", "data-src-large", "data-big", "data-imgsrc", "data-fancybox-href", "data-src", "data-lazy-src", "data-lazy", "data-original-src", "data-url", "data-echo", "data-img", "data-imgsrc", "src")  # fmt: skip  # noqa: E501
_GALLERY = mark("images", "gallery")
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|webp|avif)(?:$|[?;:!@])", re.I)


def junk(url: str) -> bool:
    """Is the address that of a logo, icon or placeholder?"""
    found = _JUNK.search(url)
    return found is not None and not (
        _SOFT.search(found.group()) and _PICTURE_FILE.search(url) and re.search(r"\d{5,}", url)
    )


def from_srcset(value: str) -> str:
    """The largest picture of a srcset."""
    best, best_size = "", -1.0
    for part in re.split(r",\s+|,(?=https?://)", value)[:40]:
        bits = part.strip().split()
        if not bits:
            continue
        size = 1.0
        if len(bits) > 1 and (found := re.fullmatch(r"([\d.]{1,8})[wx]", bits[-1])):
            try:
                size = float(found[1])
            except ValueError:
                size = 1.0
        if size > best_size:
            best, best_size = bits[0], size
    return best


def of_element(el: etree._Element, dom: Dom) -> str:
    """The largest picture an `img` (or the `picture` around it) names."""
    candidates = [
        from_srcset(el.get(name) or "") for name in ("data-srcset", "srcset", "data-lazy-srcset") if el.get(name)
    ]
    dynamic = el.get("data-a-dynamic-image")
    if dynamic:
        try:
            sizes = json.loads(dynamic)
            candidates.insert(0, max(sizes, key=lambda one: sum(sizes[one])))
        except (ValueError, TypeError):
            pass
    first = [el.get(name) or "" for name in _FULL[:13]]
    later = [el.get(name) or "" for name in _FULL[13:]]
    for value in (*first, *candidates, *later):
        if value and not value.startswith("data:") and (url := dom.absolute(value)):
            return url
    return ""


def images_of(dom: Dom, stated: Iterable[str], beside: set[object], title: str) -> tuple[list[str], str]:
    """Pictures of the page's thing: those structured data name first, then those of the page's gallery; and their origin."""  # noqa: E501
    found = {url: None for url in stated if not junk(url)}
    origin = "json-ld" if found else ""
    social = [
        dom.absolute(url)
        for name in ("og:image", "og:image:secure_url", "og:image:url", "twitter:image", "twitter:image:src")
        for url in dom.metas.get(name, [])
    ]
    for url in social:
        if url and not junk(url):
            found.setdefault(url)
            origin = origin or "opengraph"
    for url in _gallery(dom, beside, title):
        if len(found) >= _MOST:
            break
        found.setdefault(url)
        origin = origin or "rule"
    return list(found)[:_MOST], origin


def _gallery(dom: Dom, beside: set[object], title: str) -> list[str]:
    found: list[str] = []
    words = title.casefold()
    for el in dom.root.iter("img", "a"):
        if el.tag == "a":
            href = el.get("href") or ""
            if not _PICTURE_FILE.search(href) or el.find(".//img") is None:
                continue
            url = dom.absolute(href)
        else:
            url = of_element(el, dom)
        if not url or junk(url):
            continue
        size = _size(el)
        if size is not None and size < 120 and el.tag == "img":
            parent_link = el.getparent()
            if parent_link is None or not _GALLERY.search(
                f"{el.get('class') or ''} {parent_link.get('class') or ''} {el.get('id') or ''}"
            ):
                continue
        line = [el, *el.iterancestors()]
        if any(one in beside for one in line) or any(one.tag in {"nav", "header", "footer", "aside"} for one in line):
            continue
        alt = (el.get("alt") or "").casefold()
        sig = " ".join(
            f"{one.get('class') or ''} {one.get('id') or ''}" for one in line[:7] if one.tag not in {"body", "html"}
        )
        if (alt and len(alt) > 5 and (alt in words or words in alt)) or _GALLERY.search(sig):
            found.append(url)
        if len(found) > _MOST:
            break
    return found


def _size(el: etree._Element) -> int | None:
    for name in ("width", "height"):
        value = (el.get(name) or "").removesuffix("px")
        if value.isdigit():
            return int(value)
    return None
