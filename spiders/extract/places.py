"""Where an offered thing is: labels, address boxes, metadata, in that order."""

from __future__ import annotations

import re

from spiders.extract.dom import Dom, Node
from spiders.extract.labels import Pair, first
from spiders.extract.marks import mark

_BOX = mark("places", "box")
_NOT = mark("places", "not")
_MAPS = re.compile(r"(?:google\.[a-z.]+/maps|maps\.google|openstreetmap|maps\.apple|bing\.com/maps)", re.I)


def place_of(dom: Dom, found: list[Pair], beside: set[object], anchor: int | None, title: str) -> tuple[str, str]:  # noqa: PLR0912
    """The place and its origin, ("", "") when the page names none."""
    for pair in first(found, "location"):
        value = clean(pair.value)
        if value:
            return _with_next(dom, pair.block.index, value), "rule"
    meta = dom.meta(
        "geo.placename", "og:locality", "place:location:locality", "business:contact_data:locality", "geo.region"
    )
    best, best_score, at = "", 0.0, 0
    for place, block in enumerate(dom.blocks):
        text = block.text
        if not 2 <= len(text) <= 140:
            continue
        node = block.nodes[0] if block.nodes else block.node
        score = 0.0
        line: Node | None = node
        for level in range(4):
            if line is None or line.tag in {"body", "html"}:
                break
            if _BOX.search(line.sig):
                score = max(score, 2.5 - 0.4 * level)
            if _NOT.search(line.sig):
                score -= 1.5
            if line.tag in {"nav", "footer", "header", "form"}:
                score -= 2
            line = line.parent
        if node.tag == "address" or block.node.tag == "address":
            score += 1.5
        if score <= 0.5:
            continue
        if anchor is not None:
            score += 0.8 - min(abs(place - anchor), 80) / 80
        value = clean(text)
        if not value or any(el in beside for el in (block.node.el, *block.node.el.iterancestors())):
            continue
        if score > best_score:
            best, best_score, at = value, score, place
    if best and best_score >= 1.5:
        return _with_next(dom, at, best), "rule"
    if meta:
        region = dom.meta("og:region", "og:country-name")
        return ", ".join(filter(None, (meta, region if region != meta else ""))), "opengraph"
    text = _under_title(dom, anchor) or _from_title(dom, title, anchor)
    return text, "rule" if text else ""


_AFTER = re.compile(r"(?:^|\s)(?:in|en|à|em|im|i|ở|tại|di|w|ve|v|dans|near|bei)\s+(?=[^\W\d_a-zà-ÿ])", re.U)
_TITLE_PLACE = re.compile(r"\(([^()\d]{3,50})\)\s*$")


_PARTS = re.compile(r"[^\W\d_][^,;:!?]{1,40}(?:,\s+[^,;:!?]{2,40}){1,5}$")


def _listed(text: str) -> bool:
    """Names in a row, parted by commas: "Great Shefford, Hungerford, RG17"."""
    names = [part.strip() for part in text.split(",")]
    return (
        bool(_PARTS.match(text))
        and all(name[:1].isupper() or name[:1].isdigit() or not name[:1].isascii() for name in names)
        and len(text) < 100
    )


def _under_title(dom: Dom, anchor: int | None) -> str:
    if anchor is None:
        return ""
    for block in dom.blocks[anchor + 1 : anchor + 4]:
        value = clean(block.text)
        if value and (_listed(value) or (value != block.text and len(value) < 60)) and block.linked < len(block.text):
            return value
    return ""


def _with_next(dom: Dom, at: int, found: str) -> str:
    # Street and town often stand in two boxes under one roof.
    if at + 1 >= len(dom.blocks):
        return found
    block, following = dom.blocks[at], dom.blocks[at + 1]
    roof = block.node.parent
    together = ":" not in following.text and (
        following.node.parent is roof
        or following.node is block.node
        or following.node is roof
        or following.node.parent is block.node
    )
    value = clean(following.text)
    if (
        together
        and value
        and len(found) < 60
        and len(value) < 60
        and value.casefold() not in found.casefold()
        and (re.search(r"\d{4,5}|[A-Z]{1,2}\d", value) or re.search(r"\d", found))
    ):
        return f"{found}, {value}"
    return found


def _from_title(dom: Dom, title: str, anchor: int | None) -> str:
    """ "House for sale in Benavente, Zamora" → "Benavente, Zamora"; "bike - $15 (Brooklyn)" → "Brooklyn"; "" without such words."""  # noqa: E501
    if anchor is not None and (found := _TITLE_PLACE.search(dom.blocks[anchor].text)) and not title.endswith(")"):
        return clean(found[1])
    for part in reversed(re.split(r"\s[-–|•]\s", title)[1:]):
        if _listed(part):
            return clean(part)
    places = list(_AFTER.finditer(title))
    if not places:
        return ""
    rest = title[places[-1].end() :]
    return clean(re.split(r"\s[-–|•]\s|[!?;:]", rest)[0])


def clean(text: str) -> str:
    """A place without the words for "show map" around it; "" when it is no place."""
    text = " ".join(text.split()).strip(" :,-–|•()")
    text = re.sub(r"\s*[(\[]?\b(?:show|view|see)? ?(?:on )?(?:the )?(?:google )?map\b[)\]]?.*$|\s*(?:auf (?:der )?karte.*|karte anzeigen.*|ver (?:en el )?mapa.*|voir sur la carte.*|xem bản đồ.*|lihat peta.*)$", "", text, flags=re.I).strip(" :,-–|•(")  # fmt: skip  # noqa: E501
    if not 2 <= len(text) <= 140 or not any(char.isalpha() for char in text) or "@" in text or text.startswith("http"):
        return ""
    if re.search(
        r"[?!>]$|\d{1,2}:\d\d|\d\s?(?:m²|m2|qm|sq\.?|ft|ha|km²|acres?|€|\$)(?:\W|$)", text, re.I
    ) or _NOT.match(text):
        return ""
    return text
