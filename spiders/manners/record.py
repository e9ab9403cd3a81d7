"""Evidence first: every answer goes to the recorder before anything else sees it, and what a run has is not fetched
again.

`Recording` sits nearest to the network (order 960: the body is still compressed; robots.txt, redirects, errors and
retried answers pass it too). `Replay` sits before robots.txt and pace: a run that goes on reads its own captures
instead of the site.
"""

from __future__ import annotations

import datetime as dt
import logging

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes

from spiders.items import Page
from spiders.manners.keeper import Keeper
from spiders.manners.refused import Refused
from spiders.manners.state import State, state_of
from spiders.manners.wire import KEY, Pairs, Wire, now
from spiders.recorder import Exchange

_log = logging.getLogger(__name__)

# How long a robots.txt of this run is good for (RFC 9309, 2.4: not longer than 24 hours).
ROBOTS_AGE = dt.timedelta(hours=24)
_REPLAYED = "replayed"


def recorder_of(state: State) -> Keeper:
    """The crawl's recorder. NotConfigured without one: a crawl alone keeps nothing."""
    if state.recorder is None:
        raise NotConfigured("no RECORDER")
    return state.recorder


class Recording:
    """Downloader middleware: hands every answer to the recorder, and ends the crawl when it cannot be kept."""

    def __init__(self, crawler: Crawler) -> None:
        self.state = state_of(crawler)
        self.recorder = recorder_of(self.state)
        crawler.signals.connect(self.closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Recording:
        """As Scrapy makes its parts."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Record, then let the answer pass. Refused (and the end of the crawl) when it cannot be kept."""
        if _REPLAYED in response.flags:
            return response
        try:
            request.meta["capture"] = await self.recorder.record(exchange(self.state.profile.name, request, response))
        except Exception as error:
            _log.exception("%s: %s could not be kept", self.state.profile.name, request.url)
            self.state.end("evidence", f"{type(error).__name__}: {error}")
            raise Refused("stopped", "the answer could not be kept") from error
        return response

    async def closed(self) -> None:
        """Seal what is open."""
        try:
            await self.recorder.close()
        except Exception as error:
            _log.exception("%s: the recorder could not be closed", self.state.profile.name)
            self.state.outcome, self.state.detail = "evidence", f"{type(error).__name__}: {error}"


def exchange(source: str, request: Request, response: Response) -> Exchange:
    """What is kept of an answer. Falls back on Scrapy's view of the headers for a handler that does not report the
    wire."""
    wire: Wire = request.meta.get(KEY) or Wire(requested_at=now())
    return Exchange(
        source=source,
        url=request.url,
        requested_at=wire.requested_at,
        fetched_at=now(),
        request_headers=wire.request_headers or _pairs(request),
        status=response.status,
        headers=wire.headers or _pairs(response),
        body=response.body,
        method=request.method,
        reason=wire.reason,
        ip=wire.ip,
        by=wire.by,
        final_url=wire.final_url,
        screenshot=wire.screenshot,
        parent=request.meta.get("parent", ""),
    )


def _pairs(message: Request | Response) -> Pairs:
    return tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in message.headers.items()
        for value in (values or [])
    )


class Replay:
    """Downloader middleware: what this run has captured already is answered from the capture."""

    def __init__(self, crawler: Crawler) -> None:
        self.state = state_of(crawler)
        self.recorder = recorder_of(self.state)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Replay:
        """As Scrapy makes its parts."""
        return cls(crawler)

    async def process_request(self, request: Request) -> Response | None:
        """The captured answer, or None: then it is fetched."""
        if request.meta.get("retry_times") or request.method != "GET":
            return None
        page = await self.recorder.known(self.state.profile.name, request.url)
        if page is None or (request.meta.get("browser") and page.by != "browser"):
            return None
        if request.meta.get("robots") and not _fresh(page):
            return None
        return answer_of(page)


def _fresh(page: Page) -> bool:
    return page.fetched_at is not None and now() - page.fetched_at < ROBOTS_AGE


def answer_of(page: Page) -> Response:
    """A captured page as an answer: its body is decoded already, so the headers say nothing of encodings."""
    gone = {"content-encoding", "transfer-encoding", "content-length"}
    headers = Headers({name: value for name, value in page.headers.items() if name.lower() not in gone})
    kind = responsetypes.from_args(headers=headers, url=page.address, body=page.body[:4096])
    url = page.address if page.by == "browser" else page.url
    return kind(url=url, status=page.status, headers=headers, body=page.body, flags=[_REPLAYED])
