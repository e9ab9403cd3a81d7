"""The download handler of http and https: aiohttp under the guard, each request at its turn; a browser where asked for.

Why aiohttp: plain Scrapy with Twisted's client 436 pages/s, ours with this handler 1,212 under the asyncio reactor
and 1,028 without a reactor (bench/crawl.py, 2,000 pages of 67 KB, nothing kept; the reactor ahead in four of five
runs, against an earlier measurement of Scrapy alone, 416 to 451). So there is one mode, with the reactor, which
scrapy-playwright insists on. The other reason is `socket_factory` (see connect.py): the address is checked where the
socket is made, after all resolving, which Twisted's agent offers no public hook for. Chromium resolves for itself,
so it is given a proxy of ours that connects by the same rule (see proxy.py).
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler, _ClientResponse
from scrapy.http import Request, Response

from spiders.manners.backoff import asked_to_wait
from spiders.manners.connect import guarded_connector
from spiders.manners.pace import PACE, domain_of
from spiders.manners.state import ended, state_of
from spiders.manners.wire import KEY, Wire, now

if TYPE_CHECKING:
    from scrapy.core.downloader.handlers._base_streaming import _BaseResponseArgs
    from scrapy.crawler import Crawler
    from scrapy.http import Headers

    from spiders.browser import BrowserFetch


class Fetch(AiohttpDownloadHandler):
    """One object serves both schemes of a crawl, so that there is one connection pool and one browser."""

    experimental = False  # our tests are what it is judged by; the warning would stand in every run's log

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.state = state_of(crawler)
        self._unused = self._session
        self._session = aiohttp.ClientSession(
            connector=guarded_connector(self.state.guard, self._pool_size_total, self._pool_size_per_host),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,  # evidence is kept as it was sent
            response_class=_ClientResponse,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            trust_env=False,
        )
        self._browser: BrowserFetch | None = None
        self._closed = False

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Fetch:
        """The one handler of this crawl."""
        made: Fetch | None = getattr(state_of(crawler), "_fetch", None)
        if made is None:
            made = cls(crawler)
            state_of(crawler)._fetch = made  # type: ignore[attr-defined]
        return made

    async def download_request(self, request: Request) -> Response:
        """Wait for the site's turn, then fetch. Refused when the crawl is ending."""
        domain, pace = domain_of(request.url), self.state.profile.pace
        async with PACE.place(domain, pace.concurrency):
            browser = bool(request.meta.get("browser"))  # takes its turns itself, when it really asks
            if not browser and not await PACE.turn(domain, pace.delay, self.state.closing):
                raise ended(self.state)
            request.meta[KEY] = Wire(requested_at=now())
            started = time.monotonic()
            if browser:
                response: Response = await self._browser_fetch().fetch(request)
            else:
                response = await super().download_request(request)
            request.meta["took"] = time.monotonic() - started
            if response.status in {429, 503} and (asked := asked_to_wait(response)):
                PACE.pause(domain, asked)  # now, or the next would be sent before the middlewares see this
            return response

    def _browser_fetch(self) -> BrowserFetch:
        if self._browser is None:
            from spiders.browser import BrowserFetch  # noqa: PLC0415 - Playwright costs 0.2 s that most crawls need not pay

            self._browser = BrowserFetch(self.crawler)
        return self._browser

    @asynccontextmanager
    async def _make_request(self, request: Request, timeout: float) -> AsyncIterator[_ClientResponse]:
        async with super()._make_request(request, timeout) as response:
            wire: Wire = request.meta[KEY]
            wire.request_headers = tuple(
                (str(name), str(value)) for name, value in response.request_info.headers.items()
            )
            wire.headers = tuple(
                (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers
            )
            wire.reason = response.reason or ""
            yield response

    @staticmethod
    def _build_base_response_args(response: _ClientResponse, request: Request, headers: Headers) -> _BaseResponseArgs:
        arguments = AiohttpDownloadHandler._build_base_response_args(response, request, headers)
        request.meta[KEY].ip = str(arguments.get("ip_address") or "")
        return arguments

    async def close(self) -> None:
        """Close connections and browser; called once for each scheme."""
        if self._closed:
            return
        self._closed = True
        await self._unused.close()
        await self._session.close()
        if self._browser is not None:
            await self._browser.close()
