"""What a block of text is like, in numbers: the input of the model that tells main text from the rest (see maintext.py)."""  # noqa: E501

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spiders.extract.dom import Block, Dom, Node
from spiders.extract.marks import mark
from spiders.extract.tiles import Group, Tile

# Marks of what an element is for, as class names and ids say it in most of the world.
_MARKS = {
    "nav": r"nav|menu|breadcrumbs?|crumb|navbar|navigation|megamenu|topbar|subnav|toc\b|tabs?\b|skip",
    "foot": r"footer|copyright|legal|colophon|foot\b|bottom-?bar|sitemap",
    "head": r"header|masthead|banner|hero|top-?bar|logo|branding",
    "side": r"sidebar|side-?bar|aside|widget|rail\b|secondary|right-?col|left-?col|complementary",
    "content": r"content|article|entry|post-?body|story|main|body-?text|text\b|prose|richtext|rte\b|wysiwyg|markdown|cooked|copy\b",  # noqa: E501
    "describe": r"descri|overview|about|detail|summary|specs?\b|specification|features?|ingredients|info\b|intro",
    "comment": r"comment|disqus|respond|discussion|replies",
    "post": r"post|message|reply|answer|topic|thread|question|bbcode|bbwrapper",
    "card": r"card|item|tile|teaser|product|grid|listing|result|entry|collection|list\b|cell|summary",
    "related": r"related|recommend|similar|also|more-|popular|trending|latest|recent|suggest|upsell|cross-?sell|read-?next|further|carousel|slider|swiper",  # noqa: E501
    "share": r"share|social|facebook|twitter|follow|sharing|like\b|likes\b|bookmark",
    "meta": r"meta|byline|author|date\b|time\b|posted|published|tags?\b|categor|timestamp|credits?",
    "modal": r"cookie|consent|gdpr|modal|popup|overlay|dialog|newsletter|subscribe|signup|sign-up|promo|banner|alert|notice|toast|offcanvas|drawer|tooltip|dropdown",  # noqa: E501
    "ads": r"\bads?\b|advert|sponsor|promo|adslot|dfp|taboola|outbrain|marketing",
    "form": r"form|search|filter|facet|sort|input|login|select|quantity|qty|option|swatch|variant|button|btn|add-?to|cart|checkout|wishlist",  # noqa: E501
    "pager": r"pagin|pager|page-?nav|page-?numbers|load-?more|next|prev",
    "review": r"review|rating|stars?\b|testimonial|feedback|bazaarvoice|yotpo|trustpilot|score|votes?\b",
    "profile": r"profile|user|avatar|member|signature|poster|badge|rank|author-?(?:box|bio|info)",
    "price": r"price|amount|cost|currency|shipping|delivery|stock|availab|sku|warranty|return",
    "title": r"title|heading|headline|\bname\b|subject",
    "quote": r"quote|blockquote|cite",
    "media": r"caption|gallery|image|photo|video|media|figure|thumb",
    "faq": r"faq|accordion|question|collaps|expand|toggle|tab-?content|panel",
}  # fmt: skip
_NAMES = tuple(_MARKS)
_COMPILED = tuple(re.compile(f"(?:^|[^a-z])(?:{pattern})", re.I) for pattern in _MARKS.values())
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern in _MARKS.values()), re.I)
_INSIDE = (
    "nav",
    "header",
    "footer",
    "aside",
    "main",
    "article",
    "form",
    "ul",
    "ol",
    "table",
    "blockquote",
    "figure",
    "section",
    "dl",
    "details",
    "address",
    "button",
    "label",
)
_INSIDE_BITS = {tag: 1 << place for place, tag in enumerate(_INSIDE)}
_TAGS = (
    "p",
    "li",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "div",
    "a",
    "dt",
    "dd",
    "pre",
    "blockquote",
    "figcaption",
    "summary",
    "section",
    "article",
    "body",
)
_SENTENCE = re.compile(r"[.!?。！？…][\"'”’)»]?$")
_STOPS = re.compile(r"[.,;:!?。，、；：！？]")
_LEGAL = mark("blocks", "legal")
_MONEY = re.compile(r"[$€£¥₹฿₫₽₩]\s?\d|\d\s?(?:€|zł|kr|Kč|USD|EUR|GBP)\b")
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:/.]\d\d\b|\bago\b", re.I)

