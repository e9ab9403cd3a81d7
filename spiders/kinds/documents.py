"""Documents: pages that list files (PDF, DOCX, XLSX…), and pages that lead to such pages."""

from __future__ import annotations

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from spiders.feeds import Entry
from spiders.kinds.site import SiteSpider
from spiders.links import Links


class DocumentSpider(SiteSpider):
    """Every page is looked at for documents; `links.items` are pages of their own (an entry with a file behind it)."""

    def follow(self, response: Response, found: Links) -> Iterator[Request]:
        """Documents first, then pages that may have some."""
        yield from self.ask_all(found.documents, "document", response)
        yield from self.ask_all(found.items, "item", response)
        if response.meta["role"] == "results":
            yield from self.ask_all(found.results, "results", response)
            yield from self.ask_next(response, found.next)

    def entry(self, entry: Entry, response: Response) -> Request | None:
        """Feeds and sitemaps of document sources name files as well as pages."""
        path = entry.url.partition("?")[0].lower()
        role = "document" if path.endswith((".pdf", ".docx", ".doc", ".xlsx", ".odt", ".rtf")) else "item"
        return self.ask(entry.url, "sitemap" if entry.sitemap else role, parent=response)  # type: ignore[arg-type]
