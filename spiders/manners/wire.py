"""What crossed the wire for one request, carried from the download handler to the recorder in
`request.meta["wire"]`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from spiders.items import FetchedBy

KEY = "wire"
Pairs = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Wire:
    """Times are UTC. Header pairs as sent and received, in order, repetitions kept (Scrapy's own are renamed and
    sorted)."""

    requested_at: dt.datetime
    request_headers: Pairs = ()
    headers: Pairs = ()
    reason: str = ""
    ip: str = ""
    by: FetchedBy = "http"
    final_url: str = ""
    screenshot: bytes = b""


def now() -> dt.datetime:
    """The time, UTC."""
    return dt.datetime.now(dt.UTC)
