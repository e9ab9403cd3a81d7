"""What `osint sources` says and writes, pure: a profile from a page, what a profile would take from a page, what is
odd."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from lxml import html

from spiders import links
from spiders.items import Page
from spiders.manners.pace import registered_domain
from spiders.profile import Profile
from spiders.sources import ProfileError, parse, read_profile

_FEED = "//link[contains(@type, 'rss') or contains(@type, 'atom') or contains(@type, 'feed+json')]/@href"
_TERM = re.compile(r"^(q|query|s|k|kw|search|keyword|keywords|text|term|_nkw|search_query|tukhoa|cari)$", re.IGNORECASE)
_COUNTRIES = {"uk": "GB"}
_NO_COUNTRY = frozenset({"ai", "co", "io", "me", "tv", "cc", "ly", "gg", "to", "eu"})
"""Two-letter domains that say nothing of a country."""


def name_of(url: str) -> str:
    """A file name for a source: `https://www.some-market.com.au/x` → `some-market`."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    label = registered_domain(host).split(".")[0] or host
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-")[:64] or "source"


def new(url: str, page: Page) -> tuple[str, str]:
    """(name, TOML) of a profile for the site of a page: its title, language, country, feeds, search form, and a rule
    for the items that the general rules see on it. ProfileError when the address is none a source may have."""
    tree = links.parse(page)
    name, host = name_of(url), (urlsplit(url).hostname or "").removeprefix("www.")
    title = name
    feeds: list[str] = []
    search, language = "", ""
    items: tuple[str, ...] = ()
    if tree is not None:
        sites = tree.xpath("//meta[@property='og:site_name']/@content") or tree.xpath("//title/text()")
        title = " ".join(str(sites[0]).split())[:100] if sites else name
        language = str(next(iter(tree.xpath("/html/@lang")), "")).split("-")[0].lower()
        feeds = list(dict.fromkeys(urljoin(page.address, str(href)) for href in tree.xpath(_FEED)))[:5]
        search = _search(tree, page.address)
        from spiders.extract import links as general  # noqa: PLC0415 - heavy, and only here

        items = general(page)[0]
    kind = "news" if feeds and not search and len(items) < 5 else "market"
    lines = [
        f"kind = {_toml(kind)}  # market, news, documents or forum",
        f"title = {_toml(title or name)}",
        f"country = {_toml(_country(host))}",
        f"languages = [{_toml(language)}]" if re.fullmatch(r"[a-z]{2,3}", language) else "languages = []",
        f"start = [{_toml(url)}]",
        *([f"feeds = [{', '.join(map(_toml, feeds))}]"] if feeds else []),
        *([f"search = [{_toml(search)}]", 'terms = []  # or: osint crawl --term "..."'] if search else []),
        f"hosts = [{_toml(host)}]",
        'browser = "auto"',
    ]
    if pattern := item_pattern(items):
        lines += ["", "[links]", f"items = [{{ regex = {_toml(pattern)} }}]  # {len(items)} on the page"]
    lines += ["", "[pace]", "delay = 3", "", "[expect]", f"items = {max(1, len(items) // 2)}", ""]
    lines += ["[legal]", 'purpose = ""  # why this source is monitored, and on what ground', ""]
    text = "\n".join(lines)
    parse(text, name)
    return name, text


def item_pattern(urls: tuple[str, ...]) -> str:
    """A regular expression for addresses like these: what they share, with numbers and words left open. "" when they
    share no more than the host."""
    shapes: dict[str, int] = {}
    for url in urls:
        path = urlsplit(url).path
        segments = [segment for segment in path.split("/") if segment]
        shape = "/".join(_open(segment, last=number == len(segments) - 1) for number, segment in enumerate(segments))
        shapes[shape] = shapes.get(shape, 0) + 1
    if not shapes:
        return ""
    shape, count = max(shapes.items(), key=lambda pair: pair[1])
    told = re.sub(r"\[\^/\?#\]\+|\\d\+", "", shape)
    if count * 2 < len(urls) or not (re.search(r"\w", told) or r"\d+" in shape):
        return ""
    return f"/{shape}"


