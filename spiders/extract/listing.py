"""One offer of a page: each field from the first source that has it, with the name of that source beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lxml import etree

from spiders.extract import (
    descriptions,
    images,
    labels,
    offered,
    places,
    posting,
    prices,
    scripts,
    sellers,
    things,
    titles,
)
from spiders.extract.anchors import Anchor
from spiders.extract.dom import Dom
from spiders.extract.money import Setting, country_currency
from spiders.extract.structured import Thing
from spiders.extract.tiles import Group
from spiders.items import Listing, Price, Seller

_KEPT = ("condition", "brand", "sku", "category", "quantity", "sold_count", "watchers", "views", "shipping")
_ID = re.compile(r"(?:/|-|=|\.|_|id)(\d{5,})(?=\D|$)")


def beside_of(groups: list[Group], dom: Dom) -> set[Any]:
    """Boxes of other offers on a page that is about one: their prices, sellers and pictures are not its own."""
    found: set[etree._Element] = set()
    for group in groups:
        if len(group.tiles) >= 3 and (
            group.related or group.pictured > 0.5 or (group.priced > 0.5 and len(group.tiles) >= 8)
        ):
            found.update(tile.el for tile in group.tiles)
    titles_at = set(dom.root.iter("h1"))
    # A box that holds the page's own title is no neighbour.
    return {el for el in found if not any(one in titles_at for one in el.iter("h1"))}


def read_listing(
    dom: Dom, found: list[Thing], groups: list[Group], links: list[Anchor], setting: Setting, now: datetime | None
) -> Listing:
    """The offer of a page. Fields that the page does not say stay empty."""
    origins: dict[str, str] = {}
    shown = titles.headings(dom)
    thing = things.main_offer(found, dom, shown)
    beside = beside_of(groups, dom)
    title, origin = titles.title_of(dom, [thing.text("name", "title", "headline")] if thing else [])
    extra = (
        scripts.offer(dom.root, [title, *shown[:2], dom.title])
        if thing is None or not thing.get("offers", "price")
        else None
    )
    if not title and extra:
        title, origin = extra.text("name"), "script"
    origins["title"] = thing.origin if thing and origin == "json-ld" else origin
    pairs = labels.pairs(dom)
    anchor = titles.place_of(dom, title)
    price, origins["price"] = price_of(dom, thing, extra, setting, title, beside, anchor)
    text, origins["text"] = descriptions.description_of(
        dom, thing.text("description") if thing else (extra.text("description") if extra else ""), title, beside, pairs
    )
    if origins["text"] == "json-ld":
        origins["text"] = thing.origin if thing else "script"
    seller, origins["seller"] = _seller(dom, thing, extra, links, pairs, beside)
    location, origins["location"] = _place(dom, thing, extra, pairs, beside, anchor, title)
    posted, origins["posted"] = posting.posted_of(
        dom, [*([thing] if thing else []), *found], extra, pairs, now, beside, anchor
    )
    pictures, origins["images"] = images.images_of(
        dom,
        [*(offered.images(thing, dom) if thing else []), *(offered.images(extra, dom) if extra else [])],
        beside,
        title,
    )
    attributes = _attributes(thing, pairs, dom)
    url = dom.absolute(_canonical(dom)) or dom.address
    return Listing(
        url=url,
        title=title,
        text=text,
        external_id=_identity(attributes, url, dom.address),
        price=price,
        seller=seller,
        location=location,
        posted=posted,
        images=tuple(pictures),
        attributes=attributes,
        availability=offered.availability(thing) if thing else dom.meta("product:availability", "og:availability"),
        origins={field: origin for field, origin in origins.items() if origin},
    )


def _canonical(dom: Dom) -> str:
    for link in dom.root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            return link.get("href") or ""
    return dom.meta("og:url")


def price_of(
    dom: Dom,
    thing: Thing | None,
    extra: Thing | None,
    setting: Setting,
    title: str,
    beside: set[Any],
    anchor: int | None,
) -> tuple[Price | None, str]:
    """The price asked now and its origin."""
    seen = prices.candidates(dom, setting, title, beside, anchor)
    stated = offered.price(thing, setting) if thing else None
    if stated is None:
        amount = dom.meta("product:sale_price:amount", "product:price:amount", "og:price:amount", "og:price")
        code = dom.meta("product:sale_price:currency", "product:price:currency", "og:price:currency")
        stated = prices.stated(amount, code, setting) if amount else None
        if stated and not stated.amount:
            stated = None
        origin = "opengraph"
    else:
        origin = thing.origin if thing else ""
    best = seen[0] if seen and seen[0].score >= 3.0 else None
    if stated is not None:
        match = next((one for one in seen if one.amount == stated.amount), None)
        currency = stated.currency or (match.currency if match else None) or (best.currency if best else None)
        return Price(stated.amount, currency or _usual(dom, setting), match.text if match else stated.text), origin
    if best is not None:
        return Price(best.amount, best.currency or _currency_near(seen, setting), best.text), "rule"
    if extra is not None and (made := offered.price(extra, setting)):
        return Price(
            made.amount, made.currency or (seen[0].currency if seen else None) or _usual(dom, setting), made.text
        ), "script"
    return None, ""


def _currency_near(seen: list[prices.Candidate], setting: Setting) -> str | None:
    return next((one.currency for one in seen if one.currency), None) or setting.currency or None


def _usual(dom: Dom, setting: Setting) -> str | None:
    return setting.currency or (country_currency(setting.country) if setting.country else None)


def _seller(
    dom: Dom, thing: Thing | None, extra: Thing | None, links: list[Anchor], pairs: list[labels.Pair], beside: set[Any]
) -> tuple[Seller | None, str]:
    for source in (thing, extra):
        if source is not None and (found := offered.seller(source)):
            name = found["name"]
            if 1 < len(name) <= 100:
                return Seller(
                    name=name, id=found["id"], url=dom.absolute(found["url"]) if found["url"] else ""
                ), source.origin
    seller = sellers.seller_of(dom, links, pairs, beside)
    return seller, "rule" if seller else ""


def _place(
    dom: Dom,
    thing: Thing | None,
    extra: Thing | None,
    pairs: list[labels.Pair],
    beside: set[Any],
    anchor: int | None,
    title: str,
) -> tuple[str, str]:
    if thing is not None and (text := offered.place(thing)):
        return text, thing.origin
    text, origin = places.place_of(dom, pairs, beside, anchor, title)
    if not text and extra is not None and (text := offered.place(extra)):
        return text, "script"
    return text, origin


def _attributes(thing: Thing | None, pairs: list[labels.Pair], dom: Dom) -> dict[str, str]:
    found = offered.attributes(thing) if thing else {}
    for pair in pairs:
        if len(pair.value) > 300:
            continue
        for key in pair.keys:
            if key in _KEPT:
                found.setdefault(key, pair.value)
        if pair.table and not pair.keys and len(found) < 60:
            found.setdefault(labels.attribute_name(pair.name), pair.value)
    crumbs = breadcrumbs(dom)
    if crumbs:
        found.setdefault("category", " > ".join(crumbs))
    brand = dom.meta("product:brand", "og:brand", "brand")
    if brand:
        found.setdefault("brand", brand)
    return {key: value for key, value in found.items() if key and value}


_CRUMBS = re.compile(r"breadcrumb|brotkrumen|crumb|ariadne|migas|pfad", re.I)


def breadcrumbs(dom: Dom) -> list[str]:
    """The path of categories a page stands in, without its home page."""
    for node in dom.ordered:
        if node.hidden or not _CRUMBS.search(node.sig + (node.el.get("aria-label") or "")) or node.size > 600:
            continue
        names = []
        for el in node.el.iter("a", "li", "span"):
            if el.tag == "a" or (el.tag != "a" and len(el) == 0):
                text = " ".join("".join(el.itertext()).split()).strip(" ›»>/|")
                if 1 < len(text) < 60:
                    names.append(text)
        names = list(dict.fromkeys(names))
        if len(names) >= 2:
            return names[1:8]
    return []


def _identity(attributes: Mapping[str, str], url: str, address: str) -> str:
    """The site's own number of the offer: its SKU, else the longest number of its address."""
    for one in (url, address):
        numbers: list[str] = _ID.findall(one.split("://", 1)[-1])
        if numbers:
            return max(numbers, key=len)[:64]
    sku = attributes.get("sku", "")
    return sku if 2 < len(sku) <= 64 and " " not in sku else ""
