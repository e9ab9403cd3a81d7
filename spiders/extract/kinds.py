"""What a page is: signs of each kind, weighed by a small model, and the one phrase that says why.

The signs are written here, the weights in `kinds.json` (made by bench/train_kinds.py from labelled pages). A kind never rests on
one sign: shops write "article" in their metadata and forums "product".
"""  # noqa: E501

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from spiders.extract import forums
from spiders.extract.dom import Dom
from spiders.extract.marks import mark
from spiders.extract.prices import Candidate
from spiders.extract.structured import Thing
from spiders.extract.things import ARTICLES, LISTS, OFFERED
from spiders.extract.tiles import Group, Tile
from spiders.extract.words import has, label
from spiders.items import PageKind

_SEARCH_URL = mark("kinds", "search_url")
_ITEM_URL = mark("kinds", "item_url")
_ARTICLE_URL = mark("kinds", "article_url")
_GOODS = OFFERED - {
    "offer",
    "aggregateoffer",
    "place",
    "creativework",
    "event",
    "course",
    "book",
    "softwareapplication",
}
_FIELDS = frozenset({"seller", "location", "posted", "condition", "sku", "brand", "quantity", "shipping"})
KINDS: tuple[PageKind, ...] = ("listing", "results", "article", "forum")

PHRASES = {
    "offer": "its data is one thing on offer", "og_product": "its metadata says product", "meta_price": "a price in its metadata", "buys": "a button to buy or to write to the seller",  # noqa: E501
    "main_price": "a price beside its title", "item_url": "the address of an item", "search_url": "the address of a search", "article_url": "the address of an article",  # noqa: E501
    "article": "its data is an article", "og_article": "its metadata says article", "prose": "long paragraphs", "tiles": "many boxes alike", "tile_share": "most text stands in boxes alike",  # noqa: E501
    "tile_priced": "boxes with prices", "next": "a next page", "list_data": "its data is a list", "many_goods": "its data is many things", "forum_sign": "signs of a forum", "posts": "repeated posts",  # noqa: E501
    "fields": "labels of an offer", "description": "a description heading", "published": "a date of publication", "author": "an author", "before_tiles": "much text before the boxes",  # noqa: E501
}  # fmt: skip


@dataclass(slots=True)
class Evidence:
    """What the kind is decided on, gathered once."""

    dom: Dom
    things: Sequence[Thing]
    groups: Sequence[Group]
    tiles: Sequence[Tile]
    address: str
    has_next: bool
    prices: Sequence[Candidate]
    offer: Thing | None
    anchor: int | None
    """Place of the block that shows the title."""


