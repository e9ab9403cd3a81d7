"""What a page is, and the one phrase that says why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from spiders.extract import forums
from spiders.extract.dom import Dom
from spiders.extract.structured import Thing
from spiders.extract.things import ARTICLES, LISTS, OFFERED, main_offer
from spiders.extract.tiles import Group, Tile
from spiders.extract.titles import headings
from spiders.extract.words import has
from spiders.items import PageKind

_SEARCH_URL = re.compile(r"[?&](?:q|query|search|searchterm|keyword|keywords|k|s|term|_nkw|text|kw|sok|suche|wd|field-keywords)=|/(?:search|suche|recherche|buscar|busca|cerca|category|categories|categoria|kategorie|kategori|collections?|catalog(?:ue)?|tag|tags|browse|s|sch|c|listings?|results?|find|shop|produkt-kategorie|product-category|all|archive|news|blog)(?:[/?#.]|$)|[?&/](?:page|p|seite|pagina)[=/:-]?\d", re.I)  # fmt: skip
_ITEM_URL = re.compile(r"/(?:dp|itm|item|items|product|products|p|ad|ads|listing|annonce|anzeige|s-anzeige|expose|detail|details|offer|oferta|lot|lots|v|vip|produkt|producto|produit|prodotto|tin|iklan|ilan)[/-][^/?#]{2,}", re.I)  # fmt: skip
_ARTICLE_URL = re.compile(r"/(?:19|20)\d\d/\d{1,2}/|/(?:news|article|articles|story|stories|blog|post|posts|opinion|politics|world)/[^/?#]{12,}", re.I)


@dataclass(slots=True)
class Evidence:
    """What the kind is decided on, gathered once."""

    dom: Dom
    things: list[Thing]
    groups: list[Group]
    tiles: list[Tile]
    address: str
    has_next: bool
    price: float
    """Score of the best price outside the boxes of others, 0 when there is none."""


def kind_of(seen: Evidence) -> tuple[PageKind, str]:
    """The kind of a page that is neither blocked nor missing, and why."""
    dom, things = seen.dom, seen.things
    shown = headings(dom)
    types = {one for thing in things for one in thing.types if not thing.inside & {"itemlist", "listitem"}}
    offer = main_offer(things, dom, shown)
    scores: dict[PageKind, float] = {"listing": 0.0, "results": 0.0, "article": 0.0, "forum": 0.0}
    why: dict[PageKind, list[str]] = {kind: [] for kind in scores}

    def add(kind: PageKind, points: float, reason: str) -> None:
        scores[kind] += points
        if points > 0:
            why[kind].append(reason)

    kind_meta = dom.meta("og:type").lower()
    path = urlsplit(seen.address).path + "?" + urlsplit(seen.address).query
    if offer is not None and offer.types & OFFERED:
        add("listing", 3.0 if offer.get("offers", "price") else 2.0, f"its data is one {next(iter(sorted(offer.types)))}")
    if "product" in kind_meta and "group" not in kind_meta and kind_meta != "products":
        add("listing", 2.0, f"og:type {kind_meta}")
    if dom.meta("product:price:amount", "og:price:amount"):
        add("listing", 2.0, "a price in its metadata")
    buys = _buys(dom)
    if buys:
        add("listing", min(1.5, 0.75 * buys), "a button to buy or to write to the seller")
    if seen.price >= 5:
        add("listing", min((seen.price - 4) * 0.4, 2.0), "a price beside its title")
    if _ITEM_URL.search(path):
        add("listing", 0.8, "the address of an item")
    articles = [thing for thing in things if thing.types & ARTICLES and not thing.inside & {"itemlist", "listitem", "blog", "collectionpage"}]
    if 1 <= len(articles) <= 3:
        add("article", 3.0, "its data is an article")
    if kind_meta == "article" or dom.meta("article:published_time"):
        add("article", 1.8, "og:type article")
    prose = _prose(dom)
    add("article", min(prose / 800, 3.0), "paragraphs of text")
    if _ARTICLE_URL.search(path):
        add("article", 0.7, "the address of an article")
    count = len(seen.tiles)
    if seen.groups and count >= 3:
        best = seen.groups[0]
        share = _share(dom, seen.tiles)
        points = min(count, 24) / 12 + 1.6 * share + (0.8 if best.priced > 0.5 else 0.0) + (0.4 if best.pictured > 0.5 else 0.0)
        if best.related:
            points *= 0.5
        add("results", points, f"{count} boxes alike")
    if types & (LISTS - {"searchaction"}):
        add("results", 0.6, "its data is a list")
    if len([thing for thing in things if thing.types & OFFERED and not thing.types <= {"offer", "aggregateoffer", "place", "creativework"}]) >= 5 and offer is None:
        add("results", 1.5, "its data is many things")
    if seen.has_next and count >= 3:
        add("results", 1.2, "a next page")
    if _SEARCH_URL.search(path) and not _ITEM_URL.search(path):
        add("results", 1.0, "the address of a search")
    points, reason = forums.looks_like(dom, types)
    if points:
        threads = forums.containers(dom)
        if len(threads) >= 2 or points >= 2.5:
            add("forum", points + min(len(threads), 4) * 0.4, f"{reason}; {len(threads)} posts")
        elif points >= 1.5:
            add("forum", points, reason)
    if offer is not None:
        scores["results"] -= 1.0
    if prose > 2000 and not buys and offer is None:
        scores["listing"] -= 1.0
    if scores["listing"] >= 2.5:
        scores["article"] -= 1.5
    best_kind = max(scores, key=lambda one: scores[one])
    if scores[best_kind] < 1.2:
        return "other", "nothing that is offered, told or discussed was found"
    return best_kind, ", ".join(why[best_kind]) or "the weight of small signs"


def _buys(dom: Dom) -> int:
    found = 0
    for el in dom.root.iter("button", "a", "input"):
        text = el.get("value") or "" if el.tag == "input" else "".join(el.itertext())  # type: ignore[call-overload]
        text = " ".join(text.split())
        if 2 < len(text) < 40 and has("buy", text):
            found += 1
            if found > 2:
                break
    return found


def _prose(dom: Dom) -> int:
    """Characters in paragraphs of 80 and more with few links."""
    return sum(len(block.text) for block in dom.blocks if len(block.text) >= 80 and block.linked < 0.3 * len(block.text))


def _share(dom: Dom, tiles: list[Tile]) -> float:
    total = sum(node.size for tile in tiles if (node := dom.nodes.get(tile.el)) is not None)
    return min(1.0, total / max(dom.size, 1))
