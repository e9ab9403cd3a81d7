"""What all kinds of sources share: seeds, one door for requests (traps and limits), one for answers, one for
failures."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any, ClassVar, Literal

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from spiders import links
from spiders.feeds import Entry, NotAFeed, read
from spiders.kinds.addresses import page_of, search_url, words
from spiders.manners.failures import why
from spiders.manners.refused import Refused
from spiders.manners.state import State, state_of
from spiders.manners.traps import Traps, canonical
from spiders.manners.wire import now
from spiders.profile import Profile

Role = Literal["results", "item", "document", "feed", "sitemap"]
"""What a request is for: a page that leads to items, an item, a file, a feed, a sitemap."""

_PRIORITY: dict[Role, int] = {"feed": 40, "sitemap": 30, "document": 20, "item": 10, "results": 0}
"""Items before further results: what is known is fetched while it is there, and the queue stays short."""
_REFRESHES = 3


class SiteSpider(Spider):
    """Base of the kinds. Arguments: `terms` (list, or words separated by commas) replaces the profile's terms;
    `urls` (list of {"url", "role"}) are fetched besides the seeds, or alone with `only=True`."""

    profile: ClassVar[Profile]

    def __init__(self, terms: object = None, urls: object = None, only: object = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.terms = words(terms) or self.profile.terms
        self.urls: list[dict[str, str]] = list(urls) if isinstance(urls, (list, tuple)) else []
        self.only = str(only).lower() in {"true", "1", "yes"}
        self.traps = Traps()
        self.shared: State
        self._asked: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> SiteSpider:
        """As Scrapy makes spiders, with the state that all parts of this crawl share."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.shared = state_of(crawler)
        return spider

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """The profile's own settings."""
        super().update_settings(settings)
        settings.set("CONCURRENT_REQUESTS_PER_DOMAIN", cls.profile.pace.concurrency, priority="spider")
        settings.set("COOKIES_ENABLED", cls.profile.cookies, priority="spider")
        if cls.profile.agent:
            settings.set("USER_AGENT", cls.profile.agent, priority="spider")

    # requests

    async def start(self) -> AsyncIterator[Request]:
        """The seeds: what the operator named, then what the profile does."""
        for extra in self.urls:
            role: Any = extra.get("role", "item")
            if request := self.ask(extra["url"], role, seed=extra["url"]):
                yield request
        for url, role in [] if self.only else self.seeds():
            if request := self.ask(url, role, seed=url):
                yield request
        self.shared.counts["seeds"] = len(self._asked)

    def seeds(self) -> Iterator[tuple[str, Role]]:
        """Addresses to start from, each with its role."""
        profile = self.profile
        for url in profile.feeds:
            yield url, "feed"
        for url in profile.sitemaps:
            yield url, "sitemap"
        for url in profile.start:
            yield url, "results"
        for term in self.terms:
            for url in profile.search:
                yield search_url(url, term, profile.paging.first), "results"

    def ask(
        self, url: str, role: Role, *, parent: Response | None = None, seed: str = "", **meta: Any
    ) -> Request | None:
        """A request for an address, or None: asked for already, or skipped with a reason.

        `meta`: `depth` links from the seed (default one more than the parent's), `number` of a page of results.
        """
        above: dict[str, Any] = parent.meta if parent is not None else {}
        depth = meta.pop("depth", above.get("depth", -1) + 1)
        try:
            key = canonical(url)
        except ValueError:
            self.shared.skip(url, "address", "cannot be parsed")
            return None
        if key in self._asked:
            return None
        limits = self.profile.limits
        most = self.shared.crawler.settings.getint("MAX_PAGES") or limits.pages
        reason = self.traps.verdict(url)
        if not reason and limits.depth and depth > limits.depth:
            reason = "depth"
        if not reason and limits.results and meta.get("number", 1) > limits.results:
            reason = "results-limit"
        if not reason and most and len(self._asked) >= min(most, limits.pages or most):
            reason = "page-limit"
        self._asked.add(key) if reason != "page-limit" else None
        try:
            host = self.shared.guard.check_url(url) if not reason else ""
            if host and not self.profile.allows(host):
                reason = "offsite"
        except Refused as error:
            self.shared.skip(url, error.reason, error.detail)
            return None
        if reason:
            self.shared.skip(url, reason)
            return None
        facts = {"role": role, "depth": depth, "seed": seed or above.get("seed", ""), **meta}
        if parent is not None:
            facts["parent"] = parent.meta.get("url", parent.url)
        if self.profile.browser == "yes" and role in {"results", "item"}:
            facts["browser"] = True
        return self.request(url, facts)

    def request(self, url: str, facts: dict[str, Any]) -> Request:
        """The Scrapy request of an address with these facts."""
        role: Role = facts["role"]
        return Request(
            url,
            callback=self.parse,
            errback=self.failed,
            priority=_PRIORITY[role],
            meta={**facts, "url": url, "max_retry_times": self.shared.crawler.settings.getint("RETRY_TIMES")},
        )

    # answers

    async def parse(self, response: Response, **_: Any) -> AsyncIterator[Any]:
        """Follow what the page's role says; without a recorder, give its reading as an item."""
        role: Role = response.meta["role"]
        if response.status in {404, 410}:
            return
        if response.status >= 400:
            reason = {429: "too-many-requests"}.get(response.status, "server-error" if response.status >= 500 else "")
            if reason:
                self.shared.skip(response.url, reason, f"HTTP {response.status}")
            return
        if role in {"feed", "sitemap"}:
            for found_request in self._entries(response):
                yield found_request
            return
        page = page_of(response)
        found = links.Links() if role == "document" else links.find(page, self.profile, role, self.explores(response))
        if found.refresh and (request := self._refreshed(response, found.refresh)):
            yield request
            return
        if found.shell and self.profile.browser == "auto" and not response.meta.get("browser"):
            again = self.request(response.meta["url"], {**_facts(response), "browser": True})
            yield again.replace(dont_filter=True)
            return
        self.shared.counts["items" if role in {"item", "document"} else "results"] += 1
        for further in self.follow(response, found):
            yield further
        if self.shared.recorder is None:
            from spiders.extract import read as read_page  # noqa: PLC0415 - only a crawl alone reads pages itself

            yield {"source": self.name, "url": page.address, **dataclasses.asdict(read_page(page, self.profile))}

    def explores(self, response: Response) -> bool:
        """Whether this page was come to from a start page of a profile that names no links: then the site is
        explored."""
        rules, kind = self.profile.links, self.profile.kind
        known = bool(rules.results or (rules.items and kind != "documents")) or kind == "news"
        return not known and response.meta["role"] != "document" and response.meta.get("seed") in self.profile.start

    def follow(self, response: Response, found: links.Links) -> Iterable[Request]:
        """Requests that a page of results or an item leads to; each kind says its own."""
        raise NotImplementedError

    def ask_all(self, urls: Iterable[str], role: Role, parent: Response) -> Iterator[Request]:
        """Requests for those addresses that may and need be fetched."""
        for url in urls:
            if request := self.ask(url, role, parent=parent):
                yield request

    def ask_next(self, response: Response, url: str) -> Iterator[Request]:
        """The following page of the same results or thread: no deeper, one page further."""
        if url:
            meta = {"depth": response.meta["depth"], "number": response.meta.get("number", 1) + 1}
            role: Role = (
                "results" if self.explores(response) and self.profile.kind == "market" else response.meta["role"]
            )
            if request := self.ask(url, role, parent=response, **meta):
                yield request

    def entry(self, entry: Entry, response: Response) -> Request | None:
        """The request for one entry of a feed or sitemap."""
        return self.ask(entry.url, "sitemap" if entry.sitemap else "item", parent=response)

    def _entries(self, response: Response) -> Iterator[Request]:
        try:
            entries = read(response.body, response.url)
        except NotAFeed as error:
            self.shared.counts["failed"] += 1
            self.shared.skip(response.url, "not-a-feed", str(error))
            return
        self.shared.counts["results"] += 1
        self.shared.emit("feed", url=response.url, kind=entries.kind, entries=len(entries.entries))
        oldest = self.profile.limits.days
        for entry in entries.entries:
            if oldest and entry.published is not None and (now() - entry.published).days > oldest:
                self.shared.skip(entry.url, "old", entry.published.date().isoformat())
            elif request := self.entry(entry, response):
                yield request
        yield from self.ask_next(response, entries.next)

    def _refreshed(self, response: Response, url: str) -> Request | None:
        times: int = response.meta.get("refreshes", 0) + 1
        if times > _REFRESHES:
            self.shared.skip(url, "loop", "meta refresh")
            return None
        return self.ask(url, response.meta["role"], parent=response, depth=response.meta["depth"], refreshes=times)

    def failed(self, failure: Failure) -> None:
        """A request that ended without an answer is counted with its reason."""
        request: Request = failure.request  # type: ignore[attr-defined]
        reason, detail = why(failure.value or RuntimeError("no reason given"))
        if reason in {"stopped"}:
            return  # nobody skipped it: the run goes on there
        if reason not in _OURS:
            self.shared.counts["failed"] += 1
        if reason == "failed":
            self.logger.error("%s: %s", request.url, detail, exc_info=failure.value)
        self.shared.skip(request.url, reason, detail)


_OURS = frozenset({"scheme", "address", "port", "internal", "offsite", "robots", "paused", "no-browser"})
"""Reasons that are a decision of ours, not a failure of the site."""


def _facts(response: Response) -> dict[str, Any]:
    kept = ("role", "depth", "seed", "parent", "number", "refreshes")
    return {key: response.meta[key] for key in kept if key in response.meta}
