"""The links a page offers a crawler: by a profile's rules, by general rules where it has none."""

from __future__ import annotations

from collections.abc import Sequence

import regex
from lxml import etree

from spiders.extract import paging, tiles
from spiders.extract.anchors import Anchor
from spiders.extract.selected import NAMESPACES, SECONDS
from spiders.extract.texts import safe_join
from spiders.profile import Profile
from spiders.rules import LinkRule


def links_of(
    root: etree._Element, every: list[Anchor], profile: Profile, documents: tuple[str, ...], base: str
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """(items, next page, documents) by the profile's rules, by general rules where it has none."""
    addresses = [link.url for link in every]
    rules = profile.links
    items = (
        by_rules(rules.items, root, addresses, base, profile)
        if rules.items
        else _kept([tile.url for tile in tiles.items(tiles.groups(every), every)], profile)
    )
    following = (
        by_rules(rules.next, root, addresses, base, profile)
        if rules.next
        else _kept([paging.next_page(root, every, base)], profile)
    )
    papers = (
        by_rules(rules.documents, root, addresses, base, profile)
        if rules.documents
        else _kept(list(documents), profile)
    )
    return tuple(items), following[0] if following else "", tuple(papers)


def _kept(urls: Sequence[str], profile: Profile) -> list[str]:
    return [
        url
        for url in dict.fromkeys(urls)
        if url and not any(_matches(pattern, url) for pattern in profile.links.ignore)
    ]


def _matches(pattern: str, url: str) -> bool:
    try:
        return regex.search(pattern, url, timeout=SECONDS) is not None
    except TimeoutError:
        return False


def by_rules(
    rules: Sequence[LinkRule], root: etree._Element, every: list[str], base: str, profile: Profile
) -> list[str]:
    """Absolute addresses that the rules name, each once, without those the profile ignores."""
    found: list[str] = []
    for rule in rules:
        urls = every
        if rule.path:
            at = root.xpath(rule.path, namespaces=NAMESPACES)
            urls = []
            for node in at if isinstance(at, list) else [at]:
                if isinstance(node, etree._Element):
                    urls += [safe_join(base, one.get("href") or "") for one in node.iter("a", "area", "link")]
                else:
                    urls.append(safe_join(base, str(node)))
        found += [url for url in urls if url and (rule.regex is None or _matches(rule.regex, url))]
    return _kept(found, profile)
