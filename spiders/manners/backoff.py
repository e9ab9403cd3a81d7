"""Try again gently: Retry-After is honoured, waits double, and a site that keeps failing is paused with a reason.

Scrapy retries at once, whatever Retry-After says (its issue 3849, open since 2019).
"""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime

from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from spiders.manners.failures import TRANSIENT, why
from spiders.manners.pace import PACE, domain_of
from spiders.manners.state import state_of

_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 520, 522, 524})


def retry_after(value: str, now: dt.datetime) -> float | None:
    """Seconds of a Retry-After header (a number or a date), None when there is none that can be read."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    return max(0.0, (at - now).total_seconds())


def asked_to_wait(response: Response) -> float | None:
    """Seconds that an answer asks us to stay away, None when it does not say."""
    header = response.headers.get("Retry-After")
    return retry_after(header.decode("latin-1"), dt.datetime.now(dt.UTC)) if header else None


class Backoff:
    """Downloader middleware in the place of Scrapy's RetryMiddleware.

    Settings: RETRY_TIMES; BACKOFF_SECONDS, the first wait; BACKOFF_FAILURES, after how many failures in a row the
    source is paused; BACKOFF_LONGEST, the wait in seconds beyond which a run does not wait but ends paused.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.state = state_of(crawler)
        self.times = settings.getint("RETRY_TIMES")
        self.first = settings.getfloat("BACKOFF_SECONDS")
        self.failures = settings.getint("BACKOFF_FAILURES")
        self.longest = settings.getfloat("BACKOFF_LONGEST")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Backoff:
        """As Scrapy makes its parts."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The answer, or the request once more after a pause of its domain."""
        if "replayed" in response.flags:
            return response
        domain = domain_of(request.url)
        if response.status not in _STATUSES:
            PACE.answered(domain, None if request.meta.get("browser") else request.meta.get("took"))
            return response
        again = self._again(request, domain, f"HTTP {response.status}", asked_to_wait(response))
        return again if again is not None else response

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request once more when the failure may pass, else nothing."""
        reason, detail = why(exception)
        if reason not in TRANSIENT:
            return None
        return self._again(request, domain_of(request.url), f"{reason} {detail}".strip(), None)

    def _again(self, request: Request, domain: str, what: str, asked: float | None) -> Request | None:
        failures = PACE.failed(domain)
        wait = max(asked or 0.0, min(self.first * 2 ** min(failures - 1, 10), self.longest))
        if asked is not None and asked > self.longest:
            self.state.give_up(domain, f"{domain} asks us to come back in {asked:.0f} s ({what})", asked)
            return None
        if failures >= self.failures:
            detail = f"{domain} failed {failures} times in a row, last: {what}"
            self.state.give_up(domain, detail, max(wait, self.longest))
            return None
        PACE.pause(domain, wait)
        tried: int = request.meta.get("retry_times", 0)
        if tried >= request.meta.get("max_retry_times", self.times) or self.state.closing.is_set():
            return None
        self.state.counts["retried"] += 1
        self.state.emit("retry", url=request.url, why=what, seconds=round(wait, 1))
        again = request.replace(dont_filter=True, priority=request.priority - 1)
        again.meta["retry_times"] = tried + 1
        return again
