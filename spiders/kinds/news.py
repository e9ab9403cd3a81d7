"""News: feeds and sitemaps lead to articles; section pages do where the profile names them."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from spiders.kinds.site import SiteSpider
from spiders.links import Links


class NewsSpider(SiteSpider):
    """Articles are leaves, but for documents they link (a court's judgement, a seizure report) when the profile
    names them."""

    def follow(self, response: Response, found: Links) -> Iterator[Request]:
        """Sections to articles; articles to the documents that the profile asks for."""
        if response.meta["role"] == "results":
            yield from self.ask_all(found.items, "item", response)
            yield from self.ask_all(found.results, "results", response)
            yield from self.ask_next(response, found.next)
        if self.profile.links.documents:
            yield from self.ask_all(found.documents, "document", response)
