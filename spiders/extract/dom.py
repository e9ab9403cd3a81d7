"""The page as its readers need it: every visible text with what is around it, walked once.

`Node` mirrors the elements that hold visible text (lazily, from the texts upwards) and sums their texts; `Block` is a run
of text that stands together as one paragraph, cell or heading. Fields, tiles and main text all work on these two.
"""  # noqa: E501

from __future__ import annotations

import re
from functools import cached_property

from lxml import etree

from spiders.extract.texts import safe_join, text_of, urlsplit_safe

BLOCK_TAGS = frozenset(
    [
        "html",
        "body",
        "address",
        "article",
        "aside",
        "blockquote",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "select",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
        "legend",
        "template",
        "iframe",
    ]
)
HIDDEN_TAGS = frozenset(["script", "style", "noscript", "template", "svg", "head", "title", "textarea", "option", "select", "canvas", "object", "audio", "video", "math", "iframe", "datalist", "meter", "progress"])  # fmt: skip  # noqa: E501
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_INLINE = frozenset(["b", "i", "em", "strong", "u", "font", "sup", "sub", "mark", "small", "big", "abbr", "acronym", "code", "kbd", "s", "strike", "del", "ins", "bdi", "bdo", "wbr", "tt", "var", "q", "cite", "dfn"])  # fmt: skip  # noqa: E501
_TEXTS = etree.XPath("//text()[normalize-space()]")
MAX_TEXTS = 60_000
"""Texts that are looked at; the largest real page we hold has 9,000."""


class Node:
    """An element with visible text in it. `size`: characters of its text, `linked`: those of them inside links."""

    __slots__ = (
        "anchor",
        "block",
        "depth",
        "el",
        "folded",
        "hidden",
        "linked",
        "order",
        "parent",
        "sig",
        "size",
        "tag",
    )

    def __init__(self, el: etree._Element, parent: Node | None, order: int) -> None:
        tag = el.tag
        get = el.get
        self.el, self.parent, self.order = el, parent, order
        self.tag: str = tag if isinstance(tag, str) else ""
        self.sig: str = f"{get('class') or ''} {get('id') or ''} {get('itemprop') or ''} {get('data-testid') or get('data-test') or get('data-qa') or get('data-test-id') or get('data-auto') or ''}".strip().lower()  # noqa: E501
        self.size = self.linked = 0
        self.anchor: Node | None = self if self.tag == "a" and get("href") else (parent.anchor if parent else None)
        style = get("style")
        # folded: there, but only shown on a click (tabs, accordions); hidden: that, or never text at all
        self.folded: bool = (
            (parent is not None and parent.folded)
            or (style is not None and _HIDDEN_STYLE.search(style) is not None)
            or el.get("hidden") is not None
        )
        self.hidden: bool = self.folded or self.tag in HIDDEN_TAGS or (parent is not None and parent.hidden)
        self.depth: int = parent.depth + 1 if parent else 0
        self.block: Node = self if parent is None or self.tag in BLOCK_TAGS else parent.block

    def text(self) -> str:
        """All visible-ish text of the element, spaces folded."""
        return text_of(self.el)


class Block:
    """A run of text. `start` counts the characters of visible text before it."""

    __slots__ = ("index", "linked", "node", "nodes", "parts", "place", "start", "text")

    def __init__(self, node: Node, index: int, start: int) -> None:
        self.node, self.index, self.start = node, index, start
        self.place = 0
        """Place among all blocks, folded ones counted."""
        self.parts: list[str] = []
        self.nodes: list[Node] = []
        self.linked = 0
        self.text = ""


