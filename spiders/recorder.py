"""The one door between a crawl and whoever keeps its evidence.

A crawl knows nothing of databases or WARC files. The setting `RECORDER` names a class (dotted path or the class itself)
with `from_crawler(crawler)`; the recorder middleware calls it for every answer **before anything else sees it**.
Without the setting a crawl runs alone (`scrapy crawl NAME -O out.jsonl`) and keeps nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from spiders.items import FetchedBy, Page


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they crossed the wire (body still compressed, chunks already joined).

    Header pairs keep their order and repetitions. `body` is b"" for an answer without one. `source` is the profile's
    name.
    """

    source: str
    url: str
    requested_at: datetime
    fetched_at: datetime
    request_headers: tuple[tuple[str, str], ...]
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    method: str = "GET"
    reason: str = ""
    ip: str = ""
    by: FetchedBy = "http"
    final_url: str = ""
    """Where a browser ended up; for `http` each hop is an exchange of its own."""
    screenshot: bytes = b""
    """PNG of the page as rendered, browser only."""
    parent: str = ""
    """URL of the page that led here."""


class Recorder(Protocol):
    """Keeps exchanges. All methods, `from_crawler` too, are called in one thread of their own, and `record` must not
    return before the bytes are flushed. A recorder may have a method `batch()`, a context manager: calls that wait
    together are made inside one, and count as kept when it has ended (one commit for several)."""

    def record(self, exchange: Exchange) -> str:
        """Keep the exchange; the capture's id. Raises OSError when it cannot be kept: the crawl then stops."""

    def known(self, source: str, url: str) -> Page | None:
        """The page if this run has captured that URL already (a run that was cut off goes on), else None."""

    def skipped(self, source: str, url: str, reason: str, detail: str = "") -> None:
        """Count something that was not fetched, with a reason of `spiders.manners.reasons.REASONS`."""

    def close(self) -> None:
        """The crawl ended in order: seal what is open."""
