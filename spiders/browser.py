"""Pages that need a browser: scrapy-playwright with Chromium, under the same guard, robots and pace as everything else.

What is kept of such a page is its final DOM and a picture of it. The browser is only started when the first page
needs it; a browser that dies is replaced by scrapy-playwright (kill -9 in mid-crawl: 20 of 20 pages, two browsers).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from typing import Any

from playwright.async_api import Browser as PlaywrightBrowser
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import Request as PageRequest
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod
from scrapy_playwright.provider import PlaywrightBrowserProvider

from spiders.chromium import find_chromium
from spiders.manners.failures import why
from spiders.manners.pace import PACE, domain_of
from spiders.manners.proxy import GuardProxy
from spiders.manners.refused import Refused
from spiders.manners.robots import Robots
from spiders.manners.state import ended, state_of
from spiders.manners.wire import KEY, Wire

_log = logging.getLogger(__name__)

_BLOCKED = frozenset({"image", "media", "font", "websocket", "eventsource", "manifest", "texttrack", "ping", "other"})
_PACED = frozenset({"document", "xhr", "fetch"})
"""Requests that wait for the site's turn, the page itself among them. Scripts and styles belong to the view of a
page."""
_NAVIGATION = 45_000  # ms
_SETTLE = 8_000  # ms a page may take to load what it loads itself
_LOOK = """[document.body ? document.body.innerText.length : 0, document.links.length, document.readyState].join(":")"""
_SAID = 200
"""Characters of text, or any link, before a page counts as filled in."""
_WHOLE = 120.0  # seconds for one page in all
_PAGES_PER_CONTEXT = 50  # then a fresh one: contexts grow (scrapy-playwright issues 19, 126, 171, 240)
_ARGS = [
    "--disable-quic",  # UDP would pass the proxy by
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--proxy-bypass-list=<-loopback>",  # or loopback would not be asked of the proxy
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-features=OptimizationHints,MediaRouter,DialMediaRouteProvider,NetworkPrediction",
]


class _Provider(PlaywrightBrowserProvider):  # type: ignore[misc]
    """Chromium in its sandbox where the system allows one: pages are hostile."""

    async def launch_browser(self) -> PlaywrightBrowser:
        """Launch, without the sandbox only when it cannot be had (root, some containers), and then the log says so."""
        if os.geteuid() != 0:
            try:
                return await self._launch(sandbox=True)
            except PlaywrightError as error:
                _log.warning("Chromium runs without its sandbox: %s", str(error).split("\n")[0])
        return await self._launch(sandbox=False)

    async def _launch(self, sandbox: bool) -> PlaywrightBrowser:
        browser: PlaywrightBrowser = await self.browser_type.launch(
            **self.config.launch_options, chromium_sandbox=sandbox
        )
        return browser


class BrowserFetch:
    """Fetches the pages of one crawl with a browser."""

    def __init__(self, crawler: Crawler) -> None:
        self.state = state_of(crawler)
        self.settings = crawler.settings
        self.crawler = crawler
        self._proxy = GuardProxy(self.state.guard, self.settings.getint("DOWNLOAD_MAXSIZE"))
        self._handler: ScrapyPlaywrightDownloadHandler | None = None
        self._starting = asyncio.Lock()
        self._told: set[str] = set()
        self._pages = 0

    async def fetch(self, request: Request) -> Response:
        """The rendered page. Refused("no-browser") when there is none, Playwright's errors as they are."""
        handler = await self._started()
        wire: Wire = request.meta[KEY]
        shots: list[bytes] = []
        request.meta.update(
            playwright=True,
            playwright_include_page=True,
            playwright_context=self._context(),
            playwright_context_kwargs=self._context_options(),
            playwright_page_goto_kwargs={"wait_until": "domcontentloaded"},
            playwright_page_methods=[PageMethod(self._settle, shots)],
        )
        try:
            response: Response = await asyncio.wait_for(handler.download_request(request), _WHOLE)
        except PlaywrightError as error:
            if self.state.closing.is_set():
                raise ended(self.state) from error
            raise self._refusal(request.url) or error from error
        finally:
            page = request.meta.pop("playwright_page", None)
            for key in [key for key in request.meta if key.startswith("playwright")]:
                del request.meta[key]
            if page is not None and not page.is_closed():
                with contextlib.suppress(PlaywrightError):
                    await page.close()
        if refused := self._refusal(response.url):
            raise refused
        if len(response.body) > self.settings.getint("DOWNLOAD_MAXSIZE"):
            raise Refused("too-large", f"{len(response.body)} bytes once rendered")
        host = self.state.guard.check_url(response.url)
        for name in ("Content-Length", "Transfer-Encoding"):
            response.headers.pop(name, None)
        wire.by, wire.final_url, wire.ip = "browser", response.url, self._proxy.peers.get(host, "")
        wire.screenshot = shots[0] if shots else b""
        return response

    def _refusal(self, url: str) -> Refused | None:
        host = url.split("/")[2].rpartition("@")[2] if url.count("/") >= 2 else ""
        return self._proxy.refused.get(host) or self._proxy.refused.get(host.rpartition(":")[0])

    async def _started(self) -> ScrapyPlaywrightDownloadHandler:
        async with self._starting:
            if self._handler is not None:
                return self._handler
            executable = find_chromium(self.settings.get("CHROMIUM") or "")
            if executable is None:
                raise Refused("no-browser", "no Chromium was found")
            handler = ScrapyPlaywrightDownloadHandler(self.crawler)
            handler.browser_provider_cls = _Provider
            handler.abort_request = self._aborted
            handler.config.max_pages_per_context = max(1, min(4, self.state.profile.pace.concurrency))
            handler.config.navigation_timeout_ms = _NAVIGATION
            handler.config.launch_options = {
                "executable_path": str(executable),
                "headless": True,
                "timeout": 60_000,
                "args": _ARGS,
                "proxy": {"server": await self._proxy.start()},
            }
            try:
                await handler._maybe_launch_in_thread()  # what it does itself at engine_started, which is past
                await handler._maybe_launch_browser()
            except (PlaywrightError, OSError) as error:
                raise Refused("no-browser", str(error).split("\n")[0]) from error
            self._handler = handler
            return handler

    def _context(self) -> str:
        self._pages += 1
        return f"{self.state.profile.name}-{self._pages // _PAGES_PER_CONTEXT}"

    def _context_options(self) -> dict[str, Any]:
        languages = self.state.profile.languages
        return {
            "user_agent": self.settings["USER_AGENT"],
            "locale": languages[0] if languages else "en",
            "service_workers": "block",  # their requests would pass the route handler by
            "viewport": {"width": 1280, "height": 1600},
        }

    async def _settle(self, page: Page, shots: list[bytes]) -> None:
        """Wait for what the profile names, else until the page is still; then take its picture. A page that is never
        still is taken as it is."""
        try:
            if self.state.profile.wait_for:
                await page.wait_for_selector(self.state.profile.wait_for, timeout=2 * _SETTLE)
            else:
                await asyncio.wait_for(_still(page), _SETTLE / 1000)
        except (PlaywrightError, TimeoutError) as error:
            _log.info("%s: %s: %s", self.state.profile.name, page.url, str(error).split("\n")[0])
        if self.settings.getbool("SCREENSHOTS"):
            with contextlib.suppress(PlaywrightError):
                shots.append(await page.screenshot(full_page=True, timeout=15_000))
        await self._close_idle()

    async def _close_idle(self) -> None:
        now = f"{self.state.profile.name}-{self._pages // _PAGES_PER_CONTEXT}"
        wrappers = self._handler.context_wrappers if self._handler is not None else {}
        for name, wrapper in list(wrappers.items()):
            if name != now and not wrapper.context.pages:
                with contextlib.suppress(PlaywrightError):
                    await wrapper.context.close()

    async def _aborted(self, asked: PageRequest) -> bool:
        """Scrapy-playwright's PLAYWRIGHT_ABORT_REQUEST: True for what may not be fetched from inside a page."""
        if asked.resource_type in _BLOCKED:
            return True
        if asked.resource_type == "document" and asked.frame.parent_frame is not None:
            return True  # frames are advertisements and logins; an offer in one is a page to be crawled by its address
        try:
            host = self.state.guard.check_url(asked.url)
            if asked.is_navigation_request() and not self.state.profile.allows(host):
                raise Refused("offsite", host)
            robots = self.crawler.get_downloader_middleware(Robots)
            if robots is not None:
                await robots.check(asked.url)
        except Exception as error:
            reason, detail = why(error)
            if asked.url not in self._told:
                self._told.add(asked.url)
                self.state.skip(asked.url, reason, f"{detail} (asked by a page)")
            return True
        if asked.resource_type in _PACED:
            return not await PACE.turn(domain_of(asked.url), self.state.profile.pace.delay, self.state.closing)
        return False

    async def close(self) -> None:
        """Close the browser, then its way out."""
        if self._handler is not None:
            with contextlib.suppress(PlaywrightError):
                await self._handler.close()
        await self._proxy.close()


async def _still(page: Page) -> None:
    """Return once the page says something and has stopped changing for three looks. "networkidle" is no help here: a
    page that polls, or whose requests wait for their turn, is never idle, or idle before it began."""
    before, same = "", 0
    while same < 3:
        await asyncio.sleep(0.25)
        now = str(await page.evaluate(_LOOK))
        length, _, rest = now.partition(":")
        said = rest.endswith("complete") and (int(length or 0) > _SAID or not rest.startswith("0:"))
        same = same + 1 if now == before and said else 0
        before = now
