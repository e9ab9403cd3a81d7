"""One pace per registered domain, across all sources of this process and, with a folder, across processes.

Scrapy's own delay is kept per spider and per host name: two sources on one site, or one source on two of its hosts,
would each take the full pace. And without a delay its slots let more through than CONCURRENT_REQUESTS_PER_DOMAIN says:
under asyncio a request counts only once its task has started, which is after all were let through. So every request
takes its place and waits for its turn here, in the download handler, just before it connects.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import tldextract

# No suffix list is fetched: the one inside the package is used, so that a crawl calls no host but its sources'.
_SPLIT = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
_JITTER = 0.3  # turns come up to 30 % later than the delay, never earlier: a site's Crawl-delay is a minimum
_SLOWEST = 60.0  # seconds a slow site may stretch the delay to, as AutoThrottle's AUTOTHROTTLE_MAX_DELAY


@lru_cache(maxsize=4096)
def registered_domain(host: str) -> str:
    """`www.shop.example.co.uk` → `example.co.uk`; a numeric or local host is its own domain."""
    return _SPLIT(host).top_domain_under_public_suffix or host


def domain_of(url: str) -> str:
    """The registered domain of an address."""
    return registered_domain((urlsplit(url).hostname or "").rstrip("."))


@dataclass
class _Lane:
    next_at: float = 0.0
    paused_until: float = 0.0
    least: float = 0.0
    latency: float = 0.0
    failures: int = 0
    active: int = 0
    waiting: list[asyncio.Future[None]] = field(default_factory=list)


class Pace:
    """Turns of all domains. Times are seconds since the epoch, since processes share them."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._lanes: dict[str, _Lane] = {}

    def _lane(self, domain: str) -> _Lane:
        return self._lanes.setdefault(domain, _Lane())

    def delay(self, domain: str, wanted: float) -> float:
        """Seconds between two requests: what the profile wants, at least what robots.txt asks, at least as long as the
        site took to answer lately (AutoThrottle's idea). A wanted delay of 0 (own servers) is stretched by neither."""
        lane = self._lane(domain)
        if wanted <= 0:
            return lane.least
        return max(wanted, lane.least, min(lane.latency, _SLOWEST))

    @asynccontextmanager
    async def place(self, domain: str, most: int) -> AsyncIterator[None]:
        """One of at most so many places for requests to the domain at one time."""
        lane = self._lane(domain)
        while lane.active >= most:
            freed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            lane.waiting.append(freed)
            await freed
        lane.active += 1
        try:
            yield
        finally:
            lane.active -= 1
            # All of them: the first may come from a source that wants fewer at once and go on waiting.
            waiting, lane.waiting = lane.waiting, []
            for freed in waiting:
                if not freed.done():
                    freed.set_result(None)

    async def turn(self, domain: str, wanted: float, closing: asyncio.Event) -> bool:
        """Wait for this domain's next turn. False when the crawl is closing instead."""
        if closing.is_set():
            return False
        at = self._reserve(domain, self.delay(domain, wanted))
        while (wait := max(at, self._lane(domain).paused_until) - time.time()) > 0:
            try:
                await asyncio.wait_for(closing.wait(), wait)
            except TimeoutError:
                continue
            return False
        return True

    def _reserve(self, domain: str, delay: float) -> float:
        lane, now = self._lane(domain), time.time()
        if delay <= 0:
            return now
        step = delay * (1 + random.uniform(0, _JITTER))  # noqa: S311 - spreads load, guards nothing
        if self.folder is None:
            at = max(now, lane.next_at)
            lane.next_at = at + step
            return at
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.folder / domain.replace("/", "_"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                shared = float(os.read(descriptor, 64) or 0)
            except ValueError:
                shared = 0.0
            # Another clock or a cut write must not stop us: nothing is reserved further ahead than an hour.
            at = max(now, lane.next_at, shared if shared < now + 3600 else 0.0)
            lane.next_at = at + step
            os.pwrite(descriptor, f"{lane.next_at:<32.6f}".encode(), 0)
        finally:
            os.close(descriptor)
        return at

    def at_least(self, domain: str, seconds: float) -> None:
        """robots.txt asks for this delay."""
        lane = self._lane(domain)
        lane.least = max(lane.least, seconds)

    def pause(self, domain: str, seconds: float) -> None:
        """Nothing is sent to the domain for so long (Retry-After, backoff)."""
        lane = self._lane(domain)
        lane.paused_until = max(lane.paused_until, time.time() + seconds)

    def answered(self, domain: str, seconds: float | None) -> None:
        """The site answered well after so long; None when the time says nothing of the site (a page took its own turns
        while it was rendered: taken for slowness, each page would make the next one slower)."""
        lane = self._lane(domain)
        lane.failures = 0
        if seconds is not None:
            lane.latency = seconds if not lane.latency else lane.latency * 0.8 + seconds * 0.2

    def failed(self, domain: str) -> int:
        """The site failed; how many times in a row now."""
        lane = self._lane(domain)
        lane.failures += 1
        return lane.failures


PACE = Pace()
"""The pace of this process; one for all its crawls."""
