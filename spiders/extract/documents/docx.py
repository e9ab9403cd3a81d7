"""DOCX: paragraphs, tables, text boxes, equations, notes and headers, in reading order, page by page where the file
says.

Read from the XML itself: python-docx refuses the strict form and damaged relations, and leaves out text boxes, content
controls, equations, notes and the breaks where Word last began a page.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from spiders.extract.documents.draft import Draft
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.limits import Limits
from spiders.extract.documents.package import Package, attribute, local, properties, with_link

_PAGE = "\x0c"
_DEPTH = 100
_PASSED_OVER = frozenset(
    # properties, deleted text, field codes, the second rendering of a drawing, positions of anchors, form field data
    {"pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "del", "moveFrom", "delText", "instrText", "delInstrText",
    "Fallback",
     "tblGrid", "sdtPr", "sdtEndPr", "posOffset", "align", "ffData", "pctWidth", "pctHeight", "rt", "binData"}
)  # fmt: skip
_MARKS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
_CHECKED = {"1": "\u2612 ", "true": "\u2612 ", "0": "\u2610 ", "false": "\u2610 "}


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read a DOCX into the draft: its pages, then notes and comments, then headers and footers, each once."""
    package = Package(body, limits)
    main = package.main_part("word/document.xml")
    root = package.xml(main)
    if "docProps/core.xml" in package:
        properties(package.xml("docProps/core.xml"), draft)
    related = package.related(main)
    pages = _Text(package.links(main)).of(root).split(_PAGE)
    for text in pages:
        # A page break and the mark where Word began the new page stand one behind the other: that is one page.
        if text.strip():
            draft.add(text)
    for kinds in (("footnotes", "endnotes", "comments"), ("header", "footer")):
        texts: list[str] = []
        for kind, target in related.values():
            if kind in kinds and target in package:
                _part(package, target, texts, draft)
        if texts:
            draft.add("\n".join(texts))


def _part(package: Package, name: str, texts: list[str], draft: Draft) -> None:
    try:
        text = _Text(package.links(name)).of(package.xml(name)).replace(_PAGE, "\n").strip()
    except DocumentError as error:
        draft.note(f"{name} not read: {error.detail}")
        return
    if text and text not in texts:
        texts.append(text)


class _Text:
    """Walks a tree and gathers its text; boxes wait until their paragraph has ended."""

    def __init__(self, links: dict[str, str]) -> None:
        self._links = links
        self._out: list[str] = []
        self._boxes: list[etree._Element] = []

    def of(self, node: etree._Element) -> str:
        self._walk(node, 0)
        while self._boxes:
            self._walk(self._boxes.pop(0), 0)
        return "".join(self._out)

    def _walk(self, node: etree._Element, depth: int) -> None:  # noqa: PLR0912 - a kind of element a line
        if depth > _DEPTH:
            raise DocumentError("broken", f"nested deeper than {_DEPTH}")
        name = local(node)
        if name in _PASSED_OVER or not name:
            return
        if name == "t":
            self._out.append(node.text or "")
        elif name in _MARKS:
            self._out.append(_MARKS[name])
        elif name == "br":
            self._out.append(_PAGE if attribute(node, "type") == "page" else "\n")
        elif name == "lastRenderedPageBreak":
            self._out.append(_PAGE)
        elif name == "sym":
            self._out.append(_symbol(node))
        elif name == "txbxContent":
            self._boxes.append(node) if depth else self._children(node, 0)
        elif name == "tbl":
            self._table(node, depth)
        elif name == "hyperlink":
            start = len(self._out)
            self._children(node, depth)
            text = "".join(self._out[start:])
            self._out[start:] = [with_link(text, self._links.get(attribute(node, "id"), ""))]
        elif name == "checkBox":
            self._out.append(_CHECKED.get(attribute(node, "val"), ""))
        elif name == "chr" and depth:
            self._out.append(attribute(node, "val"))
        else:
            self._children(node, depth)
            if name in {"p", "oMathPara", "f"}:
                self._end(name)

    def _end(self, name: str) -> None:
        self._out.append("\n" if name == "p" else " ")
        while name == "p" and self._boxes:
            self._walk(self._boxes.pop(0), 0)

    def _children(self, node: etree._Element, depth: int) -> None:
        for child in node:
            self._walk(child, depth + 1)
            if local(child) == "num":  # numerator | denominator
                self._out.append("/")

    def _table(self, table: etree._Element, depth: int) -> None:
        """Rows as lines, cells parted by tabs; a table in a cell comes after the row it stands in."""
        for row in _within(table, "tr"):
            cells, boxes = [], []
            for cell in _within(row, "tc"):
                inner = _Text(self._links)
                for child in cell:
                    inner._walk(child, depth + 3)
                boxes += inner._boxes
                cells.append("".join(inner._out).strip())
            breaks = _PAGE in "".join(cells)
            line = "\t".join(cell.replace(_PAGE, "").replace("\n", " ") for cell in cells)
            self._out.append((_PAGE if breaks else "") + line + "\n")
            for box in boxes:
                self._walk(box, 0)


def _within(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """Children of that name, through content controls and insertions."""
    for child in node:
        if local(child) == name:
            yield child
        elif local(child) in {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"}:
            yield from _within(child, name)


def _symbol(node: etree._Element) -> str:
    try:
        code = int(attribute(node, "char"), 16)
    except ValueError:
        return ""
    return "" if 0xE000 <= code <= 0xF8FF or 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)
