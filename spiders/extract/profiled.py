"""What a profile adds: selectors and JSON paths for the fields that general rules get wrong on one site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import regex
from lxml import etree

from spiders.extract import images, money, paging, structured, tiles, when
from spiders.extract.anchors import Anchor
from spiders.extract.dom import Dom, safe_join, text_of
from spiders.extract.money import Setting
from spiders.items import Article, Listing, Page, Post, Price, Reading, Seller
from spiders.profile import Data, Profile
from spiders.rules import LinkRule, Selector
from spiders.sources import functions

_NAMESPACES = {"re": "http://exslt.org/regular-expressions"}
_SECONDS = 0.05
"""Time one pattern of a profile may take on one text."""
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
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    missing: list[str] = []
    for data in profile.data:
        found = _record(dom.root, data)
        for name, path in data.fields.items():
            value = walk(found, path)
            if value not in (None, "", [], {}):
                values[name], origins[name] = _plainly(name, value, setting, now, dom), "script"
    for name, selector in profile.fields.items():
        value = select(dom.root, selector, dom, setting, now)
        if value not in (None, "", ()):
            values[name], origins[name] = value, "selector"
    for name, function in functions(profile).items():
        value = function(page)
        if value is not None:
            values[name], origins[name] = _plainly(name, value, setting, now, dom), "selector"
    wanted = {*profile.fields, *(name for data in profile.data for name in data.fields), *functions(profile)}
    relevant = _ARTICLE if reading.kind in {"article", "forum"} else _LISTING
    if reading.kind in {"listing", "article"}:
        missing = sorted(name for name in wanted & relevant if values.get(name) in (None, "", ()))
    reading = _results(reading, dom, profile, setting)
    if reading.listing is not None:
        attributes = dict(reading.listing.attributes)
        for name, selector in profile.attributes.items():
            value = select(dom.root, selector, dom, setting, now)
            if value not in (None, "", ()):
                attributes[name] = str(value)
        for data in profile.data:
            found = _record(dom.root, data)
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


def nodes(root: etree._Element, selector: Selector) -> list[Any]:
    """What a selector finds: elements or texts."""
    found = root.xpath(selector.path, namespaces=_NAMESPACES)
    return found if isinstance(found, list) else [found]


def select(root: etree._Element, selector: Selector, dom: Dom, setting: Setting, now: datetime | None) -> Any:
    """The value of a selector under `root`, read as it says; None when nothing is found."""
    found = nodes(root, selector)
    if selector.read == "present":
        return "yes" if found else None
    if selector.read == "images":
        urls = []
        for node in found:
            inside = (
                [node]
                if not isinstance(node, etree._Element) or node.tag == "img"
                else list(node.iter("img", "source", "a"))
            )
            urls += [
                images.of_element(one, dom) if isinstance(one, etree._Element) else dom.absolute(str(one))
                for one in inside
            ]
        return tuple(dict.fromkeys(url for url in urls if url and not images.junk(url))) or None
    texts = [text for node in found if (text := _text(node, selector, dom))]
    if not texts:
        return None
    text = "\n".join(texts) if selector.all else texts[0]
    if selector.regex:
        try:
            match = regex.search(selector.regex, text, timeout=_SECONDS)
        except TimeoutError:
            match = None
        if not match:
            return None
        text = (match.group(1) if match.re.groups else match.group()) or ""
    return _typed(text, selector.read, setting, now, dom)


def _text(node: Any, selector: Selector, dom: Dom) -> str:
    if not isinstance(node, etree._Element):
        return " ".join(str(node).split())
    if selector.read == "attribute":
        return (node.get(selector.attribute) or "").strip()
    if selector.read == "link":
        return dom.absolute(node.get("href") or node.get("src") or "")
    if selector.read == "date":
        return node.get("datetime") or node.get("content") or text_of(node)
    if node.tag == "meta":
        return (node.get("content") or "").strip()
    return text_of(node)


def _typed(text: str, reader: str, setting: Setting, now: datetime | None, dom: Dom) -> Any:
    if reader == "price":
        return money.read(text, setting)
    if reader == "number":
        found = money.read(text, setting)
        return str(found.amount) if found else None
    if reader == "date":
        return when.parse(text, now, setting.language, setting.country)
    return text


def _plainly(name: str, value: Any, setting: Setting, now: datetime | None, dom: Dom) -> Any:
    if name == "price":
        return money.read(structured.plain(value), setting)
    if name in {"posted", "published", "post_date"}:
        return when.parse(structured.plain(value), now, setting.language, setting.country)
    if name == "images":
        many = value if isinstance(value, (list, tuple)) else [value]
        return tuple(url for one in many if (url := dom.absolute(structured.plain(one))))
    if isinstance(value, (list, tuple)):
        return "\n".join(filter(None, (structured.plain(one) for one in value)))
    return structured.plain(value)


def _record(root: etree._Element, data: Data) -> Any:
    for node in nodes(root, data.script):
        text = "".join(node.itertext()) if isinstance(node, etree._Element) else str(node)
        if data.prefix:
            try:
                match = regex.search(data.prefix, text, timeout=_SECONDS)
            except TimeoutError:
                match = None
            if not match:
                continue
            text = text[match.end() :]
        text = text.strip().rstrip(";").strip()
        value = structured.loads(text)
        if value is None:  # data followed by further script
            from spiders.extract.scripts import leading

            value = leading(text)
        if value is not None:
            return value
    return None


def walk(value: Any, path: str) -> Any:
    """The value at a dotted path (`props.ads.0.title`); None where it leads nowhere."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and re.fullmatch(r"-?\d{1,6}", part):
            place = int(part)
            value = value[place] if -len(value) <= place < len(value) else None
        else:
            return None
    return value


