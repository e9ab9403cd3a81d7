"""One offer of a page: each field from the first source that has it, with the name of that source beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

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
    titles,
)
from spiders.extract.anchors import Anchor
from spiders.extract.dom import Dom
from spiders.extract.money import Setting, country_currency
from spiders.extract.sight import Sight
from spiders.extract.structured import Thing
from spiders.items import Listing, Price, Seller

_KEPT = ("condition", "brand", "sku", "category", "quantity", "sold_count", "watchers", "views", "shipping")
CHEAP = 150_000
"""Characters of script data that are parsed on any page; larger ones only when the page itself does not say enough."""
_ID = re.compile(r"(?:/|-|=|\.|_|id)(\d{5,})(?=\D|$)")


def read_listing(sight: Sight, setting: Setting, now: datetime | None) -> Listing:
    """The offer of a page. Fields that the page does not say stay empty."""
    dom, thing, beside, anchor, title = sight.dom, sight.offer, sight.beside, sight.anchor, sight.title
    origins: dict[str, str] = {"title": thing.origin if thing and sight.origin == "json-ld" else sight.origin}
    pairs = labels.pairs(dom)
    price, origins["price"] = price_of(sight, setting)
    stated = thing.text("description") if thing else ""
    text, origins["text"] = descriptions.description_of(dom, stated, title, beside, pairs)
    extra: Thing | None = sight.stored if isinstance(sight.stored, Thing) else None
    if extra is None and (price is None or len(text) < 60 or scripts.size(dom.root) < CHEAP):
        extra = scripts.offer(dom.root, [title, *titles.headings(dom)[:2], dom.title])
    if extra is not None:
        if not title:
            title, origins["title"] = extra.text("name"), "script"
        if price is None and (made := offered.price(extra, setting)):
            price, origins["price"] = Price(made.amount, made.currency or _usual(setting), made.text), "script"
        if len(text) < 60 and len(extra.text("description")) > len(text):
            text, origins["text"] = extra.text("description"), "script"
    if origins["text"] == "json-ld" and thing:
        origins["text"] = thing.origin
    seller, origins["seller"] = _seller(dom, thing, extra, sight.links, pairs, beside)
    location, origins["location"] = _place(dom, thing, extra, pairs, beside, anchor, title)
    posted, origins["posted"] = posting.posted_of(
        dom, [*([thing] if thing else []), *sight.things], extra, pairs, now, beside, anchor
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


def price_of(sight: Sight, setting: Setting) -> tuple[Price | None, str]:
    """The price asked now and its origin: stated by a record, by metadata, else the best of those shown."""
    dom, thing, seen = sight.dom, sight.offer, sight.prices
    stated = offered.price(thing, setting) if thing else None
    origin = thing.origin if thing else ""
    if stated is None:
        amount = dom.meta("product:sale_price:amount", "product:price:amount", "og:price:amount", "og:price")
        code = dom.meta("product:sale_price:currency", "product:price:currency", "og:price:currency")
        stated = prices.stated(amount, code, setting) if amount else None
        stated = stated if stated and stated.amount else None
        origin = "opengraph"
    best = seen[0] if seen and seen[0].score >= 3.0 else None
    if stated is not None:
        match = next((one for one in seen if one.amount == stated.amount), None)
        currency = stated.currency or (match.currency if match else None) or (best.currency if best else None)
        return Price(stated.amount, currency or _usual(setting), match.text if match else stated.text), origin
    if best is not None:
        return Price(best.amount, best.currency or _currency_near(seen, setting), best.text), "rule"
    return None, ""


def _currency_near(seen: Sequence[prices.Candidate], setting: Setting) -> str | None:
    return next((one.currency for one in seen if one.currency), None) or setting.currency or None


def _usual(setting: Setting) -> str | None:
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
