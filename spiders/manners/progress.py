"""Tell whoever watches how a crawl goes: one JSON line an event on standard output, and the verdict at its end."""

from __future__ import annotations

import asyncio
import time

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from spiders.manners import health
from spiders.manners.pace import PACE, domain_of
from spiders.manners.state import state_of

_EVERY = 1.0  # seconds between two lines of figures
RESULTS: dict[str, str] = {}
"""How each source of this process ended: ok, unhealthy, empty, paused, stopped, evidence, failed."""


class Progress:
    """Scrapy extension. Events: start, page, skip, retry, crawl-delay, given-up, figures, health, paused, stopped,
    evidence, end; each has `source`. README of the parent's side: `spiders.crawl`."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.state = state_of(crawler)
        self._ticking: asyncio.Task[None] | None = None
        crawler.signals.connect(self.opened, signals.spider_opened)
        crawler.signals.connect(self.closed, signals.spider_closed)
        crawler.signals.connect(self.answered, signals.response_received)
        crawler.signals.connect(self.broken, signals.spider_error)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Progress:
        """As Scrapy makes its parts."""
        return cls(crawler)

    def opened(self) -> None:
        """The crawl starts."""
        self.state.emit("start", kind=self.state.profile.kind, title=self.state.profile.title)
        if self.state.stream is not None:
            self._ticking = asyncio.get_running_loop().create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_EVERY)
            self.state.emit("figures", **self.figures())

    def figures(self) -> dict[str, object]:
        """Counters at this moment; `delay` is the pace now, in seconds, `queued` what is known and not fetched yet."""
        state, slot = self.state, getattr(self.crawler.engine, "_slot", None)
        waiting = len(slot.scheduler) + len(slot.inprogress) if slot is not None else 0
        seeds = state.profile.seeds
        return {
            **{key: state.counts[key] for key in COUNTS},
            "skipped": sum(state.skips.values()),
            "queued": waiting,
            "seconds": round(time.monotonic() - state.started, 1),
            "delay": round(PACE.delay(domain_of(seeds[0]), state.profile.pace.delay), 2) if seeds else 0.0,
        }

    def answered(self, response: Response, request: Request) -> None:
        """One page came (after redirects and unpacking), robots.txt and replays included."""
        if request.meta.get("robots"):
            return
        counts, status = self.state.counts, response.status
        replayed = "replayed" in response.flags
        counts["ok" if status < 400 or status in {404, 410} else "failed"] += 1
        counts["blocked"] += status in health.BLOCKS
        counts["gone"] += status in {404, 410}
        counts["bytes"] += len(response.body)
        counts["replayed" if replayed else "fetched"] += 1
        counts["browser"] += bool(request.meta.get("browser"))
        self.state.emit(
            "page",
            url=request.url,
            status=status,
            role=request.meta.get("role", ""),
            by="browser" if request.meta.get("browser") else "http",
            bytes=len(response.body),
            replayed=replayed,
            seconds=round(request.meta.get("took", 0.0), 3),
            capture=request.meta.get("capture", ""),
        )

    def broken(self) -> None:
        """A callback of ours raised."""
        self.state.counts["errors"] += 1

    def closed(self, reason: str) -> None:
        """The crawl ended: hold it against its profile and say how it went."""
        if self._ticking is not None:
            self._ticking.cancel()
        state = self.state
        findings = health.check(state.profile.expect, state.counts)
        for finding in findings:
            state.emit("health", key=finding.key, wanted=finding.wanted, found=finding.found, text=finding.text)
        result = state.outcome or ("stopped" if reason == "shutdown" else "")
        if not result and (state.counts["errors"] or reason not in {"finished", "shutdown"}):
            result = "failed"
        if not result and state.counts["seeds"] == 0:
            result = "empty"
        result = result or ("unhealthy" if findings else "ok")
        RESULTS[state.profile.name] = result
        state.emit(
            "end",
            result=result,
            detail=state.detail or ("" if reason in {"finished", "shutdown", result} else reason),
            resume_at=state.resume_at,
            findings=[finding.text for finding in findings],
            skips=dict(state.skips),
            **self.figures(),
        )


COUNTS = ("seeds", "fetched", "replayed", "ok", "gone", "blocked", "failed", "items", "results", "browser", "retried",
          "bytes", "errors")  # fmt: skip
"""What is counted of a crawl; `failed` are requests that ended without a good answer."""
