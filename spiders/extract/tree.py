"""Text of a page to a tree that holds what a reader sees: shadow roots opened, view-source undone, depth bounded."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml import etree, html

from spiders.extract.marks import mark

DEPTH = 400
"""Deepest nesting that is kept; real pages stay under 100, and later steps walk up from every text."""

_SOURCE_VIEW = re.compile(r'class="?(?:line-content|webkit-line-content|html-tag|start-tag)\b')
_LOOKS_HTML = re.compile(r"\s*<(?:!doctype\s+html|html[\s>])", re.I)
_NESTING = mark("tree", "nesting")
_LONG_TAG = re.compile(r"<([a-zA-Z][\w:-]{0,40})[^<>]{20000,}>?")
_TAG = re.compile(r"<[^<>]{0,2000}>")


@lru_cache(maxsize=1)
def _parser() -> html.HTMLParser:
    # lxml.html's elements, since trafilatura takes no others
    return html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)


def _bounded(found: re.Match[str]) -> str:
    # libxml2 compares each attribute of a tag with all before it: 30,000 of them take half a minute.
    return (
        found.group()[: found.start(1) - found.start() + len(found[1])] + ">"
        if found.group().count("=") > 2000
        else found.group()
    )


def parse(text: str) -> etree._Element:
    """The tree of a page's text; always a tree, an empty one for an empty text."""
    root = _tree(_LONG_TAG.sub(_bounded, text))
    if _SOURCE_VIEW.search(text[:20000]):
        source = _source_of(root)
        if _LOOKS_HTML.match(source) or source.count("<") > 50:
            root = _tree(source)
    for template in list(root.iter("template")):
        if any("shadowroot" in str(name) for name in template.attrib):
            template.tag = "div"
    return root


def _tree(text: str) -> etree._Element:
    root = _raw(text)
    if _deeper(root, DEPTH):
        # Inline and grouping tags carry no text of their own: without them the text is still whole.
        root = _raw(_NESTING.sub(" ", text))
        if _deeper(root, DEPTH):
            root = _raw(_TAG.sub(" ", text).replace("<", " "))
    return root


def _raw(text: str) -> etree._Element:
    data = text.encode("utf-8", "replace")
    root = None
    if data.strip():
        try:
            root = etree.fromstring(data, _parser())
        except (etree.XMLSyntaxError, ValueError):
            root = None
    if root is None:
        root = html.Element("html")
        etree.SubElement(root, "body")
    return root


def _deeper(root: etree._Element, limit: int) -> bool:
    # "*/*/*…" is asked of libxml2 level by level, so the answer costs the same on a flat page of any size.
    return bool(root.xpath(f"boolean({'/'.join(['*'] * limit)})")) if limit <= 60 else _depth_over(root, limit)


def _depth_over(root: etree._Element, limit: int) -> bool:
    step = 50
    path = etree.XPath("/".join(["*"] * step))
    level = [root]
    for _ in range(limit // step):
        found: list[etree._Element] = []
        for node in level:
            found += path(node)
        if not found:
            return False
        level = found
    return True


def _source_of(root: etree._Element) -> str:
    lines = root.xpath("//td[contains(@class,'line-content')]") or root.xpath("//pre")
    return "\n".join("".join(line.itertext()) for line in lines)
