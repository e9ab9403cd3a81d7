"""PPTX: one page a slide, in the order of the show, its speaker's notes after it."""

from __future__ import annotations

from lxml import etree

from spiders.extract.documents.draft import Draft
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.limits import Limits
from spiders.extract.documents.package import Package, attribute, local, properties

_DEPTH = 100


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read slides into the draft."""
    package = Package(body, limits)
    if "docProps/core.xml" in package:
        properties(package.xml("docProps/core.xml"), draft)
    for slide in _order(package):
        try:
            texts = [_text(package.xml(slide), 0)]
            for kind, target in package.related(slide).values():
                if kind in {"notesSlide", "comments", "diagramData"} and target in package:
                    texts.append(_text(package.xml(target), 0))
        except DocumentError as error:
            draft.note(f"{slide} not read: {error.detail}")
            texts = []
        draft.add("\n".join(text for text in texts if text.strip()))


def _order(package: Package) -> list[str]:
    main = package.main_part("ppt/presentation.xml")
    related = package.related(main)
    listed = []
    if main in package:
        for node in package.xml(main).iter():
            if local(node) == "sldId":
                # two attributes are called id: the relation's is the one in a namespace
                ids = [str(value) for key, value in node.attrib.items() if str(key).endswith("}id")]
                listed += [related[key][1] for key in ids if key in related and related[key][1] in package]
    return listed or package.names("ppt/slides/slide", ".xml")


def _text(node: etree._Element, depth: int) -> str:
    """Text of shapes in the order of the file: paragraphs as lines, table rows as lines with tabs."""
    if depth > _DEPTH:
        raise DocumentError("broken", f"nested deeper than {_DEPTH}")
    name = local(node)
    if name == "t":
        return node.text or ""
    if name == "br":
        return "\n"
    if not name or (name in {"Fallback", "fld"} and attribute(node, "type") == "slidenum"):
        return ""
    if name == "tr":
        cells = (_text(cell, depth + 1).strip().replace("\n", " ") for cell in node if local(cell) == "tc")
        return "\t".join(cells) + "\n"
    text = "".join(_text(child, depth + 1) for child in node)
    return text + "\n" if name == "p" and text.strip() else text
