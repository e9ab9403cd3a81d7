"""Search addresses from their patterns, pages from Scrapy's answers, words from arguments: what all kinds need."""

from __future__ import annotations

from urllib.parse import quote

from scrapy.http import Response

from spiders.items import Page
from spiders.manners.wire import now


def page_of(response: Response) -> Page:
    """The page of an answer as the readers take it."""
    headers = {
        name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
        for name, values in response.headers.items()
    }
    media_type = headers.get("content-type", "").split(";")[0].strip().lower()
    return Page(
        url=response.meta.get("url", response.url),
        body=response.body,
        final_url=response.url,
        status=response.status,
        headers=headers,
        media_type=media_type,
        fetched_at=now(),
        by="browser" if response.meta.get("browser") else "http",
    )


def search_url(pattern: str, term: str, number: int) -> str:
    """A search address with its term (percent-encoded) and page number filled in."""
    return pattern.replace("{term}", quote(term, safe="")).replace("{page}", str(number))


def words(value: object) -> tuple[str, ...]:
    """A list of words, or words separated by commas as `scrapy crawl -a terms=` has them."""
    if isinstance(value, str):
        return tuple(word.strip() for word in value.split(",") if word.strip())
    return tuple(str(word) for word in value) if isinstance(value, (list, tuple)) else ()
