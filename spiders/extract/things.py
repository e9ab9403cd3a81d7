"""Fields of an offer as the page's structured data state them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from spiders.extract import prices, when
from spiders.extract.anchors import bare
from spiders.extract.dom import Dom
from spiders.extract.money import Setting
from spiders.extract.structured import Thing, plain
from spiders.extract.titles import fold, likeness, site_names
from spiders.items import Price

OFFERED = frozenset(
    [
        "product",
        "individualproduct",
        "productmodel",
        "someproducts",
        "productgroup",
        "vehicle",
        "car",
        "motorcycle",
        "boatmodel",
        "apartment",
        "house",
        "singlefamilyresidence",
        "residence",
        "accommodation",
        "realestatelisting",
        "book",
        "event",
        "musicevent",
        "course",
        "softwareapplication",
        "mobileapplication",
        "offer",
        "aggregateoffer",
        "classifiedad",
        "classifiedadvertisement",
        "artwork",
        "visualartwork",
        "painting",
        "sculpture",
        "drug",
        "place",
        "hotelroom",
        "floorplan",
        "apartmentcomplex",
        "creativework",
    ]
)
_WEAK = frozenset(
    {
        "offer",
        "aggregateoffer",
        "place",
        "creativework",
        "event",
        "course",
        "book",
        "softwareapplication",
        "accommodation",
    }
)
ARTICLES = frozenset(
    [
        "article",
        "newsarticle",
        "blogposting",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "backgroundnewsarticle",
        "reviewnewsarticle",
        "liveblogposting",
        "techarticle",
        "scholarlyarticle",
        "report",
        "socialmediaposting",
        "advertisercontentarticle",
        "satiricalarticle",
        "medicalscholarlyarticle",
    ]
)
THREADS = frozenset({"discussionforumposting", "qapage", "question"})
LISTS = frozenset(
    {"itemlist", "searchresultspage", "collectionpage", "offercatalog", "productcollection", "searchaction"}
)


def main_offer(things: list[Thing], dom: Dom, shown: list[str]) -> Thing | None:
    """The record of the one thing a page offers; None when there is none or when it offers many alike."""
    within_lists = {"itemlist", "listitem", "offercatalog"}
    found = [thing for thing in things if thing.types & OFFERED and not (thing.inside & within_lists)]
    strong = [thing for thing in found if not thing.types <= _WEAK and not (thing.inside & OFFERED - {"productgroup"})]
    outer = strong or [
        thing
        for thing in found
        if thing.types & {"offer", "aggregateoffer"}
        and not thing.inside & OFFERED
        and thing.get("price", "lowPrice", "itemOffered")
    ]
    if not outer:
        outer = [
            thing for thing in found if thing.types <= _WEAK and thing.get("offers") and not thing.inside & OFFERED
        ]
    names = site_names(dom)
    outer = [
        thing
        for thing in outer
        if not _related(thing) and not (fold(thing.text("name")) in names and not thing.get("offers", "price"))
    ]
    if len(outer) <= 1:
        return outer[0] if outer else None
    here = {bare(dom.address), bare(_canonical(dom))}
    ranked = []
    for place, thing in enumerate(outer):
        name = thing.text("name", "title")
        like = max((likeness(name, one) for one in [*shown, dom.title]), default=0.0) if name else 0.0
        url = thing.text("url", "@id")
        at_home = bool(url) and bare(dom.absolute(url)) in here
        wealth = min(len(thing.data), 20) / 20 + (0.5 if thing.get("offers", "price") else 0)
        ranked.append((like * 3 + 2 * at_home + wealth - place * 0.01, place, thing, like, at_home))
    ranked.sort(key=lambda one: (-one[0], one[1]))
    best = ranked[0]
    if len({thing.text("name") for thing in outer}) >= 3 and best[3] < 0.5 and not best[4]:
        return None
    return best[2]


def _related(thing: Thing) -> bool:
    return bool(thing.inside & {"isrelatedto", "issimilarto"})


def _canonical(dom: Dom) -> str:
    for link in dom.root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            return dom.absolute(link.get("href") or "") or dom.address
    return dom.meta("og:url") or dom.address


def offers(thing: Thing) -> list[Mapping[str, Any]]:
    """The offers of a record, variants' offers after its own."""
    found: list[Mapping[str, Any]] = []
    if thing.types & {"offer", "aggregateoffer"}:
        found.append(thing.data)
    sources = [thing.data, *(_listed(thing.data.get("hasVariant"))[:50]), *_listed(thing.data.get("mainEntity"))[:2]]
    for source in sources:
        if isinstance(source, Mapping):
            for offer in _listed(source.get("offers") or source.get("offer"))[:100]:
                if isinstance(offer, Mapping):
                    found.append(offer)
                    found += [one for one in _listed(offer.get("offers"))[:50] if isinstance(one, Mapping)]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else ([] if value is None else [value])


def price(thing: Thing, setting: Setting) -> Price | None:
    """The price of a record: its offers' price, then their specification, then the lowest of a range."""
    sources = [*offers(thing), thing.data]
    for keys in (("price",), ("priceSpecification",), ("lowPrice",), ("minPrice", "highPrice")):
        for offer in sources:
            value: Any = next((offer[key] for key in keys if offer.get(key) not in (None, "", [])), None)
            code = plain(offer.get("priceCurrency") or thing.data.get("priceCurrency"))
            for one in _listed(value)[:3]:
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
            for one in _listed(source.get(key))
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
            for value in _listed(source.get(key))[:1]:
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
        *(one for one in _listed(thing.data.get("hasVariant"))[:20] if isinstance(one, Mapping)),
    ]:
        for key in ("image", "images", "photo", "photos", "associatedMedia"):
            for value in _listed(source.get(key))[:60]:
                if isinstance(value, Mapping):
                    value = value.get("contentUrl") or value.get("url") or value.get("@id") or value.get("image")  # noqa: PLW2901
                for one in _listed(value)[:60]:
                    if isinstance(one, str) and (url := dom.absolute(one)):
                        found.append(url)
    return list(dict.fromkeys(found))


def attributes(thing: Thing) -> dict[str, str]:
    """Brand, SKU, condition, category and what else the record names."""
    found: dict[str, str] = {}
    first = (offers(thing) or [{}])[0]
    for name, keys in (("brand", ("brand", "manufacturer")), ("sku", ("sku", "productID", "mpn", "productId")), ("mpn", ("mpn",)), ("gtin", ("gtin", "gtin13", "gtin12", "gtin14", "gtin8", "isbn", "ean")),
                       ("category", ("category",)), ("color", ("color",)), ("material", ("material",)), ("model", ("model",)), ("condition", ("itemCondition",))):  # fmt: skip
        value = next((plain(source.get(key)) for source in (thing.data, first) for key in keys if source.get(key)), "")
        if value and len(value) < 300:
            found[name] = (
                value.rstrip("/").rsplit("/", 1)[-1].removesuffix("Condition") if value.startswith("http") else value
            )
    for extra in _listed(thing.data.get("additionalProperty"))[:40]:
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
