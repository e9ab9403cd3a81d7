"""Who offers: name, account and profile address, from labels, from the boxes sellers stand in, from links to profiles."""  # noqa: E501

from __future__ import annotations

import re

from spiders.extract.anchors import Anchor
from spiders.extract.dom import Dom, Node
from spiders.extract.labels import Pair, first
from spiders.extract.marks import mark
from spiders.extract.texts import text_of
from spiders.extract.words import label, words
from spiders.items import Seller

_BOX = mark("sellers", "box")
_STRONG = mark("sellers", "strong")
_NAME = re.compile(r"name|nick|title|persona|\bnm\b|link", re.I)
_PROFILE = mark("sellers", "profile")
_GENERIC = mark("sellers", "generic")
_TAIL = re.compile(r"\s*(?:[(（]\s*\d[\d.,\s]*\s*(?:[^)）]{0,20})?[)）]|\d{1,3}(?:[.,]\d)?\s?%.*|[★☆⭐].*|\|.*)$")
_PHONE = re.compile(r"[+\d][\d\s().-]{6,}")
_PREFIX_WORDS = sorted(words("seller"), key=len, reverse=True)


def clean_name(text: str) -> str:
    """A name without the label before it, the rating and number of sales after it; "" when it is no name."""
    text = " ".join(text.split()).strip(" :：-–|•")
    folded = text.casefold()
    for word in _PREFIX_WORDS:
        rest = text[len(word) :]
        if folded.startswith(word) and rest[:1] in {":", " ", "："} and rest.strip(" :："):
            text = rest.strip(" :：-–")
            break
    text = _TAIL.sub("", text).strip(" :-–|•,")
    if not 1 < len(text) <= 60 or _GENERIC.search(text) or label(text) or _PHONE.fullmatch(text) or text.count(" ") > 7:
        return ""
    return text


def seller_of(dom: Dom, links: list[Anchor], found: list[Pair], beside: set[object]) -> Seller | None:  # noqa: PLR0912
    """The seller a page shows, None when it shows none."""
    profile_name, profile_url = "", ""
    by_url: list[tuple[float, str, str]] = []
    for link in links[:2500]:
        match = _PROFILE.search(link.url)
        if not match:
            continue
        node = dom.node(link.el)
        if node.hidden or any(one in beside for one in (link.el, *link.el.iterancestors())):
            continue
        name = clean_name(text_of(link.el))
        score = 1.0 if name else -1.0
        line: Node | None = node
        for _ in range(6):
            if line is None:
                break
            if _STRONG.search(line.sig):
                score += 2.0
                break
            if _BOX.search(line.sig):
                score += 1.2
                break
            line = line.parent
        if any(one.tag in {"nav", "header", "footer"} for one in link.el.iterancestors()):
            score -= 3
        by_url.append((score, name, link.url))
    by_url.sort(key=lambda one: -one[0])
    if by_url and by_url[0][0] > 1.5:
        profile_name, profile_url = by_url[0][1], by_url[0][2]
    for pair in first(found, "seller"):
        name = clean_name(pair.value.split("\n")[0])
        if name:
            return Seller(
                name=name, url=profile_url if profile_name == name or not profile_name else "", text=pair.value[:300]
            )
    if profile_name:
        return Seller(name=profile_name, url=profile_url)
    name = _from_box(dom, beside)
    if name:
        return Seller(name=name, url=profile_url)
    return None


def _from_box(dom: Dom, beside: set[object]) -> str:  # noqa: PLR0912
    best, best_score = "", 0.0
    for block in dom.blocks:
        if len(block.text) > 80 or len(block.text) < 2:
            continue
        node = block.nodes[0] if block.nodes else block.node
        score = 0.0
        line: Node | None = node
        named = False
        for level in range(5):
            if line is None or line.tag in {"body", "html"}:
                break
            if _STRONG.search(line.sig):
                score = max(score, 3.0 - level * 0.4)
            elif _BOX.search(line.sig):
                score = max(score, 1.8 - level * 0.4)
            if level < 2 and _NAME.search(line.sig):
                named = True
            if line.tag in {"nav", "footer"}:
                score -= 3
            line = line.parent
        if score <= 0.6:
            continue
        if named:
            score += 1.0
        if node.tag in {"a", "strong", "b", "h2", "h3", "h4"}:
            score += 0.4
        name = clean_name(block.text)
        if not name or any(el in beside for el in (block.node.el, *block.node.el.iterancestors())):
            continue
        if score > best_score:
            best, best_score = name, score
    return best if best_score >= 1.6 else ""
