"""The price asked now, among all the prices of a page: the old one, the neighbour's, the instalment, the postage."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from spiders.extract import money
from spiders.extract.dom import Block, Dom, Node
from spiders.extract.marks import mark
from spiders.extract.money import Setting
from spiders.extract.tiles import boiler
from spiders.extract.words import label, pattern
from spiders.items import Price

_PRICE = mark("prices", "price")
_NOW = mark("prices", "now")
_OLD = mark("prices", "old")
_OTHER = mark("prices", "other")
_CENTS = re.compile(r"cent|decimal|fraction|kopek|minor|pence", re.I)
_WORDY = re.compile(r"\s*[^\W\d_]{3,}")
_STRUCK = frozenset({"del", "s", "strike"})
_FIGURE = re.compile(r"\d")


@dataclass(slots=True)
class Candidate:
    """One price of the page and how likely it is the one asked."""

    amount: Decimal
    currency: str | None
    text: str
    score: float
    block: Block


def joined(block: Block) -> tuple[str, list[tuple[int, Node]]]:
    """The text of a block with the places where its nodes start; raised cents get their point."""
    text = ""
    starts: list[tuple[int, Node]] = []
    nodes = iter(block.nodes)
    for part in block.parts:
        if part == " ":
            text += part
            continue
        node = next(nodes)
        piece = part.strip()
        if (
            len(piece) == 2
            and piece.isdigit()
            and text
            and text.rstrip()[-1:].isdigit()
            and (node.tag == "sup" or _CENTS.search(node.sig) or (node.parent is not None and node.parent.tag == "sup"))
        ):
            text = text.rstrip() + "."
        starts.append((len(text), node))
        text += part
    return text, starts


def _node_at(starts: list[tuple[int, Node]], place: int) -> Node:
    found = starts[0][1]
    for start, node in starts:
        if start > place:
            break
        found = node
    return found


def candidates(
    dom: Dom, setting: Setting, title: str, beside: set[etree._Element], anchor: int | None
) -> list[Candidate]:
    """All prices of a page, best first.

    `beside`: boxes of other things (tiles of related offers). `anchor`: place of the title's block, None when not seen.
    """
    found: list[Candidate] = []
    title_numbers = set(re.findall(r"\d+(?:[.,]\d+)?", title))
    for place, block in enumerate(dom.blocks):
        if len(block.text) > 600 or not _FIGURE.search(block.text):
            continue
        raw, starts = joined(block)
        for one in money.find(raw, setting):
            node = _node_at(starts, (one.start + one.end) // 2)
            score = _score(dom, raw, place, node, one, anchor)
            if score is None:
                continue
            if any(ancestor in beside for ancestor in _line(node)):
                score -= 6
            shown = raw[one.start : one.end]
            if not one.signed and title_numbers.intersection(re.findall(r"\d+(?:[.,]\d+)?", shown)):
                score -= 2
            found.append(Candidate(one.amount, one.currency, " ".join(shown.split()), score, block))
    counts = Counter(one.amount for one in found)
    for candidate in found:
        candidate.score += min(counts[candidate.amount] - 1, 3) * 0.4
    found.sort(key=lambda one: -one.score)
    return found


def _line(node: Node | None) -> list[etree._Element]:
    line = []
    while node is not None:
        line.append(node.el)
        node = node.parent
    return line


def _score(dom: Dom, raw: str, place: int, node: Node, one: money.Money, anchor: int | None) -> float | None:  # noqa: PLR0912, PLR0915
    score = 2.0 if one.signed else -1.0
    priced = 0.0
    near: Node | None = node
    struck = False
    for level in range(5):
        if near is None or near.tag in {"body", "html"}:
            break
        sig = near.sig
        weight = 1.0 if level < 2 else 0.5
        if near.tag in _STRUCK:
            struck = True
        if sig:
            named = _PRICE.search(sig) is not None
            if named:
                priced = max(priced, 3.0 * weight)
                if _NOW.search(sig):
                    priced = max(priced, 4.0 * weight)
            if _OLD.search(sig) and (named or level == 0):
                score -= 3.5 * weight
            if _OTHER.search(sig):
                score -= 2.5 * weight
        if near.tag in {"h1", "h2", "h3", "h4"}:
            score += 0.7
        near = near.parent
    if (
        not one.signed
        and (priced < 3.0 or _WORDY.search(raw[one.end : one.end + 12]) or len(raw) > 60)
        and not _named_before(raw[: one.start])
    ):
        return None
    score += priced
    if struck:
        score -= 5
    if "line-through" in (node.el.get("style") or ""):
        score -= 5
    before = raw[max(0, one.start - 40) : one.start].casefold()
    after = raw[one.end : one.end + 25].casefold()
    if not before.strip() and place > 0 and len(dom.blocks[place - 1].text) <= 40:
        before = dom.blocks[place - 1].text.casefold()
    last = list(pattern("old_price", "price", "instalment").finditer(before))
    if last:
        word = last[-1].group()
        if pattern("old_price").fullmatch(word) or pattern("instalment").fullmatch(word):
            score -= 3
        else:
            score += 2
    if pattern("instalment").match(after.strip(" (*")) or re.match(
        r"\s*/\s*(?:m²|m2|qm|sqft|kg|100|l\b|st|mo|unit|day|week|tag|pcm)", after
    ):
        score -= 3
    if "%" in after[:3] or "%" in raw[one.start : one.end]:
        score -= 4
    if one.amount == 0:
        score -= 3
    if anchor is not None:
        distance = place - anchor
        score += 3.0 - min(distance, 60) / 15 if distance >= 0 else max(-1.5, 2.0 + distance / 10)
    else:
        score += 1.5 - min(place, 200) / 60
    if len(raw) > 120:
        score -= 1.5
    if boiler(node.el):
        score -= 1.0 if anchor is not None and abs(place - anchor) <= 12 else 3.0
    if node.anchor is not None:
        score -= 1.5
    return score


def _named_before(before: str) -> bool:
    folded = before.casefold().rstrip(" :：")
    return len(folded) < 30 and label(folded) == ("price",)


def stated(value: object, code: object, setting: Setting) -> Price | None:
    """A price of structured data: `price` may be a number, a text with or without sign; `code` its currency."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip()
    currency = money.currency_of(str(code), setting) if code else None
    if re.fullmatch(r"\d+(?:\.\d+)?", text):  # a machine's number: the point is decimal, whatever the language
        return Price(Decimal(text), currency, text)
    if re.fullmatch(r"\d+,\d{1,2}", text):
        return Price(Decimal(text.replace(",", ".")), currency, text)
    price = money.read(text, setting, currency)
    if price is None or price.amount is None:
        return None
    return Price(price.amount, currency or price.currency, text[:100])
