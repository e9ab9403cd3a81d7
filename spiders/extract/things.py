"""Fields of an offer as the page's structured data state them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spiders.extract.anchors import bare
from spiders.extract.dom import Dom
from spiders.extract.structured import Thing
from spiders.extract.titles import fold, likeness, site_names

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
    sources = [thing.data, *(listed(thing.data.get("hasVariant"))[:50]), *listed(thing.data.get("mainEntity"))[:2]]
    for source in sources:
        if isinstance(source, Mapping):
            for offer in listed(source.get("offers") or source.get("offer"))[:100]:
                if isinstance(offer, Mapping):
                    found.append(offer)
                    found += [one for one in listed(offer.get("offers"))[:50] if isinstance(one, Mapping)]
    return found


def listed(value: Any) -> list[Any]:
    """The value as a list: itself, alone, or empty for None."""
    return value if isinstance(value, list) else ([] if value is None else [value])