def signs(seen: Evidence) -> dict[str, float]:
    """The signs of a page, each about 0..3."""
    dom, things = seen.dom, seen.things
    outer = [thing for thing in things if not thing.inside & {"itemlist", "listitem"}]
    types = {one for thing in outer for one in thing.types}
    kind_meta = dom.meta("og:type").lower()
    parts = urlsplit(seen.address)
    path = parts.path + ("?" + parts.query if parts.query else "")
    articles = [thing for thing in outer if thing.types & ARTICLES and not thing.inside & {"blog", "collectionpage"}]
    goods = [thing for thing in things if thing.types & _GOODS and not thing.inside & {"productgroup", "offer"}]
    best = seen.groups[0] if seen.groups else None
    tiled = sum(node.size for tile in seen.tiles if (node := dom.nodes.get(tile.el)) is not None)
    forum, _ = forums.looks_like(dom, types)
    posts = forums.containers(dom) if forum or not seen.offer else []
    top = seen.prices[0].score if seen.prices else 0.0
    prose = sum(
        len(block.text) for block in dom.blocks if len(block.text) >= 80 and block.linked < 0.3 * len(block.text)
    )
    longest = max((len(block.text) for block in dom.blocks if block.linked < 0.3 * len(block.text)), default=0)
    said = {key for block in dom.blocks if len(block.text) <= 60 for key in label(block.text.split(":")[0])}
    count = len(seen.tiles)
    before = min(
        (node.order for tile in seen.tiles if (node := dom.nodes.get(tile.el)) is not None), default=len(dom.ordered)
    )
    lead = sum(len(block.text) for block in dom.blocks if block.node.order < before and len(block.text) > 40)
    return {
        "offer": (1.0 + bool(seen.offer.get("offers", "price"))) * (0.4 if seen.offer.types & {"offer", "place", "creativework", "event"} else 1.0) if seen.offer else 0.0,  # noqa: E501
        "og_product": float("product" in kind_meta and "group" not in kind_meta and kind_meta != "products"),
        "meta_price": float(bool(dom.meta("product:price:amount", "og:price:amount"))),
        "buys": min(_buys(dom), 3) / 2,
        "main_price": max(0.0, min(top - 4, 6) / 2),
        "prices": math.log1p(len(seen.prices)) / 2,
        "item_url": float(bool(_ITEM_URL.search(path))),
        "search_url": float(bool(_SEARCH_URL.search(path)) and not _ITEM_URL.search(path)),
        "article_url": float(bool(_ARTICLE_URL.search(path))),
        "id_url": float(bool(re.search(r"\d{5,}", path))),
        "short_url": float(path.count("/") <= 1 and len(path) < 12 and path != "/"),
        "article": min(len(articles), 2) / 2 if len(articles) <= 3 else 0.0,
        "og_article": float(kind_meta == "article" or bool(dom.meta("article:published_time"))),
        "prose": min(math.log1p(prose / 200), 4.0) / 2,
        "longest": min(longest, 1500) / 750,
        "tiles": math.log1p(count) / 2 if count >= 3 else 0.0,
        "tile_share": min(1.0, tiled / max(dom.size, 1)) * 2,
        "tile_priced": best.priced if best else 0.0,
        "tile_pictured": best.pictured if best else 0.0,
        "tile_long": min(best.length, 300) / 150 if best else 0.0,
        "tile_score": math.log1p(best.score) / 2 if best else 0.0,
        "related": float(best.related) if best else 0.0,
        "next": float(seen.has_next),
        "next_tiled": float(seen.has_next and count >= 5),
        "list_data": float(bool(types & (LISTS - {"searchaction"}))),
        "many_goods": min(math.log1p(len(goods)), 3.0) / 1.5 if seen.offer is None else 0.0,
        "forum_sign": forum / 2,
        "posts": math.log1p(len(posts)) / 2 if len(posts) > 1 else 0.0,
        "posts_forum": math.log1p(len(posts)) / 2 if len(posts) > 1 and forum >= 1 else 0.0,
        "fields": min(len(said & _FIELDS), 5) / 2,
        "description": float("description" in said),
        "published": float(bool(dom.meta("article:published_time", "date", "pubdate", "datepublished"))),
        "author": float(bool(dom.meta("author", "article:author"))),
        "label_price": float(any(_labelled_price(block.text) for block in dom.blocks if 4 < len(block.text) < 80)),
        "before_tiles": min(lead, 3000) / 1500,
        "titled": float(seen.anchor is not None),
        "size": math.log1p(dom.size / 1000) / 2,
    }  # fmt: skip


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, Mapping[str, float]]:
    table = json.loads((Path(__file__).parent / "kinds.json").read_text(encoding="utf-8"))
    return {kind: table["weights"][kind] for kind in KINDS}


def kind_of(seen: Evidence) -> tuple[PageKind, str]:
    """The kind of a page that is neither blocked nor missing, and why."""
    found = signs(seen)
    totals: dict[PageKind, float] = {}
    for kind in KINDS:
        weights = _weights()[kind]
        totals[kind] = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in found.items())
    best = max(totals, key=lambda one: totals[one])
    if seen.dom.size < 200 and not (seen.offer or seen.tiles or seen.prices):
        return "other", "hardly any text"
    weights = _weights()[best]
    told = sorted(
        (name for name in PHRASES if weights.get(name, 0.0) * found[name] > 0.1),
        key=lambda name: -weights[name] * found[name],
    )
    return best, ", ".join(PHRASES[name] for name in told[:3]) or "the sum of small signs"


def _labelled_price(text: str) -> bool:
    name, mark, rest = text.partition(":")
    return bool(mark) and label(name) == ("price",) and any(char.isdigit() for char in rest[:30])


def _buys(dom: Dom) -> int:
    found = 0
    for el in dom.root.iter("button", "a", "input"):
        text = el.get("value") or "" if el.tag == "input" else "".join(el.itertext())
        text = " ".join(text.split())
        if 2 < len(text) < 40 and has("buy", text):
            found += 1
            if found > 2:
                break
    return found
