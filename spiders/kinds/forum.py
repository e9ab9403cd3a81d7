"""Forums: boards lead to threads, threads go on over pages."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from spiders.kinds.market import MarketSpider
from spiders.links import Links


class ForumSpider(MarketSpider):
    """A thread is an item that has a next page of its own."""

    def follow(self, response: Response, found: Links) -> Iterator[Request]:
        """Boards as results of a market; threads to their next page."""
        if response.meta["role"] == "item" and not self.explores(response):
            yield from self.ask_next(response, found.next)
        else:
            yield from super().follow(response, found)