_LOCAL = ("length", "words", "linked", "digits", "upper", "stops", "sentence", "legal", "money", "date", "depth", "place", "index", "after_title", "near_title",  # noqa: E501
          "repeat", "same", "tile", "best_tile", "up1", "up1_links", "up2", "up2_links", "up3", "up3_links", "siblings", "avg", "colon", "folded")  # fmt: skip  # noqa: E501
_AROUND = ("length", "linked", "stops", "heading", "content_own")
PAGE = ("listing", "results", "article", "forum", "size", "blocks", "prose", "tiles", "tile_share")
NAMES = (*_LOCAL, *(f"tag_{tag}" for tag in _TAGS), *(f"in_{tag}" for tag in _INSIDE), *(f"mark_{name}" for name in _NAMES), *(f"own_{name}" for name in _NAMES),  # noqa: E501
         *(f"{name}@{shift}" for shift in (-2, -1, 1, 2) for name in _AROUND), "window", "window_links", *PAGE)  # fmt: skip  # noqa: E501


@lru_cache(maxsize=50_000)
def _marks_of(name: str) -> int:
    bits = 0
    if _ANY.search(name):
        for place, pattern in enumerate(_COMPILED):
            if pattern.search(name):
                bits |= 1 << place
    return bits


def _marks(sig: str) -> int:
    # Class by class: they repeat from element to element where whole attributes do not.
    bits = 0
    for name in sig.split():
        bits |= _marks_of(name)
    return bits


def table(  # noqa: PLR0912, PLR0915
    dom: Dom, groups: Sequence[Group], tiles: Sequence[Tile], kind: str, anchor: int | None, most: int = 1 << 30
) -> NDArray[np.float32]:
    """One row a block (of the first `most`), one column a name of `NAMES`."""
    blocks = dom.everything[:most]
    own: dict[Node, int] = {}
    marks: dict[Node, int] = {}
    inside: dict[Node, int] = {}
    cache: dict[str, int] = {}
    for node in dom.ordered:  # parents stand before their children
        sig = node.sig
        bits = cache.get(sig)
        if bits is None:
            bits = cache[sig] = _marks(sig)
        parent = node.parent
        whole = node.tag in {"body", "html"}
        own[node] = 0 if whole else bits
        marks[node] = (0 if whole else bits) | (marks[parent] if parent else 0)
        inside[node] = _INSIDE_BITS.get(node.tag, 0) | (inside[parent] if parent else 0)
    tile_nodes = {dom.nodes[tile.el] for group in groups[:6] for tile in group.tiles if tile.el in dom.nodes}
    best_nodes = {dom.nodes[tile.el] for tile in tiles if tile.el in dom.nodes}
    in_tile: dict[Node, int] = {}
    for node in dom.ordered:
        above = in_tile[node.parent] if node.parent else 0
        in_tile[node] = above | (1 if node in tile_nodes else 0) | (2 if node in best_nodes else 0)
    shapes = Counter((block.node.tag, block.node.sig) for block in blocks)
    texts = Counter(block.text for block in blocks)
    prose = sum(len(block.text) for block in blocks if len(block.text) >= 80 and block.linked < 0.3 * len(block.text))
    tiled = sum(node.size for node in best_nodes)
    page = [float(kind == one) for one in ("listing", "results", "article", "forum")] + [
        math.log1p(dom.size), math.log1p(len(blocks)), prose / max(dom.size, 1), math.log1p(len(tiles)), min(1.0, tiled / max(dom.size, 1)),  # noqa: E501
    ]  # fmt: skip
    rows = np.zeros((len(blocks), len(NAMES)), dtype=np.float32)
    base = len(_LOCAL)
    tag_at = {tag: base + place for place, tag in enumerate(_TAGS)}
    in_base = base + len(_TAGS)
    mark_base = in_base + len(_INSIDE)
    own_base = mark_base + len(_NAMES)
    place_bits = [(1 << place, place) for place in range(max(len(_NAMES), len(_INSIDE)))]
    total = max(dom.size, 1)
    children: dict[Node, float] = {}
    for block in blocks:
        row = rows[block.place]
        node = block.node
        parent = node.parent
        if parent is not None and parent not in children:  # counting the children of an lxml element walks over them
            children[parent] = math.log1p(len(parent.el))
        siblings = children[parent] if parent is not None else 0.0
        row[:base] = _local(block, total, len(blocks), anchor, shapes, texts, in_tile[node], siblings)
        if node.tag in tag_at:
            row[tag_at[node.tag]] = 1.0
        bits = inside[node]
        if bits:
            for bit, place in place_bits[: len(_INSIDE)]:
                if bits & bit:
                    row[in_base + place] = 1.0
        near = own[node] | (own[node.parent] if node.parent else 0)
        for inner in block.nodes[:2]:
            near |= own[inner]
        bits = marks[node] | near
        if bits:
            for bit, place in place_bits[: len(_NAMES)]:
                if bits & bit:
                    row[mark_base + place] = 1.0
                if near & bit:
                    row[own_base + place] = 1.0
    _around(rows, own_base + len(_NAMES), own_base)
    rows[:, -len(page) :] = page
    return rows


