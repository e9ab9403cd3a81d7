"""What the parts of one running crawl share: its profile, recorder, counters, progress lines, and the wish to end."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TextIO
from weakref import WeakKeyDictionary

from scrapy.crawler import Crawler
from scrapy.utils.misc import build_from_crawler, load_object

from spiders.manners.guard import Guard
from spiders.manners.keeper import Keeper
from spiders.manners.pace import domain_of
from spiders.manners.reasons import REASONS
from spiders.manners.refused import Refused
from spiders.profile import Profile

_log = logging.getLogger(__name__)


@dataclass
class State:
    """One crawl of one source. `counts` has the keys of `COUNTS`; `skips` counts by reason."""

    crawler: Crawler
    profile: Profile
    guard: Guard
    recorder: Keeper | None
    stream: TextIO | None
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    counts: Counter[str] = field(default_factory=Counter)
    skips: Counter[str] = field(default_factory=Counter)
    outcome: str = ""
    """Why the crawl ends early: one of paused, stopped, evidence; "" while nothing says so."""
    detail: str = ""
    resume_at: float = 0.0
    started: float = field(default_factory=time.monotonic)
    given_up: dict[str, str] = field(default_factory=dict)
    """Registered domains that are left alone for the rest of the run, each with the reason."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def emit(self, event: str, **facts: Any) -> None:
        """One JSON line for whoever watches; nothing when nobody does."""
        if self.stream is not None:
            line = {"event": event, "source": self.profile.name, **facts}
            self.stream.write(json.dumps(line, ensure_ascii=True, default=str) + "\n")
            self.stream.flush()

    def skip(self, url: str, reason: str, detail: str = "") -> None:
        """Count, record and tell something that was not fetched."""
        if reason not in REASONS:
            raise ValueError(f"{reason!r} is not a known reason")
        self.skips[reason] += 1
        if self.recorder is not None:
            kept = self.recorder.skipped(self.profile.name, url, reason, detail)
            kept.add_done_callback(self._skip_kept)
        self.emit("skip", url=url, reason=reason, detail=detail[:300])

    def _skip_kept(self, kept: asyncio.Future[Any]) -> None:
        error = None if kept.cancelled() else kept.exception()
        if error is not None:
            _log.error("%s: a skip could not be recorded", self.profile.name, exc_info=error)
            self.end("evidence", f"{type(error).__name__}: {error}")

    def end(self, outcome: str, detail: str = "", resume_in: float = 0.0) -> None:
        """End this crawl in order: `paused` (the site wants it; again after `resume_in` seconds), `stopped` (the
        operator does), `evidence` (what was fetched cannot be kept)."""
        if self.outcome:
            return
        self.outcome, self.detail = outcome, detail
        self.resume_at = time.time() + resume_in if resume_in else 0.0
        _log.warning("%s: ends (%s) %s", self.profile.name, outcome, detail)
        self.emit(outcome, detail=detail, resume_in=round(resume_in))
        self.closing.set()
        task = asyncio.get_running_loop().create_task(self._close(outcome))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def give_up(self, domain: str, detail: str, resume_in: float) -> None:
        """Leave a domain alone for the rest of the run; the source is paused when it has no other to start from."""
        self.given_up[domain] = detail
        if {domain_of(url) for url in self.profile.seeds} <= self.given_up.keys():
            self.end("paused", detail, resume_in)
        else:
            self.emit("given-up", domain=domain, detail=detail)

    async def _close(self, outcome: str) -> None:
        if self.crawler.engine.spider is not None:
            await self.crawler.engine.close_spider_async(reason=outcome)


def ended(state: State) -> Refused:
    """What a request comes to that was not sent because its crawl ends."""
    return Refused("paused" if state.outcome == "paused" else "stopped")


_states: WeakKeyDictionary[Crawler, State] = WeakKeyDictionary()


def state_of(crawler: Crawler) -> State:
    """The state of a crawl, made at the first call. Needs a spider class that carries its profile."""
    if crawler not in _states:
        profile = getattr(crawler.spidercls, "profile", None)
        if not isinstance(profile, Profile):
            raise TypeError(f"{crawler.spidercls.__name__} was not made from a profile")
        named = crawler.settings.get("RECORDER")
        recorder = Keeper(lambda: build_from_crawler(load_object(named), crawler)) if named else None
        stream = sys.stdout if crawler.settings.getbool("PROGRESS") else None
        _states[crawler] = State(crawler, profile, Guard.from_settings(crawler.settings), recorder, stream)
    return _states[crawler]


def known_states() -> WeakKeyDictionary[Crawler, State]:
    """The crawls of this process that have a state."""
    return _states
