"""Names and values that stand beside each other: definition lists, two-column tables, "Label: value", label above value."""  # noqa: E501

from __future__ import annotations

from dataclasses import dataclass

from spiders.extract.dom import Block, Dom
from spiders.extract.words import bare, label

_LONGEST = 60
_LABEL_TAGS = frozenset({"dt", "th", "label", "b", "strong", "h2", "h3", "h4", "h5", "h6"})


@dataclass(frozen=True, slots=True)
class Pair:
    """One value and what names it. `keys`: what the name means (see words/), () when we do not know."""

    name: str
    keys: tuple[str, ...]
    value: str
    block: Block
    table: bool
    """It stands in a table or definition list."""


def pairs(dom: Dom) -> list[Pair]:
    """All pairs of a page, in page order."""
    found: list[Pair] = []
    blocks = dom.blocks
    for place, block in enumerate(blocks):
        following = blocks[place + 1] if place + 1 < len(blocks) else None
        text = block.text
        if len(text) <= _LONGEST:
            tag = block.node.tag
            if following is not None and _is_name(block, following):
                found.append(
                    Pair(text.strip(" :："), label(text), following.text, following, tag in {"dt", "th", "td"})
                )
                continue
            keys = label(text)
            if keys and following is not None and len(following.text) < 400 and not label(following.text):
                found.append(Pair(text.strip(" :："), keys, following.text, following, False))
                continue
        if len(text) <= 300 and (pair := _inside(block)):
            found.append(pair)
    return found


def _is_name(block: Block, following: Block) -> bool:
    tag, then = block.node.tag, following.node.tag
    if tag == "dt" and (then == "dd" or _under(following, "dd")):
        return True
    if tag in {"th", "td"} or _under(block, "th") or _under(block, "td"):
        cell, value = _cell(block), _cell(following)
        if cell is None or value is None or cell is value:
            return False
        row, other = cell.getparent(), value.getparent()
        if row is not other or row is None:
            return False
        cells = [one for one in row if one.tag in {"td", "th"}]
        return len(cells) == 2 and cells[0] is cell and (cells[0].tag == "th" or len(block.text) < 40)
    return False


def _cell(block: Block):  # type: ignore[no-untyped-def]
    node = block.node
    for _ in range(4):
        if node.tag in {"td", "th"}:
            return node.el
        if node.parent is None:
            return None
        node = node.parent
    return None


def _under(block: Block, tag: str) -> bool:
    node = block.node
    for _ in range(3):
        if node.tag == tag:
            return True
        if node.parent is None:
            return False
        node = node.parent
    return False


def _inside(block: Block) -> Pair | None:
    text = block.text
    for mark in (":", "："):
        at = text.find(mark, 1, _LONGEST)
        if at > 0 and text[at + 1 :].strip():
            keys = label(text[:at])
            if keys:
                return Pair(text[:at].strip(), keys, text[at + 1 :].strip(), block, False)
    # <b>Location</b> Hanoi: the name is the first piece of the run
    if len(block.parts) > 1:
        first = block.parts[0].strip()
        rest = " ".join("".join(block.parts[1:]).split()).lstrip(":： ")
        if 1 < len(first) <= _LONGEST and rest and (keys := label(first)):
            return Pair(first.strip(" :："), keys, rest, block, False)
    return None


def first(found: list[Pair], key: str) -> list[Pair]:
    """Pairs whose name means `key`, those of tables first."""
    return sorted((pair for pair in found if key in pair.keys), key=lambda pair: not pair.table)


def attribute_name(name: str) -> str:
    """A pair's name as the key of an attribute."""
    return bare(name)[:60]
