"""The exception that carries a skip reason through Scrapy."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

from spiders.manners.reasons import REASONS


class Refused(IgnoreRequest):
    """A request that is not sent or whose answer is not taken. `reason` is one of REASONS, `detail` for people."""

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not a known reason")
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
