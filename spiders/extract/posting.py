"""When an offer was put up: stated, labelled, in a `<time>`, or a date that stands alone beside the title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from spiders.extract import labels, offered, when
from spiders.extract.dom import Block, Dom, Node
from spiders.extract.marks import mark
from spiders.extract.structured import Thing
from spiders.extract.words import pattern

_BOX = mark("posting", "box")
_NOT = mark("posting", "not")
_RESIDUE = re.compile(r"[\d\s.,:/|()\-–•年月日]|(?:uhr|h|am|pm|utc|gmt)\b", re.I)


def posted_of(
    dom: Dom,
    stated: Sequence[Thing],
    extra: Thing | None,
    pairs: list[labels.Pair],
    now: datetime | None,
    beside: set[object],
    anchor: int | None,
) -> tuple[datetime | None, str]:
    """The moment and its origin; (None, "") when the page does not say."""
    for thing in stated[:40]:
        if (
            not thing.inside & {"itemlist", "listitem", "review", "comment"}
            and not thing.types & {"review", "comment", "userreview"}
            and (made := offered.posted(thing, now))
        ):
            return made, thing.origin
    for pair in labels.first(pairs, "posted"):
        if len(pair.value) < 80 and (made := when.parse(pair.value, now, dom.language)):
            return made, "rule"
    for name in ("article:published_time", "og:published_time", "date", "dc.date.issued", "datepublished"):
        if (value := dom.meta(name)) and (made := when.parse(value, now)):
            return made, "opengraph"
    if made := _in_time(dom, now, beside):
        return made, "rule"
    if made := _shown(dom, now, beside, anchor):
        return made, "rule"
    if extra is not None and (made := offered.posted(extra, now)):
        return made, "script"
    return None, ""


def _in_time(dom: Dom, now: datetime | None, beside: set[object]) -> datetime | None:
    for el in list(dom.root.iter("time"))[:10]:
        line = [el, *el.iterancestors()]
        marks = " ".join(f"{one.get('class') or ''} {one.get('id') or ''}" for one in line[:4])
        if _NOT.search(marks) or any(one in beside for one in line):
            continue
        if made := when.parse(el.get("datetime") or "", now) or when.parse("".join(el.itertext()), now, dom.language):
            return made
    return None


def _shown(dom: Dom, now: datetime | None, beside: set[object], anchor: int | None) -> datetime | None:
    best, best_score = None, 0.9
    for block in dom.blocks:
        text = block.text
        if not 3 < len(text) <= 70:
            continue
        score = _marks(block)
        found = pattern("posted").search(text.casefold()[:30])
        if found and found.start() <= 3:
            score += 2.5
        if (
            score < 0.5
            and not any(char.isdigit() for char in text)
            and not pattern("today", "yesterday").search(text.casefold())
        ):
            continue
        if anchor is not None:
            distance = abs(block.index - anchor)
            score += max(0.0, 1.0 - distance / 40)
        if len(_RESIDUE.sub("", text)) <= 12:  # hardly anything but the date
            score += 0.8
        if (
            score > best_score
            and not any(one in beside for one in block.node.el.iterancestors())
            and (made := when.parse(text, now, dom.language))
        ):
            best, best_score = made, score
    return best


def _marks(block: Block) -> float:
    score = 0.0
    line: Node | None = block.nodes[0] if block.nodes else block.node
    for level in range(3):
        if line is None or line.tag in {"body", "html"}:
            break
        if _NOT.search(line.sig):
            score -= 2
        elif _BOX.search(line.sig):
            score = max(score, 1.2 - 0.4 * level)
        line = line.parent
    return score
