"""Where an offered thing is: labels, address boxes, metadata, in that order."""

from __future__ import annotations

import re

from spiders.extract.dom import Dom
from spiders.extract.labels import Pair, first

_BOX = re.compile(r"(?:^|[\s_-])(?:location|locality|address|adresse|addr|mapaddress|place|city|region|area-?name|ort|standort|lokasi|dia-?chi|khu-?vuc|lieu|ubicacion|localidad|luogo|konum|sted|geo)(?:$|[\s_-]|\d)|item-?location|ad-?location|listing-?location|property-?address|breadcrumb-location", re.I)  # fmt: skip
_NOT = re.compile(r"email|e-mail|ip-?address|url|select|change|set your|enter|choose|search|filter|switch|cookie|delivery|deliver to|ship", re.I)
_MAPS = re.compile(r"(?:google\.[a-z.]+/maps|maps\.google|openstreetmap|maps\.apple|bing\.com/maps)", re.I)


def place_of(dom: Dom, found: list[Pair], beside: set[object], anchor: int | None) -> tuple[str, str]:
    """The place and its origin, ("", "") when the page names none."""
    for pair in first(found, "location"):
        value = clean(pair.value)
        if value:
            return value, "rule"
    meta = dom.meta("geo.placename", "og:locality", "place:location:locality", "business:contact_data:locality", "geo.region")
    best, best_score = "", 0.0
    for place, block in enumerate(dom.blocks):
        text = block.text
        if not 2 <= len(text) <= 140:
            continue
        node = block.nodes[0] if block.nodes else block.node
        score = 0.0
        line = node
        for level in range(4):
            if line is None or line.tag in {"body", "html"}:
                break
            if _BOX.search(line.sig):
                score = max(score, 2.5 - 0.4 * level)
            if _NOT.search(line.sig):
                score -= 1.5
            if line.tag in {"nav", "footer", "header", "form"}:
                score -= 2
            line = line.parent  # type: ignore[assignment]
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
            best, best_score = value, score
    if best and best_score >= 1.5:
        return best, "rule"
    if meta:
        region = dom.meta("og:region", "og:country-name")
        return ", ".join(filter(None, (meta, region if region != meta else ""))), "opengraph"
    return "", ""


def clean(text: str) -> str:
    """A place without the words for "show map" around it; "" when it is no place."""
    text = " ".join(text.split()).strip(" :,-–|•()")
    text = re.sub(r"\s*[(\[]?\b(?:show|view|see)? ?(?:on )?(?:the )?(?:google )?map\b[)\]]?.*$|\s*(?:auf (?:der )?karte.*|karte anzeigen.*|ver (?:en el )?mapa.*|voir sur la carte.*|xem bản đồ.*|lihat peta.*)$", "", text, flags=re.I).strip(" :,-–|•(")  # fmt: skip
    if not 2 <= len(text) <= 140 or not any(char.isalpha() for char in text) or "@" in text or text.startswith("http"):
        return ""
    if re.search(r"[?!]$|\d{1,2}:\d\d", text) or _NOT.match(text):
        return ""
    return text
