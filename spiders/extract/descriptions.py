"""The description of an offer, whole: where the page's own data cuts it short, the text the page shows is taken."""

from __future__ import annotations

from spiders.extract.dom import Block, Dom, Node
from spiders.extract.labels import Pair
from spiders.extract.marks import mark
from spiders.extract.titles import tokens
from spiders.extract.words import bare, has, label, words

_BOX = mark("descriptions", "box")
_EXACT = mark("descriptions", "exact")
_NOT_BOX = mark("descriptions", "not_box")
_STOP = frozenset(bare(word) for word in words("stop"))


def description_of(dom: Dom, stated: str, title: str, beside: set[object], pairs: list[Pair]) -> tuple[str, str]:
    """The description and its origin ("json-ld", "rule", "opengraph")."""
    shown = [*_boxes(dom, beside), *_under_heading(dom, beside)]
    short = stated.removesuffix("...").removesuffix("…").strip()
    if short:
        head = " ".join(tokens(short)[:12])
        fuller = [text for text in shown if len(text) > len(short) * 0.9 and head and head in " ".join(tokens(text))]
        if fuller:
            return min(fuller, key=len), "rule"
        if len(short) >= 200 or not shown:
            return stated, "json-ld"
    meta = dom.meta("description", "og:description", "twitter:description")
    for pair in pairs:
        if "description" in pair.keys and len(pair.value) > 60 and not shown:
            shown = [pair.value]
    if shown:
        best = max(shown, key=lambda text: min(len(text), 4000))
        if len(best) > 60 or not short:
            if (
                not short
                and len(meta) > 60
                and not has("buy", meta)
                and " ".join(tokens(meta)[:6]) not in " ".join(tokens(best))
            ):
                best = (
                    f"{meta}\n{best}"  # the seller's words may stand in a frame of their own: the metadata quote them
                )
            return (best if not short or short in best else f"{stated}\n{best}"), "rule"
    if short:
        return stated, "json-ld"
    dense = _densest(dom, title, beside)
    if dense and (not meta or len(dense) > 0.8 * len(meta)):
        return dense, "rule"
    return meta, "opengraph" if meta else ""


def _text(blocks: list[Block]) -> str:
    return "\n".join(block.text for block in blocks)


def _boxes(dom: Dom, beside: set[object]) -> list[str]:
    groups: dict[int, tuple[Node, list[Block]]] = {}
    for block in dom.blocks:
        node: Node | None = block.node
        home: Node | None = None
        while node is not None and node.tag not in {"body", "html"}:
            if _BOX.search(node.sig) and not _NOT_BOX.search(node.sig):
                home = node
            if node.el in beside or (node.tag in {"nav", "footer"} and node.linked > 0.4 * node.size):
                home = None
                break
            node = node.parent
        if home is not None and home.size < 0.8 * max(dom.size, 1) + 400:
            groups.setdefault(home.order, (home, []))[1].append(block)
    found = []
    for home, blocks in groups.values():
        if home.linked > 0.5 * max(home.size, 1):
            continue
        text = _text([block for block in blocks if label(block.text) != ("description",)])
        if len(text) > 30:
            found.append((bool(_EXACT.search(home.sig)), text))
    exact = [text for strong, text in found if strong]
    return exact or [text for _, text in found]


def _under_heading(dom: Dom, beside: set[object]) -> list[str]:
    found = []
    for place, block in enumerate(dom.blocks):
        if len(block.text) > 60 or "description" not in label(block.text):
            continue
        taken: list[Block] = []
        length = 0
        for following in dom.blocks[place + 1 : place + 120]:
            short = len(following.text) <= 60
            heading = following.node.tag in {"h1", "h2", "h3", "h4", "h5", "dt", "th"}
            if short and (heading or bare(following.text) in _STOP) and length > 0:
                break
            if (
                following.node.tag in {"h1", "h2"}
                or _in_frame(following.node)
                or following.node.el in beside
                or any(el in beside for el in following.node.el.iterancestors())
            ):
                break
            taken.append(following)
            length += len(following.text)
            if length > 8000:
                break
        if length > 60 and sum(block.linked for block in taken) < 0.4 * length:
            found.append(_text(taken))
    return found[:3]


def _densest(dom: Dom, title: str, beside: set[object]) -> str:
    best: Node | None = None
    best_score = 0.0
    owned: dict[Node, int] = {}
    for block in dom.blocks:
        for home in (block.node, block.node.parent):
            if home is not None:
                owned[home] = owned.get(home, 0) + len(block.text)
    for node, own in owned.items():
        if node.hidden or node.tag not in {"div", "section", "article", "td", "p", "main", "pre"} or node.size < 80:
            continue
        score = own - 2.0 * node.linked
        if score > best_score and not any(el in beside for el in (node.el, *node.el.iterancestors())):
            best, best_score = node, score
    if best is None:
        return ""
    return _text([block for block in dom.blocks if _within(block.node, best)])


def _in_frame(node: Node | None) -> bool:
    # Terms of sale and the house's telephone stand in the page's frame; they are no words about the thing.
    while node is not None:
        if node.tag in {"footer", "nav", "aside"}:
            return True
        node = node.parent
    return False


def _within(node: Node | None, home: Node) -> bool:
    while node is not None:
        if node is home:
            return True
        node = node.parent
    return False
