"""A source as its TOML profile tells it: what it is, where to start, what to follow, how gently, what is normal."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from spiders.rules import FieldName, LinkRule, Regex, Selector, Strict

Kind = Literal["market", "news", "documents", "forum"]
ItemField = Literal["url", "title", "price", "image", "external_id", "location", "seller"]
Browser = Literal["no", "auto", "yes"]


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"not an http(s) address: {value!r}")
    return value


def _search(value: str) -> str:
    _address(value)
    if "{term}" not in value:
        raise ValueError(f"a search address holds {{term}} (and may hold {{page}}): {value!r}")
    return value


def _json_path(value: str) -> str:
    if not all(part for part in value.split(".")):
        raise ValueError(f"not a path like props.ad.price or items.0.name: {value!r}")
    return value


Address = Annotated[str, AfterValidator(_address)]
SearchAddress = Annotated[str, AfterValidator(_search)]
JsonPath = Annotated[str, AfterValidator(_json_path)]
Share = Annotated[float, Field(ge=0, le=1)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
Country = Annotated[str, Field(pattern=r"^([A-Z]{2})?$")]
Host = Annotated[str, Field(pattern=r"^(\*|[a-z0-9_]([a-z0-9_-]*\.)*[a-z0-9_-]+|[a-z0-9-]+)$")]


class Paging(Strict):
    """How `{page}` counts in a search address: `first`, then `step` more each page."""

    first: int = 1
    step: Annotated[int, Field(ge=1)] = 1


class Links(Strict):
    """What is followed. An empty list leaves it to the general rules; `ignore` always wins."""

    items: tuple[LinkRule, ...] = ()
    next: tuple[LinkRule, ...] = ()
    results: tuple[LinkRule, ...] = ()
    """Further pages of results (categories, boards, sections)."""
    documents: tuple[LinkRule, ...] = ()
    ignore: tuple[Regex, ...] = ()


class Data(Strict):
    """Fields from JSON embedded in a script. `script` names the node, `prefix` is cut off first (`window.DATA = `)."""

    script: Selector
    prefix: Regex | None = None
    fields: dict[FieldName, JsonPath] = Field(default_factory=dict)
    attributes: dict[str, JsonPath] = Field(default_factory=dict)
    items: JsonPath | None = None
    """Path to the list of items of a results page; `item` paths start from one of them."""
    item: dict[ItemField, JsonPath] = Field(default_factory=dict)


class Pace(Strict):
    """How gently: seconds between two requests to one registered domain, and how many at once there."""

    delay: Annotated[float, Field(ge=0, le=3600)] = 2.0
    concurrency: Annotated[int, Field(ge=1, le=64)] = 1


class Limits(Strict):
    """Where a run ends. 0 means no limit of that sort."""

    pages: Annotated[int, Field(ge=0)] = 2000
    """Pages a run fetches from this source."""
    results: Annotated[int, Field(ge=0)] = 20
    """Pages of results followed from one seed."""
    depth: Annotated[int, Field(ge=0)] = 4
    """Links followed from a seed, following pages of results not counted."""
    days: Annotated[int, Field(ge=0)] = 30
    """news: entries of feeds and sitemaps older than this are left out; those without a date are kept."""


class Expect(Strict):
    """What a healthy run looks like; outside it the run speaks up and is not a success."""

    pages: Annotated[int, Field(ge=0)] = 1
    """At least so many pages answered well."""
    items: Annotated[int, Field(ge=0)] = 0
    """At least so many items (listings, articles, threads, documents) were found."""
    failed: Share = 0.5
    """At most this share of requests may fail."""
    blocked: Share = 0.2
    """At most this share of answers may be blocks (401, 403, 429, "robot or human?")."""
    filled: dict[FieldName, Share] = Field(default_factory=dict)
    """Share of items that have the field, at least; counted where pages are read."""


class Legal(Strict):
    """Why we may, and who said so."""

    purpose: str = ""
    agreement: str = ""
    """Who of the site allowed what. With it, robots.txt is not asked."""
    agreed: dt.date | None = None

    @model_validator(mode="after")
    def _dated(self) -> Legal:
        if bool(self.agreement) != (self.agreed is not None):
            raise ValueError("`agreement` (who said so) and `agreed` (when) come together")
        return self


class Checked(Strict):
    """When and on what the profile was last held against a real page; absent = unverified."""

    on: dt.date
    against: Annotated[str, Field(min_length=1)]


class Profile(Strict):
    """One source. `name` is the stem of its file."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
    kind: Kind
    title: Annotated[str, Field(min_length=1)]
    country: Country = ""
    languages: tuple[Language, ...] = ()
    start: tuple[Address, ...] = ()
    search: tuple[SearchAddress, ...] = ()
    """Addresses with `{term}` and, where pages are numbered, `{page}`. Of a news source they answer with feeds."""
    terms: tuple[str, ...] = ()
    """What is searched for when the operator names nothing."""
    feeds: tuple[Address, ...] = ()
    sitemaps: tuple[Address, ...] = ()
    hosts: tuple[Host, ...] = ()
    """Domains (with all below them) that may be fetched; by default those of the addresses. "*": any public host."""
    browser: Browser = "auto"
    cookies: bool = False
    agent: str = ""
    paging: Paging = Paging()
    links: Links = Links()
    fields: dict[FieldName, Selector] = Field(default_factory=dict)
    attributes: dict[str, Selector] = Field(default_factory=dict)
    data: tuple[Data, ...] = ()
    wait_for: str = ""
    """Browser pages: the CSS selector that must appear before the page counts as rendered."""
    pace: Pace = Pace()
    limits: Limits = Limits()
    expect: Expect = Expect()
    legal: Legal = Legal()
    checked: Checked | None = None
    code: str = ""
    """Path of the Python file beside the profile, "" when there is none; set by the loader, never by the file."""

    @model_validator(mode="after")
    def _seeds(self) -> Profile:
        if not (self.start or self.search or self.feeds or self.sitemaps):
            raise ValueError("needs at least one of start, search, feeds, sitemaps")
        return self

    @property
    def seeds(self) -> tuple[str, ...]:
        """Every address the profile names, search addresses included."""
        return (*self.start, *self.search, *self.feeds, *self.sitemaps)

    @property
    def domains(self) -> tuple[str, ...]:
        """Hosts that may be fetched (`hosts`, else the hosts of all seeds without a leading www.)."""
        if self.hosts:
            return self.hosts
        found = dict.fromkeys((urlsplit(url).hostname or "").removeprefix("www.") for url in self.seeds)
        return tuple(found)

    def allows(self, host: str) -> bool:
        """True when `host` may be fetched for this source."""
        host = host.lower().rstrip(".")
        return any(domain in {"*", host} or host.endswith("." + domain) for domain in self.domains)