def _local(
    block: Block,
    total: int,
    count: int,
    anchor: int | None,
    shapes: Counter[tuple[str, str]],
    texts: Counter[str],
    tile: int,
    siblings: float,
) -> list[float]:
    text, node = block.text, block.node
    length = len(text)
    words = text.count(" ") + 1
    if length > 400:
        sample = text[:400]
        seen = 400
    else:
        sample, seen = text, length
    one = node.parent
    two = one.parent if one else None
    three = two.parent if two else None
    after = block.index - anchor if anchor is not None else 0
    return [
        math.log1p(length), math.log1p(words), min(1.0, block.linked / length), sum(map(str.isdigit, sample)) / seen, sum(map(str.isupper, sample)) / seen,  # noqa: E501
        len(_STOPS.findall(sample)) / math.sqrt(seen), float(_SENTENCE.search(text) is not None), float(_LEGAL.search(sample) is not None), float(_MONEY.search(sample) is not None),  # noqa: E501
        float(_DATE.search(sample) is not None), node.depth / 10, block.start / total, block.place / count, float(anchor is not None and after >= 0),  # noqa: E501
        math.log1p(abs(after)) * (1 if after >= 0 else -1) if anchor is not None else -5.0, math.log1p(shapes[(node.tag, node.sig)]), math.log1p(texts[text]),  # noqa: E501
        float(tile & 1), float(tile & 2) / 2, math.log1p(one.size) if one else 0.0, one.linked / max(one.size, 1) if one else 0.0, math.log1p(two.size) if two else 0.0,  # noqa: E501
        two.linked / max(two.size, 1) if two else 0.0, math.log1p(three.size) if three else 0.0, three.linked / max(three.size, 1) if three else 0.0,  # noqa: E501
        siblings, length / words, float(text.endswith(":")), float(node.folded),
    ]  # fmt: skip


def _around(rows: NDArray[np.float32], start: int, own_base: int) -> None:
    length, linked, stops = rows[:, 0], rows[:, 2], rows[:, 5]
    heading = rows[:, [len(_LOCAL) + _TAGS.index(tag) for tag in ("h1", "h2", "h3", "h4", "h5", "h6")]].max(axis=1)
    content = rows[:, own_base + _NAMES.index("content")]
    place = start
    for shift in (-2, -1, 1, 2):
        for column in (length, linked, stops, heading, content):
            moved = np.zeros(len(rows), dtype=np.float32)
            if len(rows) > abs(shift):
                if shift < 0:
                    moved[-shift:] = column[:shift]
                else:
                    moved[:-shift] = column[shift:]
            rows[:, place] = moved
            place += 1
    kernel = np.ones(9, dtype=np.float32) / 9
    if len(rows) >= 9:
        rows[:, place] = np.convolve(length, kernel, mode="same")
        rows[:, place + 1] = np.convolve(linked, kernel, mode="same")
    elif len(rows):
        rows[:, place], rows[:, place + 1] = length.mean(), linked.mean()
