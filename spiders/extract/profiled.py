"""What a profile adds: selectors and JSON paths for the fields that general rules get wrong on one site."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from lxml import etree

from spiders.extract import money, structured
from spiders.extract.dom import Dom
from spiders.extract.followed import by_rules
from spiders.extract.money import Setting
from spiders.extract.selected import nodes, plainly, record, select, walk
from spiders.extract.texts import text_of
from spiders.items import Article, Listing, Page, Post, Price, Reading, Seller
from spiders.profile import Profile
from spiders.sources import functions

_LISTING = frozenset(
    {
        "title",
        "text",
        "external_id",
        "price",
        "seller",
        "seller_id",
        "seller_url",
        "seller_text",
        "location",
        "posted",
        "images",
        "availability",
    }
)
_ARTICLE = frozenset({"title", "text", "author", "published", "outlet", "images"})
_STRUCTURED = frozenset({"json-ld", "microdata"})


def apply(reading: Reading, dom: Dom, page: Page, profile: Profile, setting: Setting) -> Reading:
    """The reading with the profile's fields. What a profile's selector finds replaces what rules found; structured data
    stays, except where the profile names the very field: it was written because that field was wrong."""
    now = page.fetched_at
    values, origins = _values(dom, page, profile, setting)
    wanted = {*profile.fields, *(name for data in profile.data for name in data.fields), *functions(profile)}
    relevant = _ARTICLE if reading.kind in {"article", "forum"} else _LISTING
    missing: list[str] = []
    if reading.kind in {"listing", "article"}:
        missing = sorted(name for name in wanted & relevant if values.get(name) in (None, "", ()))
    if profile.kind == "market" and reading.kind in {"other", "article"} and values.get("title") and len(values) > 1:
        reading = replace(
            reading, kind="listing", listing=Listing(url=dom.address), article=None, why="fields named by the profile"
        )
    reading = _results(reading, dom, profile, setting)
    if reading.listing is not None:
        attributes = dict(reading.listing.attributes)
        for name, selector in profile.attributes.items():
            value = select(dom.root, selector, dom, setting, now)
            if value not in (None, "", ()):
                attributes[name] = str(value)
        for data in profile.data:
            found = record(dom.root, data)
            for name, path in data.attributes.items():
                if text := structured.plain(walk(found, path)):
                    attributes[name] = text
        listing = _listing(reading.listing, values, origins)
        reading = replace(
            reading, listing=replace(listing, attributes=attributes), title=listing.title, published=listing.posted
        )
    elif reading.article is not None:
        article = _article(reading.article, values)
        reading = replace(reading, article=article, title=article.title, text=article.text, published=article.published)
    if "post" in profile.fields and reading.kind in {"forum", "other", "article"}:
        posts = _posts(dom, profile, setting, now)
        if posts:
            reading = replace(
                reading,
                kind="forum",
                posts=posts,
                text="\n".join(post.text for post in posts),
                article=None,
                why="posts named by the profile",
            )
    return replace(reading, missing=tuple(missing))


def _values(dom: Dom, page: Page, profile: Profile, setting: Setting) -> tuple[dict[str, Any], dict[str, str]]:
    """What the profile finds, by field, and where each came from: data first, then selectors, then its functions."""
    now = page.fetched_at
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}

    def put(name: str, value: object, origin: str) -> None:
        if value not in (None, "", (), [], {}):
            values[name], origins[name] = value, origin

    for data in profile.data:
        found = record(dom.root, data)
        for field, path in data.fields.items():
            put(field, plainly(field, walk(found, path), setting, now, dom), "script")
    for field, selector in profile.fields.items():
        put(field, select(dom.root, selector, dom, setting, now), "selector")
    for name, function in functions(profile).items():
        value = function(page)
        if value is not None:
            put(name, plainly(name, value, setting, now, dom), "selector")
    return values, origins


def _listing(one: Listing, values: dict[str, Any], origins: dict[str, str]) -> Listing:
    changes: dict[str, Any] = {}
    for name in ("title", "text", "external_id", "location", "availability"):
        if isinstance(values.get(name), str):
            changes[name] = values[name]
    if isinstance(values.get("price"), Price):
        price = values["price"]
        changes["price"] = (
            price if price.currency else replace(price, currency=one.price.currency if one.price else None)
        )
    if isinstance(values.get("posted"), datetime):
        changes["posted"] = values["posted"]
    if isinstance(values.get("images"), tuple):
        changes["images"] = values["images"]
    about = {
        field: str(values[name])
        for name, field in (("seller", "name"), ("seller_id", "id"), ("seller_url", "url"), ("seller_text", "text"))
        if values.get(name)
    }
    if about:
        changes["seller"] = replace(one.seller or Seller(), **about)
    used = {name: origin for name, origin in origins.items() if name in changes or name.startswith("seller")}
    return replace(one, **changes, origins={**one.origins, **used})


def _article(one: Article, values: dict[str, Any]) -> Article:
    changes: dict[str, Any] = {
        name: values[name] for name in ("title", "text", "author", "outlet") if isinstance(values.get(name), str)
    }
    if isinstance(values.get("published"), datetime):
        changes["published"] = values["published"]
    if isinstance(values.get("images"), tuple):
        changes["images"] = values["images"]
    return replace(one, **changes)


def _results(reading: Reading, dom: Dom, profile: Profile, setting: Setting) -> Reading:
    for data in profile.data:
        records = walk(record(dom.root, data), data.items) if data.items else None
        if not isinstance(records, list):
            continue
        made = []
        for row in records[:500]:
            got = {name: structured.plain(walk(row, path)) for name, path in data.item.items()}
            url = dom.absolute(got.get("url", ""))
            if url and got.get("title"):
                seller = Seller(name=got["seller"]) if got.get("seller") else None
                image = dom.absolute(got.get("image", ""))
                made.append(Listing(url=url, title=got["title"], external_id=got.get("external_id", ""), price=money.read(got.get("price", ""), setting),  # noqa: E501
                                    seller=seller, location=got.get("location", ""), images=(image,) if image else (), origins={"title": "script"}))  # fmt: skip  # noqa: E501
        if made:
            return replace(
                reading,
                kind="results",
                tiles=tuple(made),
                links=tuple(dict.fromkeys(one.url for one in made)),
                listing=None,
                article=None,
                why="items named by the profile",
            )
    if profile.links.items and reading.kind == "results":
        wanted = set(by_rules(profile.links.items, dom.root, list(reading.links), dom.base, profile))
        if wanted:
            kept = tuple(one for one in reading.tiles if one.url in wanted)
            return replace(reading, links=tuple(wanted), tiles=kept or reading.tiles)
    return reading


def _posts(dom: Dom, profile: Profile, setting: Setting, now: datetime | None) -> tuple[Post, ...]:
    made = []
    for node in nodes(dom.root, profile.fields["post"]):
        if not isinstance(node, etree._Element):
            continue
        got = {
            name: select(node, profile.fields[name], dom, setting, now)
            for name in ("post_author", "post_date", "post_text")
            if name in profile.fields
        }
        text = str(got.get("post_text") or text_of(node))
        posted = got.get("post_date")
        made.append(
            Post(
                text=text,
                author=str(got.get("post_author") or ""),
                posted=posted if isinstance(posted, datetime) else None,
            )
        )
    return tuple(made)
