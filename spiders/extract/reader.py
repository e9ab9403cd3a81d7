"""One page in, all that is read from it out. Pure: no network, no clock; a page of any size and shape ends in bounded time."""  # noqa: E501

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from lxml import etree

from spiders.extract import (
    articles,
    blocked,
    documents,
    forums,
    kinds,
    listing,
    maintext,
    paging,
    results,
    tiles,
)
from spiders.extract.anchors import DOCUMENTS, Anchor, anchors
from spiders.extract.decode import decode
from spiders.extract.dom import Dom
from spiders.extract.followed import links_of
from spiders.extract.money import Setting
from spiders.extract.profiled import apply
from spiders.extract.setting import setting_of
from spiders.extract.sight import Sight, look
from spiders.extract.structured import Thing
from spiders.extract.texts import safe_join
from spiders.extract.tree import parse
from spiders.items import Page, Reading
from spiders.profile import Profile

VERSION = "1"
"""Raised when readings change: captures read by an older one are read again."""


def read(page: Page, profile: Profile | None = None) -> Reading:
    """Everything a page says: its kind, its text and the fields of that kind.

    Markup of any sort is read; DocumentError, with its reason, when the page is a file (PDF, DOCX ...) that is not.
    """
    kind_of_file = documents.sniff(page.body, page.media_type or page.headers.get("content-type", ""), page.address)
    if documents.is_document(kind_of_file) and not _markup(page.body):
        document = documents.read_document(page)
        return Reading(
            "document",
            title=document.title,
            text=document.text,
            published=document.published,
            language=document.language,
            document=document,
            why=kind_of_file,
        )
    source = decode(page.body, page.headers, urlsplit(page.address).hostname or "")
    dom = _shown(parse(source), page.address)
    if not dom.language and profile and len(profile.languages) == 1:
        dom.language = profile.languages[0]
    setting = setting_of(dom, profile.country if profile else "", profile.languages if profile else ())
    sight = look(dom, setting)
    if why := blocked.blocked(page, dom, source, data=sight.offer is not None or bool(sight.stored)):
        return Reading("blocked", title=sight.title, text=maintext.main_text(dom), language=dom.language, why=why)
    offers = sight.offer is not None or bool(sight.prices and sight.prices[0].score > 6) or len(sight.tiles) > 7
    if why := blocked.missing(page, dom, offers=offers or bool(sight.stored)):
        return Reading("missing", title=sight.title, text=maintext.main_text(dom), language=dom.language, why=why)
    reading = _fill(sight, dom, page, setting)
    return apply(reading, dom, page, profile, setting) if profile else reading


def _shown(root: etree._Element, address: str) -> Dom:
    """The page as it is seen; where all its text stands in `<noscript>` (Discourse forums), as seen without JavaScript."""  # noqa: E501
    dom = Dom(root, address)
    if dom.size < 600 and sum(map(len, dom.hidden_texts)) > max(400, 3 * dom.size):
        for el in list(root.iter("noscript")):
            el.tag = "div"
        dom = Dom(root, address)
    return dom


def _fill(sight: Sight, dom: Dom, page: Page, setting: Setting) -> Reading:
    """The fields that belong to the page's kind."""
    now = page.fetched_at
    kind, why = kinds.kind_of(sight)
    stored = sight.stored if isinstance(sight.stored, list) else []
    if len(stored) >= 3 and len(sight.tiles) < 3:
        kind, why = "results", f"a list of {len(stored)} things in its scripts"
    elif isinstance(sight.stored, Thing) and kind in {"other", "article", "results"} and len(sight.tiles) < 5:
        kind, why = "listing", "one thing on offer in its scripts"
    opinion = articles.body_of(dom.root, page.address) if kind == "article" else ""
    text = maintext.main_text(dom, sight.groups, sight.tiles, kind, sight.anchor, opinion)
    reading = Reading(kind, title=sight.title, language=dom.language, why=why, text=text)
    if kind == "listing":
        one = listing.read_listing(sight, setting, now)
        if one.origins.get("text") == "script":
            reading = replace(reading, text=f"{text}\n{one.text}")
        return replace(reading, title=one.title, listing=one, published=one.posted)
    if kind == "results":
        made = results.stored_tiles(stored, dom, setting, now) if len(sight.tiles) < 3 else ()
        made = made or results.tiles_of(dom, list(sight.tiles), setting, now)
        urls = tuple(tile.url for tile in sight.tiles) or tuple(dict.fromkeys(one.url for one in made))
        return replace(reading, tiles=made, links=urls, next=sight.next)
    if kind == "forum":
        posts = tuple(forums.posts_of(dom, now))
        published = posts[0].posted if posts and posts[0].posted else articles.published_of(dom, sight.things, now)
        return replace(reading, posts=posts, next=sight.next, published=published)
    if kind == "article":
        article = articles.read_article(dom, sight.things, now, text)
        return replace(reading, title=article.title, article=article, published=article.published, next=sight.next)
    return replace(reading, published=articles.published_of(dom, sight.things, now))


def _markup(body: bytes) -> bool:
    start = body[:2048].lstrip().lower()
    return (
        start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<div", b"<p", b"<table"))
        or b"<html" in start
        or b"<body" in start
    )


def links(page: Page, profile: Profile | None = None) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """(items, next page, documents) of a page, absolute, for the crawler's loop: parsed once, nothing read in full."""
    root = parse(decode(page.body, page.headers, urlsplit(page.address).hostname or ""))
    base = _base(root, page.address)
    every = anchors(root, base)
    documents = tuple(dict.fromkeys(link.url for link in every if DOCUMENTS.search(urlsplit(link.url).path)))
    if profile is not None:
        return links_of(root, every, profile, documents, base)
    return items_of(every), paging.next_page(root, every, base), documents


def items_of(every: list[Anchor]) -> tuple[str, ...]:
    """Addresses of the items of a results page, each once, in page order."""
    return tuple(item.url for item in tiles.items(tiles.groups(every), every))


def _base(root: etree._Element, address: str) -> str:
    found = root.find(".//base[@href]")
    return (safe_join(address, found.get("href") or "") if found is not None else "") or address
