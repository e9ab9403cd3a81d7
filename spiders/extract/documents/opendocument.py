"""OpenDocument: text (a page at each hard break), sheets (a page each), slides (a page each)."""

from __future__ import annotations

from lxml import etree

from spiders.extract.documents.draft import Draft
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.limits import Limits
from spiders.extract.documents.package import WEB, Package, attribute, local, properties, safe_xml, with_link

_PAGE = "\x0c"
_DEPTH = 100
_REPEAT_MAX = 100
_PASSED_OVER = frozenset(
    {"annotation-end", "tracked-changes", "sequence-decls", "settings", "forms", "event-listeners"}
)


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read an ODT, ODS or ODP (or a flat ODT, one XML file) into the draft."""
    if body.startswith(b"PK"):
        package = Package(body, limits)
        if "META-INF/manifest.xml" in package and b"encryption-data" in package.bytes("META-INF/manifest.xml"):
            raise DocumentError("encrypted", "OpenDocument with a password")
        content = package.xml("content.xml")
        if "meta.xml" in package:
            properties(package.xml("meta.xml"), draft)
    else:
        try:
            content = safe_xml(body)
        except etree.XMLSyntaxError as error:
            raise DocumentError("broken", str(error)) from None
        package = None
        meta = next((node for node in content if local(node) == "meta"), None)
        if meta is not None:
            properties(meta, draft)
    for page in _Text(content).of().split(_PAGE):
        if page.strip():
            draft.add(page)
    if package is not None and "styles.xml" in package:
        margins = _Text(package.xml("styles.xml"), only={"header", "footer"}).of().replace(_PAGE, "\n")
        if margins.strip():
            draft.add(margins)


class _Text:
    def __init__(self, root: etree._Element, only: set[str] | None = None) -> None:
        self._root = root
        self._only = only
        self._out: list[str] = []
        self._breaking = _breaking_styles(root)

    def of(self) -> str:
        if self._only is None:
            for node in self._root.iter():
                if local(node) == "body":
                    self._walk(node, 0)
        else:
            for node in self._root.iter():
                if local(node) in self._only:
                    self._walk(node, 0)
        return "".join(self._out)

    def _walk(self, node: etree._Element, depth: int) -> None:
        if depth > _DEPTH:
            raise DocumentError("broken", f"nested deeper than {_DEPTH}")
        name = local(node)
        if not name or name in _PASSED_OVER:
            return
        if name in {"p", "h"} and attribute(node, "style-name") in self._breaking:
            self._out.append(_PAGE)
        if name == "table-row":
            self._row(node, depth)
            return
        self._out.append(self._before(node, name))
        self._out.append(node.text or "" if name in _INLINE else "")
        start = len(self._out) - 1
        for child in node:
            self._walk(child, depth + 1)
            self._out.append(child.tail or "" if name in _INLINE else "")
        if name == "a" and attribute(node, "href").lower().startswith(WEB):
            self._out[start:] = [with_link("".join(self._out[start:]), attribute(node, "href"))]
        if name in {"p", "h"}:
            self._out.append("\n")

    def _before(self, node: etree._Element, name: str) -> str:
        if name == "s":
            return " " * _count(node, "c")
        if name == "page" or (name == "table" and local(_parent(node)) == "spreadsheet"):
            return _PAGE + (attribute(node, "name") + "\n" if name == "table" else "")
        return {"tab": "\t", "line-break": "\n", "soft-page-break": _PAGE}.get(name, "")

    def _row(self, row: etree._Element, depth: int) -> None:
        cells: list[str] = []
        for cell in row:
            if local(cell) not in {"table-cell", "covered-table-cell"}:
                continue
            held, self._out = self._out, []
            for child in cell:
                self._walk(child, depth + 2)
            text, self._out = "".join(self._out).replace(_PAGE, "").strip().replace("\n", " "), held
            # a sheet repeats its last empty cell 16,000 times
            cells += [text] * (_count(cell, "number-columns-repeated") if text else 1)
        line = "\t".join(cells).rstrip("\t")
        if line:
            self._out.append((line + "\n") * _count(row, "number-rows-repeated"))


_INLINE = frozenset({"p", "h", "span", "a", "ruby-base", "meta", "bookmark-ref", "reference-ref", "note-ref", "date",
"time",
                     "page-number", "sequence", "text-input", "placeholder", "title", "creator", "meta-field",
                     "sender-email"})  # fmt: skip


def _parent(node: etree._Element) -> etree._Element:
    parent = node.getparent()
    return node if parent is None else parent


def _count(node: etree._Element, name: str) -> int:
    value = attribute(node, name)
    return min(int(value), _REPEAT_MAX) if value.isascii() and value.isdigit() and len(value) < 9 else 1


def _breaking_styles(root: etree._Element) -> frozenset[str]:
    """Names of the paragraph styles that begin a new page."""
    found = set()
    for node in root.iter():
        if local(node) == "paragraph-properties" and attribute(node, "break-before") == "page":
            found.add(attribute(_parent(node), "name"))
    return frozenset(found)
