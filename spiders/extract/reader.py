"""One page in, all that is read from it out. Pure: no network, no clock; a page of any size and shape ends in bounded time."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from spiders.extract import articles, blocked, documents, forums, kinds, listing, maintext, paging, prices, results, scripts, structured, tiles, titles
from spiders.extract.anchors import DOCUMENTS, Anchor, anchors
from spiders.extract.decode import decode
from spiders.extract.dom import Dom
from spiders.extract.profiled import apply, links_of
from spiders.extract.setting import setting_of
from spiders.extract.titles import headings, title_of
from spiders.extract.tree import parse
from spiders.extract.things import main_offer
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
        return Reading("document", title=document.title, text=document.text, published=document.published, language=document.language, document=document, why=kind_of_file)
    host = urlsplit(page.address).hostname or ""
    source = decode(page.body, page.headers, host)
    root = parse(source)
    dom = Dom(root, page.address)
    if not dom.language and profile and len(profile.languages) == 1:
        dom.language = profile.languages[0]
    setting = setting_of(dom, profile.country if profile else "", profile.languages if profile else ())
    now = page.fetched_at
    found = structured.read(dom)
    links = anchors(root, dom.base)
    groups = tiles.groups(links)
    offer = main_offer(found, dom, headings(dom))
    title, _ = title_of(dom, [offer.text("name", "title", "headline")] if offer else [])
    if why := blocked.blocked(page, dom, source, data=bool(found) or bool(scripts.offer(root, [dom.title]) if dom.size < 400 else None)):
        return Reading("blocked", title=title, text=maintext.main_text(dom), language=dom.language, why=why)
    beside = listing.beside_of(groups, dom)
    anchor = titles.place_of(dom, title)
    items = tiles.items(groups, links)
    seen = prices.candidates(dom, setting, title, beside, anchor)
    if why := blocked.missing(page, dom, offers=offer is not None or bool(seen and seen[0].score > 6) or len(items) > 7):
        return Reading("missing", title=title, text=maintext.main_text(dom), language=dom.language, why=why)
    next_page = paging.next_page(root, links, dom.base)
    evidence = kinds.Evidence(dom, found, groups, items, _own_address(dom), bool(next_page), seen, offer, anchor)
    kind, why = kinds.kind_of(evidence)
    reading = Reading(kind, title=title, language=dom.language, why=why, text=maintext.main_text(dom, groups, items, kind, anchor))
    if kind == "listing":
        one = listing.read_listing(dom, found, groups, links, setting, now)
        reading = replace(reading, title=one.title, listing=one, published=one.posted)
    elif kind == "results":
        made = results.tiles_of(dom, items, setting, now)
        reading = replace(reading, tiles=made, links=tuple(item.url for item in items), next=next_page)
    elif kind == "forum":
        posts = tuple(forums.posts_of(dom, now))
        published = posts[0].posted if posts and posts[0].posted else articles.published_of(dom, found, now)
        reading = replace(reading, posts=posts, next=next_page, published=published)
    elif kind == "article":
        one_article = articles.read_article(dom, found, now, articles.body_of(root, page.address) or reading.text)
        reading = replace(reading, title=one_article.title, article=one_article, published=one_article.published, next=next_page)
    else:
        reading = replace(reading, published=articles.published_of(dom, found, now))
    return apply(reading, dom, page, profile, setting) if profile else reading


def _markup(body: bytes) -> bool:
    start = body[:2048].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<body", b"<div", b"<p", b"<table")) or b"<html" in start or b"<body" in start


def _own_address(dom: Dom) -> str:
    """The address that says most: a page saved without its path still names itself in its canonical link."""
    if urlsplit(dom.address).path.strip("/"):
        return dom.address
    for link in dom.root.iter("link"):
        if (link.get("rel") or "").lower() == "canonical" and link.get("href"):
            return dom.absolute(link.get("href") or "") or dom.address
    return dom.absolute(dom.meta("og:url")) or dom.address


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


def _base(root, address: str) -> str:  # type: ignore[no-untyped-def]
    from spiders.extract.dom import safe_join

    found = root.find(".//base[@href]")
    return (safe_join(address, found.get("href")) if found is not None else "") or address
