"""The hidden truth of the world by address: for tests and for judging what a crawl made of it. No page shows it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from osint.demo.records import Item, Truth
from osint.demo.world import Site, load


@dataclass(frozen=True, slots=True)
class Known:
    """What is true of one text. `url` without the port: `http://cho-troi.example/tin/1.html`."""

    url: str
    site: str
    kind: str
    """listing, thread, article or document"""
    language: str
    title: str
    truth: Truth
    seller: str
    """The actor behind the account: shared by the accounts of one seller; "" when nobody sells."""
    reachable: bool
    """False in a folder that robots.txt forbids, or on a host whose robots.txt cannot be read."""


@dataclass(frozen=True, slots=True)
class Expected:
    """An address that must not become a listing, and the skip reasons or page kinds that are right answers."""

    url: str
    what: str
    reasons: tuple[str, ...]


KINDS = {"forum": "thread", "news": "article", "documents": "document"}


def known() -> dict[str, Known]:
    """Every text of the world by its address without the port."""
    found: dict[str, Known] = {}
    for site in load().values():
        closed = {section.id for section in site.section if section.forbidden}
        for item in site.item:
            url = f"http://{site.host}{site.link(item)}"
            reachable = item.section not in closed and site.robots_status < 500
            language = item.language or site.language
            kind, seller = kind_of(site, item), actor(site, item)
            found[url] = Known(url, site.host, kind, language, item.title, item.truth, seller, reachable)
    return found


def kind_of(site: Site, item: Item) -> str:
    """What kind of text an item is."""
    return "document" if item.format != "page" else KINDS.get(site.words.get("kind", ""), "listing")


def actor(site: Site, item: Item) -> str:
    """Who sells: the actor of the account, else the account itself."""
    account = site.account(item)
    return "" if account is None else account.actor or f"{site.host}/{account.id}"


def offers() -> dict[str, tuple[str, ...]]:
    """Addresses of the relevant, reachable listings of each offer; one without a named offer is an offer of its own."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for url, one in known().items():
        if one.truth.relevant and one.reachable and one.kind in {"listing", "thread"}:
            groups[one.truth.offer or url].append(url)
    return {name: tuple(urls) for name, urls in groups.items()}


def sellers() -> dict[str, tuple[str, ...]]:
    """Addresses of the relevant, reachable listings of each seller."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for url, one in known().items():
        if one.truth.relevant and one.reachable and one.seller:
            groups[one.seller].append(url)
    return {name: tuple(urls) for name, urls in groups.items()}


def expected() -> tuple[Expected, ...]:
    """Every trap and every address that robots.txt closes, with what a crawl must say of it."""
    found = []
    for site in load().values():
        for trap in site.trap:
            path = trap.to if trap.kind == "link" else f"http://{site.host}{trap.path}"
            found.append(Expected(path, trap.kind, trap.expect))
        for one in known().values():
            if one.site == site.host and not one.reachable:
                reason = "robots-unavailable" if site.robots_status >= 500 else "robots"
                found.append(Expected(one.url, "forbidden", (reason,)))
    return tuple(found)


def changes() -> dict[str, str]:
    """What the second crawl must notice: address → gone, sold, or the new price."""
    return {
        f"http://{site.host}{site.link(item)}": item.second.state or item.second.price
        for site in load().values()
        for item in site.item
        if item.second.state or item.second.price
    }
