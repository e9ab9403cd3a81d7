"""Where a page leads: items, the next page, further pages of results, documents. Light enough for the crawling process.

A profile's rules decide where it has any; where it has none, `spiders.extract` does by general rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import regex
from lxml import etree, html

from spiders.items import Page
from spiders.profile import Profile
from spiders.rules import LinkRule
from spiders.sections import sections

_DOCUMENT = re.compile(r"\.(pdf|docx?|odt|rtf|xlsx?|ods|csv|pptx?|odp|eml|msg|epub|zip)$", re.IGNORECASE)
_REGEX_SECONDS = 0.05
"""Time one pattern of a profile may take on one address."""
_SHELL_LINKS = 5
_REFRESH = re.compile(r"^\s*\d+(?:\.\d*)?\s*[;,]\s*(?:url\s*=)?\s*['\"]?([^'\"]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Links:
    """Absolute addresses, each once, in page order."""

    items: tuple[str, ...] = ()
    next: str = ""
    results: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    refresh: str = ""
    """Where a meta refresh leads."""
    shell: bool = False
    """The page is an empty frame that only JavaScript would fill."""


def parse(page: Page) -> html.HtmlElement | None:
    """The page's tree, None when it is no HTML. Links are ASCII, so the charset need not be known to find them."""
    if not page.body or not is_html(page):
        return None
    try:
        parser = html.HTMLParser(encoding=_charset(page), huge_tree=False, no_network=True)
        return html.document_fromstring(page.body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError):
        return None


def is_html(page: Page) -> bool:
    """By what it is declared, else by its first bytes."""
    declared = (page.media_type or page.headers.get("content-type", "")).split(";")[0].strip().lower()
    if declared in {"text/html", "application/xhtml+xml"}:
        return True
    start = page.body[:1024].lstrip().lower()
    return declared in {"", "text/plain", "application/octet-stream"} and start.startswith((b"<!doctype", b"<html"))


def _charset(page: Page) -> str | None:
    found = re.search(r"charset=[\"']?([\w.:-]+)", page.headers.get("content-type", ""), re.IGNORECASE)
    if found is None:
        declared = re.search(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w.:-]+)", page.body[:16384], re.IGNORECASE)
        name = declared[1].decode("ascii") if declared else "utf-8"
    else:
        name = found[1]
    try:
        return name if "".encode(name) == b"" else None
    except LookupError:
        return None


def find(page: Page, profile: Profile, role: str = "results", explore: bool = False) -> Links:
    """Where a page leads: by the profile's rules, by general rules for what the profile says nothing of.

    `explore`: the site is known by its start page alone, so sections are followed, and items may turn out to be some.

    Most pages are items that lead nowhere: they are only looked through for a meta refresh and an empty frame, without
    being parsed (0.1 instead of 3 ms for 67 KB).
    """
    if not page.body or not is_html(page):
        return Links()
    rules = profile.links
    leads = explore or role == "results" or profile.kind in {"documents", "forum"} or bool(rules.documents)
    if not leads and not _suspicious(page, profile):
        return Links()
    tree = parse(page)
    if tree is None:
        return Links()
    refresh, shell = _refresh(tree, page.address), is_shell(tree)
    if not leads or refresh:
        return Links(refresh=refresh, shell=shell)
    base = _base(tree, page.address)
    ignore = [regex.compile(pattern) for pattern in rules.ignore]
    every = list(_addresses(tree.iter("a", "area"), base))
    items = _by(rules.items, tree, every, base, ignore)
    following = _by(rules.next, tree, every, base, ignore)
    documents = _by(rules.documents, tree, every, base, ignore) if rules.documents else _documents(every, ignore)
    if not shell and not (rules.items and rules.next):
        found, further = _general(page)
        if not rules.items and (role == "results" or explore) and profile.kind != "documents":
            items = tuple(url for url in found if not any(_matches(pattern, url) for pattern in ignore))
        if not rules.next and not any(_matches(pattern, further) for pattern in ignore):
            following = (further,)
    results = _by(rules.results, tree, every, base, ignore)
    if explore and role == "results" and not shell:
        own = (url for url in every if not any(_matches(pattern, url) for pattern in ignore))
        results = sections(own, page.address, {*items, *documents, *following})
    return Links(
        items=items,
        next=next((url for url in following if url and url != page.address), ""),
        results=results,
        documents=documents,
        shell=shell,
    )


