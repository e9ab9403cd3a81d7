"""Marketplaces, classifieds, auctions, shops: searches and categories lead to results, results to items and more
results."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from spiders.kinds.addresses import search_url
from spiders.kinds.site import SiteSpider
from spiders.links import Links


class MarketSpider(SiteSpider):
    """Items are leaves; results are followed to their items, their next page, and further results the profile names."""

    def follow(self, response: Response, found: Links) -> Iterator[Request]:
        """Items first, then where more of them are."""
        if response.meta["role"] != "results" and not self.explores(response):
            return
        before = len(self._asked)
        yield from self.ask_all(found.items, "item", response)
        fresh = len(self._asked) > before
        yield from self.ask_all(found.results, "results", response)
        if found.next:
            yield from self.ask_next(response, found.next)
        elif fresh and (url := self._counted_on(response)):
            yield from self.ask_next(response, url)

    def _counted_on(self, response: Response) -> str:
        """The next page of a search by its number, for sites without a link to it; only while pages bring new items."""
        paging, number = self.profile.paging, response.meta.get("number", 1)
        for pattern in self.profile.search:
            if "{page}" not in pattern:
                continue
            for term in self.terms:
                if search_url(pattern, term, paging.first) == response.meta["seed"]:
                    return search_url(pattern, term, paging.first + number * paging.step)
        return ""
