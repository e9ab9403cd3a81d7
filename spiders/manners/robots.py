"""robots.txt by RFC 9309: an answer that is an error of the server, or no answer, means no; read again after a day.

Scrapy's own middleware takes a 503 for consent and never asks again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from spiders.manners.failures import why
from spiders.manners.pace import PACE, domain_of
from spiders.manners.refused import Refused
from spiders.manners.state import state_of

_log = logging.getLogger(__name__)
_DAY = 24 * 3600.0
_AGAIN = 300.0  # seconds before an unreachable robots.txt is asked for again
_MAX_BYTES = 512 * 1024  # RFC 9309 asks for 500 KiB at least; what stands behind is not read
_MAX_DELAY = 300.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What one origin says. `error` set means it could not be read, so everything is forbidden."""

    parser: Protego | None
    until: float
    error: str = ""

    def allowed(self, url: str, agent: str) -> bool:
        """Whether our agent may fetch the address."""
        return not self.error and (self.parser is None or bool(self.parser.can_fetch(url, agent)))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """Sitemaps the file names."""
        return tuple(self.parser.sitemaps) if self.parser is not None else ()


def rules_of(status: int, body: bytes, agent: str) -> tuple[Rules, float]:
    """(rules, crawl delay in seconds) of an answered robots.txt, good for a day; for five minutes when it is an
    error."""
    now = time.monotonic()
    if status == 429 or status >= 500:
        return Rules(None, now + _AGAIN, f"HTTP {status}"), 0.0
    if not 200 <= status < 300:  # 4xx: there are no rules; 3xx that led nowhere: likewise (RFC 9309, 2.3.1)
        return Rules(None, now + _DAY), 0.0
    parser = Protego.parse(body[:_MAX_BYTES].decode("utf-8", "replace"))
    delay = float(parser.crawl_delay(agent) or 0.0)
    rate = parser.request_rate(agent)
    if rate is not None and rate.requests:
        delay = max(delay, rate.seconds / rate.requests)
    return Rules(parser, now + _DAY), min(delay, _MAX_DELAY)


class Robots:
    """Downloader middleware. A source with an agreement (who and when stand in its profile) is not asked."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.state = state_of(crawler)
        self.agent = str(crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"])
        self.timeout = crawler.settings.getfloat("ROBOTS_TIMEOUT")
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Robots:
        """As Scrapy makes its parts."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Refused("robots") when the address is forbidden, Refused("robots-unavailable") when nobody could say."""
        if not request.meta.get("robots"):
            await self.check(request.url)

    async def check(self, url: str) -> None:
        """Refused unless robots.txt of the address' origin allows it. Also asked for requests inside browser pages."""
        if self.state.profile.legal.agreement:
            return
        rules = await self.rules(url)
        if rules.error:
            raise Refused("robots-unavailable", rules.error)
        if not rules.allowed(url, self.agent):
            raise Refused("robots", urlsplit(url).path)

    async def rules(self, url: str) -> Rules:
        """The rules of the address' origin, fetched at most once a day whoever asks."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        held = self._rules.get(origin)
        if held is not None and not (held.done() and held.result().until < time.monotonic()):
            return await asyncio.shield(held)
        future: asyncio.Future[Rules] = asyncio.get_running_loop().create_future()
        self._rules[origin] = future
        rules = Rules(None, 0.0, "not asked")
        try:
            rules = await self._read(origin)
        finally:
            future.set_result(rules)  # also when cancelled: nobody waits for ever, and the next one asks again
        return rules

    async def _read(self, origin: str) -> Rules:
        request = Request(
            f"{origin}/robots.txt",
            meta={
                "robots": True,
                "max_retry_times": 1,
                "download_timeout": self.timeout,
                "download_maxsize": 4 * _MAX_BYTES,
            },
            callback=NO_CALLBACK,
            priority=1000,
        )
        try:
            response: Response = await self.crawler.engine.download_async(request)
        except Exception as error:
            reason, detail = why(error)
            if reason in {"paused", "stopped"}:
                raise
            _log.info("%s: robots.txt of %s: %s %s", self.state.profile.name, origin, reason, detail)
            return Rules(None, time.monotonic() + _AGAIN, f"{reason}: {detail}" if detail else reason)
        rules, delay = rules_of(response.status, response.body, self.agent)
        if delay:
            PACE.at_least(domain_of(origin), delay)
            self.state.emit("crawl-delay", host=origin, seconds=delay)
        return rules
