"""The outermost door: no request leaves, first or redirected, that the guard refuses or that is off the source's
sites."""

from __future__ import annotations

from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from spiders.manners.pace import domain_of
from spiders.manners.refused import Refused
from spiders.manners.state import ended, state_of


class Gate:
    """Downloader middleware, order 10."""

    def __init__(self, crawler: Crawler) -> None:
        self.state = state_of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Gate:
        """As Scrapy makes its parts."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Refused with the reason, else nothing. Gives the request the download slot of its registered domain."""
        if self.state.closing.is_set():
            raise ended(self.state)
        host = self.state.guard.check_url(request.url)
        if not self.state.profile.allows(host) and not request.meta.get("robots"):  # a page may need another's scripts
            raise Refused("offsite", host)
        domain = domain_of(request.url)
        if domain in self.state.given_up:
            raise Refused("paused", self.state.given_up[domain])
        request.meta["download_slot"] = domain

    async def process_response(self, request: Request, response: Response) -> Response:
        """A browser follows redirects by itself: what is elsewhere now is kept, and goes no further."""
        if request.meta.get("browser"):
            host = self.state.guard.check_url(response.url)
            if not self.state.profile.allows(host):
                raise Refused("offsite", f"the browser was led to {host}")
        return response
