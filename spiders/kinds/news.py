"""News: feeds and sitemaps lead to articles; section pages do where the profile names them."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from spiders.kinds.addresses import search_url
from spiders.kinds.site import Role, SiteSpider
from spiders.links import Links


class NewsSpider(SiteSpider):
    """Articles are leaves, but for documents they link (a court's judgement, a seizure report) when the profile
    names them."""

    def seeds(self) -> Iterator[tuple[str, Role]]:
        """Searches of a news source are feeds: the same query, told apart from an answer without articles."""
        searches = {
            search_url(url, term, self.profile.paging.first) for url in self.profile.search for term in self.terms
        }
        for url, role in super().seeds():
            yield url, "feed" if url in searches else role

    def follow(self, response: Response, found: Links) -> Iterator[Request]:
        """Sections to articles; articles to the documents that the profile asks for."""
        if response.meta["role"] == "results":
            yield from self.ask_all(found.items, "item", response)
            yield from self.ask_all(found.results, "results", response)
            yield from self.ask_next(response, found.next)
        if self.profile.links.documents:
            yield from self.ask_all(found.documents, "document", response)