def _open(segment: str, last: bool) -> str:
    if segment.isdigit():
        return r"\d+"
    found = re.search(r"\d{4,}", segment)
    if found and last:
        head = re.sub(r"[^/]*[-_]$", "", segment[: found.start()])
        tail = segment[found.end() :]
        rest = re.escape(tail) if len(tail) <= 6 else r"[^/?#]*"
        return (
            (re.escape(head) if len(head) <= 4 else "")
            + (r"[^/?#]*" if len(head) != found.start() else "")
            + r"\d+"
            + rest
        )
    return r"[^/?#]+" if last else re.escape(segment)


def _search(tree: html.HtmlElement, base: str) -> str:
    for form in tree.forms:
        if (form.get("method") or "get").lower() != "get":
            continue
        for field in form.xpath(".//input[@type='text' or @type='search' or not(@type)]"):
            name = field.get("name") or ""
            if _TERM.match(name):
                action = urljoin(base, form.get("action") or base)
                kept = [(key, value) for key, value in parse_qsl(urlsplit(action).query) if key != name]
                query = "&".join(filter(None, [urlencode(kept), f"{name}={{term}}"]))
                return urlsplit(action)._replace(query=query, fragment="").geturl()
    return ""


def _country(host: str) -> str:
    end = host.rpartition(".")[2]
    return _COUNTRIES.get(end, end.upper()) if len(end) == 2 and end not in _NO_COUNTRY else ""


def _toml(text: str) -> str:
    # A JSON string is a TOML basic string; a pattern reads better as a literal one.
    return f"'{text}'" if "\\" in text and "'" not in text else json.dumps(text, ensure_ascii=False)


def check(path: Path) -> tuple[list[str], list[str]]:
    """(errors, remarks) of a profile file: errors keep it from loading, remarks are what an operator should look at."""
    try:
        profile = read_profile(path)
    except ProfileError as error:
        return str(error).splitlines(), []
    return [], remarks(profile)


def remarks(profile: Profile) -> list[str]:
    """What is odd about a profile that loads."""
    found = []
    if profile.checked is None:
        found.append("unverified: it was never held against a real page")
    if profile.pace.delay < 1 and not profile.legal.agreement:
        found.append(f"a delay of {profile.pace.delay:g} s is hasty without an agreement")
    if not profile.legal.purpose:
        found.append("legal.purpose is empty: why is this source monitored, and on what ground?")
    if profile.search and not profile.terms:
        found.append("search without terms: nothing is searched for unless the operator names it")
    if not profile.expect.items:
        found.append("expect.items is 0: a run that finds nothing would count as healthy")
    if "*" in profile.hosts:
        found.append("any public host may be fetched")
    if not profile.languages:
        found.append("languages are not named")
    return found


def describe(profile: Profile) -> dict[str, object]:
    """A row of `osint sources`."""
    return {
        "name": profile.name,
        "kind": profile.kind,
        "title": profile.title,
        "country": profile.country,
        "languages": list(profile.languages),
        "seeds": len(profile.seeds),
        "browser": profile.browser,
        "delay": profile.pace.delay,
        "checked": profile.checked.on.isoformat() if profile.checked else "unverified",
        "against": profile.checked.against if profile.checked else "",
        "agreement": profile.legal.agreement,
    }


def test(page: Page, profile: Profile) -> dict[str, object]:
    """What a crawl and a reading would take from a page of the source."""
    from spiders.extract import read  # noqa: PLC0415 - heavy, and only here

    found = links.find(page, profile, explore=not (profile.links.items or profile.links.results))
    return {
        "allowed": profile.allows(urlsplit(page.address).hostname or ""),
        "items": list(found.items),
        "next": found.next,
        "results": list(found.results),
        "documents": list(found.documents),
        "needs_browser": found.shell,
        "reading": asdict(read(page, profile)),
    }
