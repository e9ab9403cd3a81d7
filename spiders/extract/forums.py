"""Forum threads: the posts in order, who wrote them and when, with quoted text apart."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from spiders.extract import when
from spiders.extract.dom import Block, Dom, Node
from spiders.extract.marks import mark
from spiders.items import Post

_POST = mark("forums", "post")
_NOT_POST = mark("forums", "not_post")
_BODY = mark("forums", "body")
_AUTHOR = re.compile(r"author|user-?name|username|poster|nick|creator|byline|name|memb", re.I)
_TIME = re.compile(r"date|time|posted|when|ago|age", re.I)
_QUOTE = mark("forums", "quote")
_NOISE = mark("forums", "noise")
_GENERATOR = mark("forums", "generator")
_URL = mark("forums", "url")
MOST = 400


def looks_like(dom: Dom, types: Iterable[str]) -> tuple[float, str]:
    """How much the page looks like a thread by its address, maker and data, and the reason."""
    score, reasons = 0.0, []
    if set(types) & {"discussionforumposting", "qapage", "question"}:
        score += 2.5
        reasons.append("its data says discussion")
    maker = _GENERATOR.search(dom.meta("generator")) or _GENERATOR.search(dom.root.get("id") or "")
    if maker:
        score += 1.5
        reasons.append(f"made by {maker.group()}")
    address = dom.address.split("://", 1)[-1]
    if found := _URL.search("/" + address.split("/", 1)[-1]) or _URL.search(address):
        score += 1.0
        reasons.append(f"address holds {found.group().strip('/.?&=')}")
    return score, ", ".join(reasons)


def posts_of(dom: Dom, now: datetime | None) -> list[Post]:
    """The posts of a thread in page order; [] when no repeated posts are seen."""
    found = []
    for node in containers(dom):
        post = _read(node, dom, now)
        if post.text or post.author:
            found.append(post)
        if len(found) >= MOST:
            break
    return found


def containers(dom: Dom) -> list[Node]:
    """The boxes of the posts: of all sets of like boxes whose marks say "post", the one that holds most text of its own."""  # noqa: E501
    sets: dict[tuple[str, str], list[Node]] = {}
    for node in dom.ordered:
        if (
            node.hidden
            or node.size < 12
            or node.tag not in {"div", "li", "article", "tr", "td", "section", "table", "tbody", "dl", "dd"}
        ):
            continue
        if _POST.search(node.sig) and not _NOT_POST.search(node.sig):
            # Each of its first marks may be what the posts have in common.
            for mark in node.sig.split()[:3]:
                key = re.sub(r"\d+", "", mark)
                if len(key) > 2:
                    sets.setdefault((node.tag, key), []).append(node)
    best: list[Node] = []
    best_score = 0.0
    for members in sets.values():
        outer = _outermost(members)
        total = sum(node.size - node.linked for node in outer)
        if not outer or total < 60:
            continue
        score = total * (1.0 if len(outer) > 1 else 0.6) * (1 + 0.25 * min(len(outer), 12) / 12)
        if (
            outer[0].parent is not None
            and len(outer) > 1
            and sum(node.parent is outer[0].parent for node in outer) < 0.5 * len(outer)
        ):
            score *= 0.9
        if score > best_score * 1.02:
            best, best_score = outer, score
    return best


def _outermost(members: list[Node]) -> list[Node]:
    chosen = set(members)
    kept = []
    for node in members:
        above = node.parent
        while above is not None and above not in chosen:
            above = above.parent
        if above is None:
            kept.append(node)
    return kept


def _read(home: Node, dom: Dom, now: datetime | None) -> Post:
    inside = _inside(home, dom)
    body = home
    best = 0
    for node in inside:
        if (
            node is not home
            and _BODY.search(node.sig)
            and not _NOT_POST.search(node.sig)
            and node.size - node.linked > best
        ):
            best, body = node.size - node.linked, node
    if best < 0.3 * (home.size - home.linked) and best < 40:
        body = home
    author, posted = "", None
    for node in inside:
        if not author and node.size < 60 and _AUTHOR.search(node.sig) and not _under(node, body):
            author = node.text().removeprefix("by ").strip(" :,")
        if (
            posted is None
            and node.size < 60
            and (node.tag == "time" or _TIME.search(node.sig))
            and not (_under(node, body) and body is not home)
        ):
            stamp = node.el.get("datetime") or node.el.get("title") or node.text()
            posted = when.parse(stamp, now)
        if author and posted:
            break
    if posted is None:
        for el in home.el.iter("time"):
            if posted := when.parse(el.get("datetime") or el.get("title") or "".join(el.itertext()), now):
                break
    return Post(text=body_text(body, dom), author=author[:80], posted=posted)


def _inside(home: Node, dom: Dom) -> list[Node]:
    return [dom.nodes[el] for el in home.el.iter() if el in dom.nodes]


def _under(node: Node | None, home: Node) -> bool:
    while node is not None:
        if node is home:
            return True
        node = node.parent
    return False


def body_text(body: Node, dom: Dom) -> str:
    """Text of a post: paragraphs on lines, quotes as lines that start with "> ", buttons and signatures left out."""
    lines: list[str] = []
    for block in blocks_in(body, dom):
        quoted = False
        node: Node | None = block.node
        noise = False
        while node is not None and node is not body:
            if node.tag == "blockquote" or _QUOTE.search(node.sig):
                quoted = True
            elif _NOISE.search(node.sig):
                noise = True
            node = node.parent
        if not noise:
            lines.append("> " + block.text if quoted else block.text)
    return "\n".join(lines)


def blocks_in(home: Node, dom: Dom) -> list[Block]:
    """The blocks that stand inside a node, in order."""
    found = []
    elements = set(home.el.iter())
    for block in dom.blocks[_first_block(home, dom) :]:
        if block.node.el in elements:
            found.append(block)
        elif found:
            break
    return found


def _first_block(home: Node, dom: Dom) -> int:
    index: dict[etree._Element, int] | None = getattr(dom, "_block_index", None)
    if index is None:
        index = {}
        for block in dom.blocks:
            node: Node | None = block.node
            while node is not None and node.el not in index:
                index[node.el] = block.index
                node = node.parent
        dom._block_index = index  # type: ignore[attr-defined]
    return index.get(home.el, len(dom.blocks))
