"""News and blog texts: trafilatura for the body, the page's own data for the rest."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from datetime import datetime

from htmldate import find_date
from lxml import etree
from trafilatura import extract as trafilatura_extract

from spiders.extract import when
from spiders.extract.dom import Dom, Node
from spiders.extract.images import junk
from spiders.extract.marks import mark
from spiders.extract.structured import Thing, plain
from spiders.extract.texts import urlsplit_safe
from spiders.extract.things import ARTICLES
from spiders.extract.titles import title_of
from spiders.items import Article

_DATE_METAS = (
    "article:published_time", "datepublished", "og:published_time", "og:article:published_time", "pubdate", "publishdate", "publish_date",  # noqa: E501
    "publish-date", "date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.date", "dcterms.issued", "parsely-pub-date",  # noqa: E501
    "sailthru.date", "article.published", "published-date", "publication_date", "publicationdate", "citation_publication_date", "citation_date",  # noqa: E501
    "cxenseparse:recs:publishtime", "rnews:datepublished", "article_date_original", "date_published", "created", "og:pubdate", "bt:pubdate", "displaydate", "release_date", "weibo:article:create_at",  # noqa: E501
)  # fmt: skip
_DATE_BOX = mark("articles", "date_box")
_NOT_DATE_BOX = mark("articles", "not_date_box")
_URL_DATE = mark("articles", "url_date", ignore_case=False)
_AUTHOR_METAS = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "citation_author",
    "twitter:creator",
)
_BY = re.compile(
    r"^(?:by|von|par|por|di|door|av|af|oleh|bởi|от|автор|tác giả|penulis|作者|記者|记者|文)\s*[:：]?\s+", re.I
)


def article_thing(things: Sequence[Thing]) -> Thing | None:
    """The record of the article itself: the one with the longest body or headline that stands outside lists."""
    found = [
        thing
        for thing in things
        if thing.types & ARTICLES
        and not thing.inside & {"itemlist", "listitem"}
        and thing.get("headline", "name", "articleBody", "datePublished")
    ]
    return max(
        found,
        key=lambda thing: (len(thing.text("articleBody")), bool(thing.get("datePublished")), len(thing.data)),
        default=None,
    )


def body_of(root: etree._Element, address: str) -> str:
    """The body text as trafilatura's quick mode sees it, "" when it sees none: the second opinion of maintext.py."""
    try:
        found = trafilatura_extract(
            copy.deepcopy(root),  # type: ignore[arg-type]
            url=address or None,
            include_comments=False,
            fast=True,
            include_tables=True,
            with_metadata=False,
        )
    except (ValueError, TypeError, AttributeError, IndexError, KeyError, RecursionError, etree.LxmlError):
        return ""
    return found or ""


def read_article(dom: Dom, things: Sequence[Thing], now: datetime | None, body: str) -> Article:
    """The article of a page whose body is known."""
    thing = article_thing(things)
    title, _ = title_of(dom, [thing.text("headline", "name")] if thing else [])
    images = [dom.absolute(url) for url in dom.metas.get("og:image", [])]
    return Article(
        title=title,
        text=body,
        author=author_of(dom, thing),
        published=published_of(dom, things, now),
        outlet=outlet_of(dom, thing),
        language=dom.language,
        images=tuple(url for url in dict.fromkeys(images) if url and not junk(url)),
    )


def outlet_of(dom: Dom, thing: Thing | None) -> str:
    """Who published: the publisher of the record, the site's name, else its host."""
    publisher = plain(thing.get("publisher")) if thing else ""
    return (
        (publisher if not publisher.startswith("http") else "")
        or dom.meta("og:site_name", "application-name", "dc.publisher")
        or dom.host
    )


def author_of(dom: Dom, thing: Thing | None) -> str:
    """The writer, "" when the page names none; several are parted by commas."""
    if thing is not None:
        value = thing.get("author", "creator")
        names = [plain(one) for one in (value if isinstance(value, list) else [value]) if one]
        names = [
            name.replace("\n", " ")
            for name in dict.fromkeys(names)
            if name and not name.startswith("http") and len(name) < 100
        ]
        if names:
            return ", ".join(names[:6])
    for name in _AUTHOR_METAS:
        for value in dom.metas.get(name, []):
            if not value.startswith(("http", "@")) and 1 < len(value) < 100:
                return value
    for el in dom.root.xpath(
        "//*[@rel='author' or @itemprop='author' or contains(@class,'author') or contains(@class,'byline')]"
    )[:12]:
        text = _BY.sub("", " ".join(" ".join(el.itertext()).split()))
        if 3 < len(text) < 60 and not any(char.isdigit() for char in text) and text.count(" ") < 6:
            return text
    return ""


def published_of(dom: Dom, things: Sequence[Thing], now: datetime | None) -> datetime | None:
    """When the text was published: records, metadata, `<time>` and date boxes beside the title, the address; else htmldate."""  # noqa: E501
    dated = [
        thing
        for thing in things
        if thing.get("datePublished", "uploadDate", "datePosted", "dateCreated")
        and not thing.inside & {"itemlist", "listitem", "comment"}
        and "comment" not in thing.types
    ]
    dated.sort(key=lambda thing: not thing.types & ARTICLES)
    for thing in dated[:5]:
        if made := when.parse(thing.text("datePublished", "datePosted", "uploadDate", "dateCreated"), now):
            return made
    for name in _DATE_METAS:
        for value in dom.metas.get(name, [])[:1]:
            if made := when.parse(value, now, dom.language):
                return made
    for el in list(dom.root.iter("time"))[:15]:
        if any(
            _NOT_DATE_BOX.search(f"{one.get('class') or ''} {one.get('id') or ''}")
            for one in (el, *el.iterancestors())
            if one.tag not in {"body", "html"}
        ):
            continue
        if made := when.parse(el.get("datetime") or "", now) or when.parse(
            " ".join("".join(el.itertext()).split()), now, dom.language
        ):
            return made
    if found := _URL_DATE.search(urlsplit_safe(dom.address).path + "?" + urlsplit_safe(dom.address).query):
        digits = [one for one in found.groups() if one]
        if made := when.parse("-".join(digits[:3]), now):
            return made
    return _shown(dom, now) or _guessed(dom, now)


def _guessed(dom: Dom, now: datetime | None) -> datetime | None:
    """What htmldate's quick mode makes of the page (the other takes 50-900 ms), where nothing else says a date."""
    try:
        found = find_date(copy.deepcopy(dom.root), extensive_search=False, original_date=True, url=dom.address)  # type: ignore[arg-type]
    except (ValueError, TypeError, AttributeError, OverflowError, etree.LxmlError):
        return None
    return when.parse(found, now, loose=False) if found else None


def _shown(dom: Dom, now: datetime | None) -> datetime | None:
    best, best_score = None, 0.0
    for block in dom.blocks:
        if len(block.text) > 120 or not any(char.isdigit() for char in block.text):
            continue
        node = block.nodes[0] if block.nodes else block.node
        score = 0.0
        line: Node | None = node
        for level in range(3):
            if line is None or line.tag in {"body", "html"}:
                break
            if _DATE_BOX.search(line.sig):
                score = max(score, 2.0 - 0.4 * level)
            if _NOT_DATE_BOX.search(line.sig):
                score -= 2.0
            line = line.parent
        if score <= 0:
            continue
        score -= min(block.index, 200) / 200
        if score > best_score and (made := when.parse(block.text, now, dom.language)):
            best, best_score = made, score
    return best
