"""Fields of an offer as one record of structured data states them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from spiders.extract import prices, when
from spiders.extract.dom import Dom
from spiders.extract.money import Setting
from spiders.extract.structured import Thing, plain
from spiders.extract.things import listed, offers
from spiders.items import Price


def price(thing: Thing, setting: Setting) -> Price | None:
    """The price of a record: its offers' price, then their specification, then the lowest of a range."""
    sources = [*offers(thing), thing.data]
    for keys in (("price",), ("priceSpecification",), ("lowPrice",), ("minPrice", "highPrice")):
        for offer in sources:
            value: Any = next((offer[key] for key in keys if offer.get(key) not in (None, "", [])), None)
            code = plain(offer.get("priceCurrency") or thing.data.get("priceCurrency"))
            for one in listed(value)[:3]:
                if isinstance(one, Mapping):
                    kind = plain(one.get("priceType") or "").lower()
                    if "list" in kind or "strike" in kind or "msrp" in kind:
                        continue
                    code = plain(one.get("priceCurrency")) or code
                    one = one.get("price") or one.get("minPrice") or one.get("value")  # noqa: PLW2901
                made = prices.stated(plain(one), code, setting)
                if made and made.amount:
                    return made
    return None


def seller(thing: Thing) -> Mapping[str, str]:
    """name, id and url of who offers."""
    for source in [*offers(thing), thing.data]:
        for key in (
            "seller",
            "offeredBy",
            "provider",
            "merchant",
            "vendor",
            "agent",
            "broker",
            "realEstateAgent",
            "author",
            "landlord",
            "member",
        ):
            value = source.get(key)
            value = value[0] if isinstance(value, list) and value else value
            if isinstance(value, Mapping):
                name = plain(value.get("name") or value.get("legalName"))
                if name:
                    return {
                        "name": name,
                        "id": plain(value.get("identifier") or ""),
                        "url": plain(value.get("url") or ""),
                    }
            elif (
                isinstance(value, str)
                and 1 < len(value.strip()) < 80
                and not value.startswith("http")
                and key in {"seller", "offeredBy", "vendor", "merchant"}
            ):
                return {"name": plain(value), "id": "", "url": ""}
    return {}


def place(thing: Thing) -> str:
    """Where the thing is, as the record says: locality, region, country, or the address whole."""
    sources: list[Mapping[str, Any]] = [thing.data, *offers(thing)]
    for source in list(sources):
        sources += [
            one
            for key in ("about", "itemOffered", "mainEntity", "object")
            for one in listed(source.get(key))
            if isinstance(one, Mapping)
        ]
    for source in sources:
        for key in (
            "availableAtOrFrom",
            "address",
            "location",
            "areaServed",
            "contentLocation",
            "spatialCoverage",
            "itemLocation",
        ):
            for value in listed(source.get(key))[:1]:
                if text := address(value):
                    return text
        for key in ("seller", "offeredBy"):
            value = source.get(key)
            if isinstance(value, Mapping) and (text := address(value.get("address"))):
                return text
    return ""


def address(value: Any) -> str:
    """An address record or text on one line."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        inner = value.get("address")
        if inner:
            text = address(inner)
            if text:
                return text
        parts = [
            plain(value.get(key))
            for key in ("streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry")
        ]
        parts = [part.replace("\n", " ") for part in dict.fromkeys(parts) if part and not part.startswith("http")]
        if parts:
            return ", ".join(parts)
        name = plain(value.get("name"))
        return name if len(name) < 120 else ""
    text = plain(value).replace("\n", " ")
    return text if 1 < len(text) < 160 and not text.startswith("http") else ""


def posted(thing: Thing, now: datetime | None) -> datetime | None:
    """When the offer was put up, as the record says."""
    for source in [thing.data, *offers(thing)]:
        for key in (
            "datePosted",
            "datePublished",
            "dateCreated",
            "uploadDate",
            "validFrom",
            "availabilityStarts",
            "dateListed",
            "startDate",
        ):
            if key == "startDate" and "event" in " ".join(thing.types):
                continue
            text = plain(source.get(key))
            if text and (made := when.parse(text, now, loose=False)):
                return made
    return None


def images(thing: Thing, dom: Dom) -> list[str]:
    """Addresses of the record's pictures."""
    found: list[str] = []
    for source in [
        thing.data,
        *(one for one in listed(thing.data.get("hasVariant"))[:20] if isinstance(one, Mapping)),
    ]:
        for key in ("image", "images", "photo", "photos", "associatedMedia"):
            for value in listed(source.get(key))[:60]:
                if isinstance(value, Mapping):
                    value = value.get("contentUrl") or value.get("url") or value.get("@id") or value.get("image")  # noqa: PLW2901
                for one in listed(value)[:60]:
                    if isinstance(one, str) and (url := dom.absolute(one)):
                        found.append(url)
    return list(dict.fromkeys(found))


def attributes(thing: Thing) -> dict[str, str]:
    """Brand, SKU, condition, category and what else the record names."""
    found: dict[str, str] = {}
    first = (offers(thing) or [{}])[0]
    for name, keys in (("brand", ("brand", "manufacturer")), ("sku", ("sku", "productID", "mpn", "productId")), ("mpn", ("mpn",)), ("gtin", ("gtin", "gtin13", "gtin12", "gtin14", "gtin8", "isbn", "ean")),  # noqa: E501
                       ("category", ("category",)), ("color", ("color",)), ("material", ("material",)), ("model", ("model",)), ("condition", ("itemCondition",))):  # fmt: skip  # noqa: E501
        value = next((plain(source.get(key)) for source in (thing.data, first) for key in keys if source.get(key)), "")
        if value and len(value) < 300:
            found[name] = (
                value.rstrip("/").rsplit("/", 1)[-1].removesuffix("Condition") if value.startswith("http") else value
            )
    for extra in listed(thing.data.get("additionalProperty"))[:40]:
        if (
            isinstance(extra, Mapping)
            and (name := plain(extra.get("name")))
            and (value := plain(extra.get("value")))
            and len(name) < 60
        ):
            found.setdefault(name.casefold(), value[:300])
    return found


def availability(thing: Thing) -> str:
    """`InStock`, `OutOfStock`, ... as the first offer says."""
    for offer in offers(thing):
        if text := plain(offer.get("availability")):
            return text.rstrip("/").rsplit("/", 1)[-1][:60]
    return ""
