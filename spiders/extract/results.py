"""The boxes of a results page as listings of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any

from lxml import etree

from spiders.extract import money, offered, when
from spiders.extract.dom import Dom
from spiders.extract.images import junk, of_element
from spiders.extract.money import Setting
from spiders.extract.places import clean
from spiders.extract.structured import Thing, plain
from spiders.extract.tiles import Tile
from spiders.extract.words import label
from spiders.items import Listing, Price, Seller

_TITLE = re.compile(r"title|name|heading|subject|link-?text|ellipsis|headline|caption", re.I)
_PLACE = re.compile(r"location|place|city|region|area|address|locality|standort|ort\b", re.I)
_DATE = re.compile(r"date|time|posted|ago|age\b", re.I)
_OLD = re.compile(r"old|was|strike|list-?price|rrp|regular|before|original|compare|previous|cross|uvp|del\b", re.I)
_SELLER = re.compile(r"seller|shop-?name|vendor|merchant|store|dealer|user-?name|brand", re.I)


MOST = 500
"""Boxes that are read as listings; their links are all given."""


def tiles_of(dom: Dom, tiles: list[Tile], setting: Setting, now: datetime | None) -> tuple[Listing, ...]:
    """One listing a box, in page order. A box without title is left out."""
    keys = {tile.key for tile in tiles}
    made = (_read(_widest(tile, keys, dom), tile, dom, setting, now) for tile in tiles[:MOST])
    return tuple(one for one in made if one.title)


def stored_tiles(records: list[Any], dom: Dom, setting: Setting, now: datetime | None) -> tuple[Listing, ...]:
    """Listings from the records a page keeps in its scripts (see scripts.lists)."""
    made = []
    for record in records:
        thing = Thing(frozenset({"product"}), record, "script")
        url = dom.absolute(plain(record.get("url")))
        title = thing.text("name")
        if not url or not title:
            continue
        seller = offered.seller(thing)
        made.append(Listing(
            url=url, title=title[:300], text=thing.text("description")[:2000], price=offered.price(thing, setting), location=offered.place(thing),  # noqa: E501
            posted=offered.posted(thing, now), images=tuple(offered.images(thing, dom)[:1]), seller=Seller(name=seller["name"]) if seller else None,  # noqa: E501
            external_id=thing.text("sku")[:64], origins={"title": "script"},
        ))  # fmt: skip
    return tuple(made)


def _widest(tile: Tile, keys: set[str], dom: Dom) -> etree._Element:
    """The box a link stands in, when all that is known is the link: as far up as no other item comes in."""
    if tile.el.tag != "a":
        return tile.el
    el = tile.el
    for _ in range(6):
        parent = el.getparent()
        if parent is None or parent.tag in {"body", "main", "html"}:
            break
        others = sum(1 for one in parent.iter("a") if one.get("href") and one.get("href") != tile.el.get("href"))
        if others > 4:
            break
        el = parent
    return el


def _read(el: etree._Element, tile: Tile, dom: Dom, setting: Setting, now: datetime | None) -> Listing:
    texts = [(parent, text) for parent, text in _texts(el)]
    title = _title(el, tile, texts)
    price = _price(texts, setting)
    location = seller = ""
    posted = None
    for parent, text in texts:
        sig = f"{parent.get('class') or ''} {parent.get('id') or ''} {parent.get('data-testid') or ''}"
        above = parent.getparent()
        sig += f" {above.get('class') or ''}" if above is not None and above is not el else ""
        if not location and len(text) < 80 and _PLACE.search(sig):
            location = clean(text)
        elif posted is None and len(text) < 50 and (parent.tag == "time" or _DATE.search(sig)):
            posted = when.parse(parent.get("datetime") or text, now, dom.language)
        elif not seller and len(text) < 60 and _SELLER.search(sig) and not label(text) and text != title:
            seller = text
    picture = ""
    for image in el.iter("img", "source"):
        url = of_element(image, dom)
        if url and not junk(url):
            picture = url
            break
    whole = " ".join(text for _, text in texts)
    origins = {"title": "tile"} | ({"price": "tile"} if price else {}) | ({"location": "tile"} if location else {})

    return Listing(
        url=tile.url, title=title[:300], text=whole[:2000] if whole != title else "", price=price, location=location, posted=posted,  # noqa: E501
        seller=Seller(name=seller) if seller else None, images=(picture,) if picture else (), origins=origins, external_id=_identity(tile.url),  # noqa: E501
    )  # fmt: skip


def _identity(url: str) -> str:
    found = re.findall(r"\d{5,}", url.split("://", 1)[-1])
    return max(found, key=len)[:64] if found else ""


def _texts(el: etree._Element) -> Iterable[tuple[etree._Element, str]]:
    for raw in el.xpath(".//text()[normalize-space()]")[:200]:
        parent = raw.getparent()
        if raw.is_tail:
            parent = parent.getparent()
        if parent is None or parent.tag in {"script", "style", "noscript", "option", "svg", "title"}:
            continue
        yield parent, " ".join(str(raw).split())


def _title(el: etree._Element, tile: Tile, texts: list[tuple[etree._Element, str]]) -> str:  # noqa: PLR0912
    for heading in el.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        text = " ".join(" ".join(heading.itertext()).split())
        if len(text) > 2:
            return text
    best, best_score = "", 0.0
    for parent, text in texts:
        if len(text) < 3 or not any(char.isalpha() for char in text):
            continue
        score = min(len(text), 90) / 30
        line = [parent, *parent.iterancestors()][:5]
        if any(one.tag == "a" for one in line):
            score += 1.0
        if any(_TITLE.search(f"{one.get('class') or ''} {one.get('itemprop') or ''}") for one in line[:2]):
            score += 1.5
        if money.find(text[:60]) and len(text) < 30:
            score -= 2.0
        if len(text) > 160:
            score -= 1.5
        if score > best_score:
            best, best_score = text, score
    for link in el.iter("a"):
        named = (link.get("title") or "").strip()
        if len(named) > len(best) and best and named.casefold().startswith(best.rstrip(".…").casefold()[:40]):
            return named
    if not best:
        for one in el.iter("a", "img"):
            text = (one.get("title") or one.get("aria-label") or one.get("alt") or "").strip()
            if len(text) > 2:
                return text
    return best


def _price(texts: list[tuple[etree._Element, str]], setting: Setting) -> Price | None:
    best: tuple[float, Price] | None = None
    joined = [(parent, text) for parent, text in texts if any(char.isdigit() for char in text) and len(text) < 120]
    for parent, text in joined:
        line = [parent, *parent.iterancestors()][:3]
        sig = " ".join(f"{one.get('class') or ''} {one.get('itemprop') or ''}" for one in line[:2])
        named = bool(re.search(r"price|prix|preis|precio|prezzo|amount|harga|gia", sig, re.I))
        for one in money.find(text, setting)[:3]:
            score = (2.0 if one.signed else 0.0) + (1.5 if named else 0.0)
            if any(up.tag in {"del", "s", "strike"} for up in line) or _OLD.search(sig):
                score -= 3
            if re.match(r"\s*(?:/|per\b|%|m²|km|ps\b|hp\b)", text[one.end :]):
                score -= 2
            if score >= 1.5 and (best is None or score > best[0]):
                best = (score, Price(one.amount, one.currency, text))
    if best is None:
        return _split_price(texts, setting)
    return best[1]


def _split_price(texts: list[tuple[etree._Element, str]], setting: Setting) -> Price | None:
    # "$" and "12" in two elements
    for (_, one), (_, two) in pairwise(texts):
        if len(one) <= 12 and len(two) <= 12 and any(char.isdigit() for char in one + two):
            found = [money_ for money_ in money.find(f"{one} {two}", setting) if money_.signed]
            if found:
                return Price(found[0].amount, found[0].currency, f"{one} {two}")
    return None