def _results(reading: Reading, dom: Dom, profile: Profile, setting: Setting) -> Reading:
    for data in profile.data:
        records = walk(_record(dom.root, data), data.items) if data.items else None
        if not isinstance(records, list):
            continue
        made = []
        for record in records[:500]:
            got = {name: structured.plain(walk(record, path)) for name, path in data.item.items()}
            url = dom.absolute(got.get("url", ""))
            if url and got.get("title"):
                seller = Seller(name=got["seller"]) if got.get("seller") else None
                image = dom.absolute(got.get("image", ""))
                made.append(Listing(url=url, title=got["title"], external_id=got.get("external_id", ""), price=money.read(got.get("price", ""), setting),
                                    seller=seller, location=got.get("location", ""), images=(image,) if image else (), origins={"title": "script"}))  # fmt: skip
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
        wanted = set(_by(profile.links.items, dom.root, [link_url for link_url in reading.links], dom.base, profile))
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


def links_of(
    root: etree._Element, every: list[Anchor], profile: Profile, documents: tuple[str, ...], base: str
) -> tuple[tuple[str, ...], str, tuple[str, ...]]:
    """(items, next page, documents) by the profile's rules, by general rules where it has none."""
    addresses = [link.url for link in every]
    rules = profile.links
    items = (
        _by(rules.items, root, addresses, base, profile)
        if rules.items
        else _kept([tile.url for tile in tiles.items(tiles.groups(every), every)], profile)
    )
    following = (
        _by(rules.next, root, addresses, base, profile)
        if rules.next
        else _kept([paging.next_page(root, every, base)], profile)
    )
    papers = (
        _by(rules.documents, root, addresses, base, profile) if rules.documents else _kept(list(documents), profile)
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
        return regex.search(pattern, url, timeout=_SECONDS) is not None
    except TimeoutError:
        return False


def _by(rules: Sequence[LinkRule], root: etree._Element, every: list[str], base: str, profile: Profile) -> list[str]:
    found: list[str] = []
    for rule in rules:
        urls = every
        if rule.path:
            at = root.xpath(rule.path, namespaces=_NAMESPACES)
            urls = []
            for node in at if isinstance(at, list) else [at]:
                if isinstance(node, etree._Element):
                    urls += [safe_join(base, one.get("href") or "") for one in node.iter("a", "area", "link")]
                else:
                    urls.append(safe_join(base, str(node)))
        found += [url for url in urls if url and (rule.regex is None or _matches(rule.regex, url))]
    return _kept(found, profile)