def _suspicious(page: Page, profile: Profile) -> bool:
    head = page.body[:16384].lower()
    if b"http-equiv" in head and b"refresh" in head:
        return True
    return profile.browser == "auto" and page.by != "browser" and page.body.count(b"<a ") <= _SHELL_LINKS


def _general(page: Page) -> tuple[tuple[str, ...], str]:
    from spiders.extract import links as general  # noqa: PLC0415 - 0.6 s of imports that a profile with rules need not pay

    items, following, _ = general(page)
    return items, following


def _base(tree: html.HtmlElement, address: str) -> str:
    base = next((node.get("href") or "" for node in tree.iter("base") if node.get("href")), "")
    try:
        return urljoin(address, base.strip())
    except ValueError:
        return address


def is_shell(tree: html.HtmlElement) -> bool:
    """An empty frame for JavaScript: scripts, hardly any text, hardly any link. 200 characters: a frame holds a title,
    "please enable JavaScript" and a spinner; the shortest real page of our recorded ones says more."""
    body = tree.find("body")
    if body is None or next(tree.iter("script"), None) is None:
        return False
    if sum(1 for _ in body.iter("a")) > _SHELL_LINKS:
        return False
    length = 0
    for node in body.iter():
        if node.tag in {"script", "style", "template", "noscript"} or not isinstance(node.tag, str):
            length += len((node.tail or "").strip())
            continue
        if any(True for _ in node.iterancestors("script", "style", "template", "noscript")):
            continue
        length += len((node.text or "").strip()) + len((node.tail or "").strip())
        if length > 200:
            return False
    return True


def _addresses(nodes: Iterable[html.HtmlElement], base: str) -> Iterator[str]:
    for node in nodes:
        href = (node.get("href") or "").strip()
        if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
            continue
        try:
            url = urljoin(base, href).partition("#")[0]
        except ValueError:
            continue
        if url.startswith(("http://", "https://")):
            yield url


def _by(
    rules: Iterable[LinkRule], tree: html.HtmlElement, every: list[str], base: str, ignore: list[regex.Pattern[str]]
) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for rule in rules:
        urls: Iterable[str] = every
        if rule.path:
            nodes = tree.xpath(rule.path, namespaces={"re": "http://exslt.org/regular-expressions"})
            urls = _from_nodes(nodes if isinstance(nodes, list) else [nodes], base)
        pattern = regex.compile(rule.regex) if rule.regex else None
        matching = (url for url in urls if pattern is None or _matches(pattern, url))
        found.update(dict.fromkeys(url.partition("?")[0] if rule.query == "drop" else url for url in matching))
    return tuple(url for url in found if not any(_matches(pattern, url) for pattern in ignore))


def _from_nodes(nodes: list[object], base: str) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):  # the rule ended in @href or ::attr(href)
            url = urljoin(base, node.strip()).partition("#")[0]
            if url.startswith(("http://", "https://")):
                yield url
        elif isinstance(node, html.HtmlElement):
            yield from _addresses(node.iter("a", "area", "link"), base)


def _matches(pattern: regex.Pattern[str], url: str) -> bool:
    try:
        return pattern.search(url, timeout=_REGEX_SECONDS) is not None
    except TimeoutError:
        return False


def _documents(every: list[str], ignore: list[regex.Pattern[str]]) -> tuple[str, ...]:
    found = dict.fromkeys(url for url in every if _DOCUMENT.search(urlsplit(url).path))
    return tuple(url for url in found if not any(_matches(pattern, url) for pattern in ignore))


def _refresh(tree: html.HtmlElement, base: str) -> str:
    for node in tree.iter("meta"):
        if (node.get("http-equiv") or "").lower() == "refresh" and (found := _REFRESH.match(node.get("content") or "")):
            try:
                url = urljoin(base, found[1].strip())
            except ValueError:
                return ""
            return url if url.startswith(("http://", "https://")) else ""
    return ""
