"""`osint crawl`: one child process fetches and keeps, this one reads what was kept as it comes.

The child is a Scrapy process that knows nothing of databases; its recorder (`osint.recorder`) writes each answer to the
WARC file and the captures table before anything else sees it. The captures table is the truth of the frontier: a run
that was killed is resumed, replays what it has, and fetches the rest.
"""

from __future__ import annotations

import json
import logging
import queue
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from osint.reading import Outcome, Readers, finish_run, read_pending
from osint.settings import Settings
from spiders.crawl import Plan, spawn
from storage.records import Run
from storage.store import Store

log = logging.getLogger(__name__)

GOOD = frozenset({"ok", "stopped"})
"""Results of a source that leave the run a success or to be continued; all others are said and end in exit code 1."""


@dataclass
class SourceRun:
    """One source of this crawl, as the progress table shows it."""

    run: Run
    resumed: bool
    figures: dict[str, Any] = field(default_factory=dict)
    skips: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    listings: int = 0
    leads: int = 0
    result: str = ""
    detail: str = ""
    findings: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count what was read of this source."""
        self.kinds += outcome.kinds
        self.problems += outcome.problems
        self.listings += outcome.listings
        self.leads += outcome.leads


REVISITS = 1000
"""Most known listings that one run of a source looks at again."""

Tell = Callable[[Mapping[str, SourceRun]], None]


def crawl(
    store: Store,
    readers: Readers,
    settings: Settings,
    names: Sequence[str],
    *,
    folders: Sequence[Path],
    terms: Sequence[str] = (),
    overrides: Mapping[str, Any] | None = None,
    tell: Tell = lambda _: None,
) -> dict[str, SourceRun]:
    """Crawl these sources to their end, reading beside it. `tell` is called about every half second with the state."""
    runs = {name: _start(store, name) for name in names}
    plan = Plan(
        names=list(names),
        folders=[str(folder) for folder in folders if folder.is_dir()],
        terms={"*": list(terms)} if terms else {},
        urls={name: _revisits(store, name) for name in names},
        settings={
            "RECORDER": "osint.recorder.StoreRecorder",
            "RECORDER_HOME": str(settings.home),
            "RECORDER_DATABASE": settings.database,
            "RECORDER_RUNS": json.dumps({name: one.run.id for name, one in runs.items()}),
            "CONTACT": settings.contact,
            "CHROMIUM": settings.chromium,
            "RESOLVE": settings.allow_hosts,
            "MAX_PAGES": settings.max_pages,
            "SCREENSHOTS": settings.screenshots,
            "LOG_LEVEL": settings.log_level,
            "PACE_FOLDER": str(settings.home / "pace"),
            **(overrides or {}),
        },
    )
    log_file = settings.home / "crawl.log"
    with log_file.open("ab") as child_log:
        child = spawn(plan, child_log)
    events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(child, events), daemon=True).start()
    try:
        _read_beside(store, readers, runs, events, tell)
    except KeyboardInterrupt:
        child.terminate()  # the child ends in order: what is in flight is kept
        _read_beside(store, readers, runs, events, tell)
    finally:
        if child.poll() is None:
            child.terminate()
        child.wait()
    for name, one in runs.items():
        _finish(store, readers, name, one, child.returncode)
    tell(runs)
    return runs


def _revisits(store: Store, source: str) -> list[dict[str, str]]:
    """Known listings, those not seen for longest first: what has vanished is in none of the lists of its site."""
    found = [one for one in store.listings.many(store.listings.ids(source)) if one.gone_at is None]
    found.sort(key=lambda one: one.last_seen)
    urls = [one.latest.url for one in found if urlsplit(one.latest.url).scheme in ("http", "https")]
    return [{"url": url, "role": "item"} for url in dict.fromkeys(urls) if "#post-" not in url][:REVISITS]


def _start(store: Store, name: str) -> SourceRun:
    resumed = store.runs.resume(name)
    return SourceRun(resumed or store.runs.start(name, "crawl"), resumed is not None)


def _listen(child: subprocess.Popen[bytes], events: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        try:
            events.put(json.loads(line))
        except json.JSONDecodeError:
            log.info("crawl: %r", line.rstrip())
    events.put(None)


def _read_beside(
    store: Store,
    readers: Readers,
    runs: Mapping[str, SourceRun],
    events: queue.SimpleQueue[dict[str, Any] | None],
    tell: Tell,
) -> None:
    """Read captures until the child has ended and nothing is left unread."""
    alive = True
    while True:
        alive = _take(events, runs, wait=0.3) and alive
        busy = False
        for one in runs.values():
            outcome = read_pending(store, readers, run=one.run.id)
            if outcome is not None:
                one.add(outcome)
                busy = True
            alive = _take(events, runs, wait=0.0) and alive
            tell(runs)
        if not alive and not busy:
            return


def _take(events: queue.SimpleQueue[dict[str, Any] | None], runs: Mapping[str, SourceRun], wait: float) -> bool:
    """Take in what the child said; False once it has ended."""
    while True:
        try:
            event = events.get(timeout=wait) if wait else events.get_nowait()
        except queue.Empty:
            return True
        if event is None:
            events.put(None)  # stays the last word for whoever looks next
            return False
        wait = 0.0
        one = runs.get(str(event.get("source", "")))
        if one is not None:
            _note(one, event)


def _note(one: SourceRun, event: Mapping[str, Any]) -> None:
    match event["event"]:
        case "figures":
            one.figures = dict(event)
        case "skip":
            one.skips[str(event["reason"])] += 1
        case "end":
            one.figures = dict(event)
            one.result, one.detail = str(event["result"]), str(event.get("detail") or "")
            one.findings = [str(text) for text in event.get("findings") or []]
        case _:
            pass  # page, retry, health and the like are for other watchers


def _finish(store: Store, readers: Readers, name: str, one: SourceRun, code: int) -> None:
    """Close the run in the store. Cut off or stopped: it stays open to be resumed."""
    if not one.result:
        one.result = "failed"
        one.detail = f"the crawl process ended with code {code} before this source was done"
    one.add(finish_run(store, readers, one.run.id))
    counters = {key: int(one.figures.get(key, 0)) for key in ("fetched", "replayed", "failed", "blocked")}
    counters |= {"listings": one.listings, "leads": one.leads, "skipped": one.skips.total()}
    counters |= {f"{kind} pages": count for kind, count in sorted(one.kinds.items())}
    state = {"ok": "finished", "unhealthy": "finished", "stopped": "interrupted", "paused": "interrupted"}.get(
        one.result, "failed"
    )
    note = "; ".join(part for part in ("" if one.result == "ok" else one.result, one.detail, *one.findings) if part)
    store.runs.count(one.run.id, counters)
    store.runs.finish(one.run.id, state, note)  # type: ignore[arg-type]  # the table above holds run states only
    log.info("%s: %s %s", name, one.result, note)
