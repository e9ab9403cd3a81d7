"""A page as seen before anything is decided: its data, links, boxes, title and prices, each found once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from spiders.extract import kinds, paging, prices, scripts, structured, things, tiles, titles
from spiders.extract.anchors import Anchor, anchors
from spiders.extract.dom import Dom
from spiders.extract.money import Setting
from spiders.extract.tiles import Group


@dataclass(slots=True, kw_only=True)
class Sight(kinds.Evidence):
    """The evidence of a page's kind with what its reading needs besides."""

    title: str = ""
    origin: str = ""
    """Where the title came from."""
    beside: set[Any] = field(default_factory=set)
    """Boxes of other offers on a page that may be about one."""
    links: list[Anchor] = field(default_factory=list)
    next: str = ""
    stored: object = None
    """What a page without text keeps in its scripts: a list of records, or one thing."""


THIN = 1500
"""Characters of text below which a page's own scripts are asked what it is about; parsing them is dear."""


def look(dom: Dom, setting: Setting) -> Sight:
    """What the kind of a page is decided on."""
    found = structured.read(dom)
    links = anchors(dom.root, dom.base)
    groups = tiles.groups(links)
    offer = things.main_offer(found, dom, titles.headings(dom))
    title, origin = titles.title_of(dom, [offer.text("name", "title", "headline")] if offer else [])
    anchor = titles.place_of(dom, title)
    beside = beside_of(groups, dom)
    seen = prices.candidates(dom, setting, title, beside, anchor)
    stored: object = None
    if dom.size < THIN and offer is None:
        stored = scripts.lists(dom.root) or scripts.offer(dom.root, [title, dom.title])
    next_page = paging.next_page(dom.root, links, dom.base)
    return Sight(
        dom=dom, things=found, groups=groups, tiles=tiles.items(groups, links), address=_own_address(dom), has_next=bool(next_page),  # noqa: E501
        prices=seen, offer=offer, anchor=anchor, title=title, origin=origin, beside=beside, links=links, next=next_page, stored=stored,  # noqa: E501
    )  # fmt: skip


def beside_of(groups: Sequence[Group], dom: Dom) -> set[Any]:
    """Boxes of other offers on a page that is about one: their prices, sellers and pictures are not its own."""
    found: set[etree._Element] = set()
    for group in groups:
        if len(group.tiles) >= 3 and (
            group.related or group.pictured > 0.5 or (group.priced > 0.5 and len(group.tiles) >= 8)
        ):
            found.update(tile.el for tile in group.tiles)
    titles_at = set(dom.root.iter("h1"))
    # A box that holds the page's own title is no neighbour.
    return {el for el in found if not any(one in titles_at for one in el.iter("h1"))}


def _own_address(dom: Dom) -> str:
    """The address that says most: a page saved without its path still names itself in its canonical link."""
    if urlsplit(dom.address).path.strip("/"):
        return dom.address
    for link in dom.root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            return dom.absolute(link.get("href") or "") or dom.address
    return dom.absolute(dom.meta("og:url")) or dom.address
