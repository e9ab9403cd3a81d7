"""The plain text of HTML within a document (a mail's body). Whole pages are read by the page reader, not here."""

from __future__ import annotations

from lxml import etree, html

from spiders.extract.documents.package import WEB, with_link

_BLOCKS = frozenset(
    {
        "p",
        "div",
        "br",
        "li",
        "tr",
        "table",
        "ul",
        "ol",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "pre",
        "hr",
        "section",
    }
)
_ASIDE = frozenset({"script", "style", "head", "title", "template", "noscript"})


def text_of_html(markup: str) -> str:
    """Text with a line for each block; "" for what cannot be parsed."""
    try:
        root = html.document_fromstring(markup.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    out: list[str] = []
    aside: etree._Element | None = None
    opened: list[int] = []  # where links begin
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else "script"
        if event == "start":
            if aside is None and tag in _ASIDE:
                aside = node
            if aside is None and tag == "a":
                opened.append(len(out))
            if aside is None:
                out.append("\n" if tag in _BLOCKS else "\t" if tag in {"td", "th"} else "")
                out.append(_spaced(node.text) if node.text else "")
            continue
        if aside is node:
            aside = None
        elif aside is None and tag == "a":
            start, url = opened.pop(), str(node.get("href") or "").strip()
            out[start:] = [with_link("".join(out[start:]), url if url.lower().startswith(WEB) else "")]
        elif aside is None and tag in _BLOCKS:
            out.append("\n")
        if aside is None and node.tail:
            out.append(_spaced(node.tail))
    return "\n".join(line.strip() for line in "".join(out).split("\n") if line.strip())


def _spaced(text: str) -> str:
    """White space folded, one blank kept at either side where there was any."""
    words = " ".join(text.split())
    if not words:
        return " "
    return (" " if text[0].isspace() else "") + words + (" " if text[-1].isspace() else "")
