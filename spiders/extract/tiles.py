"""Results pages: the repeated boxes that each offer one thing, found by their likeness and by what their links share."""  # noqa: E501

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from lxml import etree

from spiders.extract.anchors import Anchor, Shape, fit, shapes
from spiders.extract.marks import mark

_DIGITS = re.compile(r"\d+")
_BOILER = mark("tiles", "boiler")
_RELATED = mark("tiles", "related")
_PRICE = mark("tiles", "price")
_LEVELS = 9


@dataclass(slots=True)
class Tile:
    """One box of a results page and the address it leads to."""

    el: etree._Element
    url: str
    key: str


@dataclass(slots=True)
class Group:
    """Boxes that look alike. `priced`, `pictured`: share of them with a price or a picture; `length`: median characters."""  # noqa: E501

    tiles: list[Tile]
    score: float
    priced: float
    pictured: float
    length: int
    related: bool
    """They stand in a part of the page that shows things beside its own."""
    shape: Shape | None = None


def _sig(el: etree._Element) -> str:
    classes = (el.get("class") or "").split()
    return f"{el.tag!s}.{_DIGITS.sub('', classes[0]).lower() if classes else ''}"


def boiler(el: etree._Element, known: dict[etree._Element, bool] | None = None) -> bool:
    """Is the element part of navigation, header, footer or filters? `known` carries answers from call to call."""
    answers = {} if known is None else known
    line: list[etree._Element] = []
    found = False
    one: etree._Element | None = el
    while one is not None:
        answer = answers.get(one)
        if answer is not None:
            found = answer
            break
        line.append(one)
        one = one.getparent()
    for one in reversed(line):
        found = found or _own_boiler(one)
        answers[one] = found
    return found


def _own_boiler(el: etree._Element) -> bool:
    if el.tag in {"nav", "footer", "header"} and _PRICE.search("".join(el.itertext())[:4000]) is None:
        return True
    mark = f"{el.get('class') or ''} {el.get('id') or ''} {el.get('role') or ''}"
    return len(mark) > 2 and el.tag not in {"body", "html", "main"} and _BOILER.search(mark) is not None


def groups(links: list[Anchor]) -> list[Group]:
    """Sets of like boxes, best first. A box is the largest element that repeats and holds one thing."""
    levels: dict[tuple[str, str, int], dict[etree._Element, list[Anchor]]] = {}
    sigs: dict[etree._Element, str] = {}
    fitting = [link for link in links if fit(link.url)]
    known: dict[etree._Element, bool] = {}
    outside = [link for link in fitting if not boiler(link.el, known)]
    # Menus hold most links of many pages; they are looked at only where hardly anything else is there.
    usable = outside if len(outside) >= 12 else fitting
    for link in usable:
        el = link.el
        for level in range(_LEVELS):
            parent = el.getparent()
            if parent is None or el.tag in {"body", "html"}:
                break
            own = sigs.get(el) or sigs.setdefault(el, _sig(el))
            above = sigs.get(parent) or sigs.setdefault(parent, _sig(parent))
            levels.setdefault((above, own, level), {}).setdefault(el, []).append(link)
            el = parent
    merged: dict[tuple[str, str], dict[etree._Element, list[Anchor]]] = {}
    for (above, own, _), members in levels.items():
        if len(members) > 1:
            into = merged.setdefault((above, own), {})
            for el, inside in members.items():
                into.setdefault(el, []).extend(inside)
    rough = []
    for members in merged.values():
        keys = {inside[0].key for inside in members.values()}
        if len(keys) >= 3:
            rough.append((len(keys), members))
    rough.sort(key=lambda one: -one[0])
    found = [group for _, members in rough[:30] if (group := _group(members)) is not None]
    found.sort(key=lambda one: -one.score)
    return found


def _group(members: dict[etree._Element, list[Anchor]]) -> Group | None:
    common = Counter(link.key for inside in members.values() for link in {one.key: one for one in inside}.values())
    tiles: list[Tile] = []
    seen: set[str] = set()
    lengths, priced, pictured, crowded = [], 0, 0, 0
    candidates: dict[etree._Element, list[Anchor]] = {}
    for el, inside in members.items():
        # A link that many boxes share (a seller, a category) is not what a box is about.
        own = [link for link in inside if common[link.key] <= max(2, len(members) // 4)]
        if own:
            candidates[el] = own
    if len(candidates) < 3:
        return None
    likely = shapes(link.key for inside in candidates.values() for link in inside[:1]) or shapes(
        link.key for inside in candidates.values() for link in inside
    )
    for el, inside in candidates.items():
        fitting = [link for link in inside if likely and likely[0].fits(link.key)] or inside
        distinct = {link.key for link in fitting}
        crowded += len(distinct) > 2
        best = fitting[0]
        if best.key in seen:
            continue
        seen.add(best.key)
        tiles.append(Tile(el, best.url, best.key))
        text = " ".join(" ".join(el.itertext()).split())
        lengths.append(len(text))
        priced += bool(_PRICE.search(text) and any(char.isdigit() for char in text))
        pictured += el.find(".//img") is not None or el.find(".//picture") is not None
    count = len(tiles)
    if count < 3 or crowded > 0.4 * count:
        return None
    length = sorted(lengths)[count // 2]
    if length < 8 and not pictured > count * 0.6:
        return None
    first = tiles[0].el
    marks = " ".join(
        f"{one.get('class') or ''} {one.get('id') or ''}"
        for one in (first, *first.iterancestors())
        if one.tag not in {"body", "html"}
    )
    related = bool(_RELATED.search(marks))
    worth = 0.3 + 2.0 * priced / count + 0.8 * pictured / count + min(length, 240) / 200
    score = min(count, 60) ** 0.8 * worth * (0.15 if boiler(first) else 1.0) * (0.5 if related else 1.0)
    return Group(tiles, score, priced / count, pictured / count, length, related, likely[0] if likely else None)


def items(found: list[Group], links: list[Anchor]) -> list[Tile]:
    """The boxes of a results page: those of the best group and of others that lead to the same kind of address."""
    if not found:
        return []
    best = found[0]
    known = {tile.key: tile for tile in best.tiles}
    wanted = [shape for shape in shapes(tile.key for tile in best.tiles) if shape.strong]
    for group in found[1:]:
        for tile in group.tiles:
            if tile.key not in known and any(shape.fits(tile.key) for shape in wanted):
                known[tile.key] = tile
    for link in links:
        if link.key not in known and any(shape.fits(link.key) for shape in wanted) and fit(link.url):
            known[link.key] = Tile(link.el, link.url, link.key)
    if wanted:  # the odd one out in a good set is an advert or a category
        fitting = {key: tile for key, tile in known.items() if any(shape.fits(key) for shape in wanted)}
        if len(fitting) >= 0.6 * len(known):
            known = fitting
    order = {link.key: place for place, link in reversed(list(enumerate(links)))}
    return sorted(known.values(), key=lambda tile: order.get(tile.key, 1 << 30))