class Dom:
    """A parsed page. `address` is where it was fetched, `base` where its relative links start."""

    def __init__(self, root: etree._Element, address: str) -> None:
        self.root, self.address = root, address
        base = root.find(".//base[@href]")
        self.base = safe_join(address, base.get("href") or "") if base is not None else address
        self.host = (urlsplit_safe(address).hostname or "").lower().removeprefix("www.")
        self.language = (
            root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
        )[:2].lower()
        self.nodes: dict[etree._Element, Node] = {}
        self.ordered: list[Node] = []
        self.blocks: list[Block] = []
        """What is seen at once, in order."""
        self.everything: list[Block] = []
        """The same with what is folded away (tabs, accordions)."""
        self.hidden_texts: list[str] = []
        self.size = 0
        self._walk()

    def node(self, el: etree._Element) -> Node:
        """The node of an element, made with its ancestors when it is not there yet."""
        found = self.nodes.get(el)
        if found is not None:
            return found
        path = [el]
        parent = el.getparent()
        known = None
        while parent is not None:
            known = self.nodes.get(parent)
            if known is not None:
                break
            path.append(parent)
            parent = parent.getparent()
        for one in reversed(path):
            known = Node(one, known, len(self.ordered))
            self.nodes[one] = known
            self.ordered.append(known)
        assert known is not None
        return known

    def _walk(self) -> None:  # noqa: PLR0912
        block: Block | None = None
        before: Node | None = None
        texts = _TEXTS(self.root)
        assert isinstance(texts, list)
        for raw in texts[:MAX_TEXTS]:
            parent = raw.getparent()
            after = ""
            if raw.is_tail:
                after = parent.tag if isinstance(parent.tag, str) else ""
                parent = parent.getparent()
            if parent is None:
                continue
            node = self.nodes.get(parent) or self.node(parent)
            if node.hidden and (not node.folded or _never(node)):
                if _inside(node, "noscript"):
                    self.hidden_texts.append(str(raw))
                continue
            home = node.block
            if (
                block is None
                or block.node is not home
                or after in BLOCK_TAGS
                or after == "br"
                or (not after and _broken(parent))
            ):
                block = Block(home, 0, self.size)
                self.everything.append(block)
                before = None
            piece = str(raw)
            if before is not None and before is not node and _apart(block.parts[-1], piece, before, node):
                block.parts.append(" ")
            before = node
            block.parts.append(piece)
            block.nodes.append(node)
            length = len(piece.strip())
            if node.anchor is not None:
                block.linked += length
            if node.folded:
                continue
            self.size += length
            node.size += length
            if node.anchor is not None:
                node.linked += length
        for one in reversed(self.ordered):
            if one.parent is not None and not one.hidden:
                one.parent.size += one.size
                one.parent.linked += one.linked
        kept: list[Block] = []
        for made in self.everything:
            made.text = " ".join("".join(made.parts).split())
            if made.text:
                made.place = len(kept)
                kept.append(made)
                made.index = len(self.blocks)
                if not made.node.folded:
                    self.blocks.append(made)
        self.everything = kept

    @cached_property
    def title(self) -> str:
        """What `<title>` says."""
        found = self.root.find(".//title")
        return " ".join((found.text or "").split()) if found is not None else ""

    @cached_property
    def metas(self) -> dict[str, list[str]]:
        """Contents of `<meta>` by name, property or itemprop, lower case."""
        found: dict[str, list[str]] = {}
        for el in self.root.iter("meta"):
            name = el.get("property") or el.get("name") or el.get("itemprop") or el.get("http-equiv")
            content = el.get("content")
            if name and content and content.strip():
                found.setdefault(name.strip().lower(), []).append(content.strip())
        return found

    def meta(self, *names: str) -> str:
        """The first content of the first meta that the page has."""
        for name in names:
            if values := self.metas.get(name):
                return values[0]
        return ""

    def absolute(self, href: str) -> str:
        """`href` as an absolute http(s) address, "" when it is none."""
        return safe_join(self.base, href)


def _inside(node: Node | None, tag: str) -> bool:
    while node is not None:
        if node.tag == tag:
            return True
        node = node.parent
    return False


def _never(node: Node | None) -> bool:
    while node is not None:
        if node.tag in HIDDEN_TAGS:
            return True
        node = node.parent
    return False


def _broken(el: etree._Element) -> bool:
    # `<br><b>Price:</b>`: nothing stands between the break and the bold, so that no tail tells of the break.
    one: etree._Element | None = el
    while one is not None and one.tag in _INLINE:
        before = one.getprevious()
        if before is not None:
            return before.tag == "br" and not (before.tail or "").strip()
        one = one.getparent()
        if one is None or (one.text or "").strip():
            return False
    return False


def _apart(left: str, right: str, before: Node, node: Node) -> bool:
    # Boxes that touch in the source stand apart on the screen; bold and links inside a word do not.
    if not (left and right and left[-1].isalnum() and right[0].isalnum()) or len(left) == 1:
        return False
    return before.tag not in _INLINE and node.tag not in _INLINE
