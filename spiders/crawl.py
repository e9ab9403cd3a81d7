"""Run crawls: `spawn` for a parent that watches, `python -m spiders.crawl` for the child, `run` for both.

The plan comes as JSON on standard input; events go as JSON lines to standard output (see
`spiders.manners.progress`), the log to standard error. The last event is `finish` with each source's result and the
exit code.
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from spiders.chromium import find_chromium
from spiders.kinds import spider_for
from spiders.manners import pace
from spiders.manners import settings as defaults
from spiders.manners.progress import RESULTS
from spiders.manners.state import known_states, state_of
from spiders.sources import OURS, Profile, ProfileError, load

CODES: dict[str, int] = {
    "ok": 0,
    "failed": 1,
    "usage": 2,
    "unhealthy": 3,
    "empty": 3,
    "paused": 4,
    "stopped": 5,
    "evidence": 6,
}
"""Exit code of each result. Of several sources the worst counts, in the order of WORST."""
WORST = ("evidence", "failed", "stopped", "paused", "unhealthy", "empty", "ok")

_log = logging.getLogger(__name__)


@dataclass
class Plan:
    """What one child process crawls."""

    names: list[str]
    folders: list[str] = field(default_factory=lambda: [str(OURS)])
    terms: dict[str, list[str]] = field(default_factory=dict)
    """Per source ("*" for all): what to search for instead of the profile's terms."""
    urls: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Per source: addresses to fetch besides the seeds, each {"url", "role"}."""
    only_urls: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    """Over `spiders.manners.settings`: RECORDER (dotted path) and what it needs, CONTACT, RESOLVE, ALLOW_HOSTS,
    CHROMIUM, MAX_PAGES, SCREENSHOTS, PACE_FOLDER, LOG_LEVEL…"""
    parent: int = 0
    """Process id to die with; 0 for none."""

    def to_json(self) -> str:
        """As `from_json` reads it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """ValueError when it is not a plan."""
        data = json.loads(text)
        try:
            return cls(**data)
        except TypeError as error:
            raise ValueError(f"not a plan: {error}") from None


def spawn(plan: Plan, log: Any = None) -> subprocess.Popen[bytes]:
    """Start the child. It is killed when the **thread** that called this ends (PR_SET_PDEATHSIG is the kernel's), so
    call from the main thread or one that outlives the crawl. `log` is a file for its log, default this process'
    standard error."""
    plan.parent = os.getpid()
    root = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    child = subprocess.Popen(
        [sys.executable, "-m", "spiders.crawl"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, "PYTHONPATH": path},
    )
    if child.stdin is None:
        raise RuntimeError("no pipe to the child")
    child.stdin.write(plan.to_json().encode())
    child.stdin.close()
    return child


def main() -> int:
    """The child's entry: plan on standard input, exit code as in CODES."""
    try:
        plan = Plan.from_json(sys.stdin.read())
    except ValueError as error:
        return _refuse(f"the plan on standard input: {error}")
    if plan.parent and not die_with(plan.parent):
        return CODES["stopped"]
    return run(plan)


def die_with(parent: int) -> bool:
    """Ask the kernel to kill this process when its parent dies. False when the parent is gone already."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL)
    return os.getppid() == parent


def run(plan: Plan) -> int:
    """Crawl all sources of the plan in this process; the exit code."""
    try:
        profiles = load([Path(folder) for folder in plan.folders])
    except ProfileError as error:
        return _refuse(str(error))
    missing = [name for name in plan.names if name not in profiles]
    if missing or not plan.names:
        known = ", ".join(profiles) or "none"
        return _refuse(f"no source called {', '.join(missing)} (there are: {known})" if missing else "no source named")
    chosen = [profiles[name] for name in plan.names]
    process = Process(settings_for(chosen, plan.settings))
    for profile in chosen:
        terms = plan.terms.get(profile.name, plan.terms.get("*"))
        urls = plan.urls.get(profile.name, [])
        task = process.crawl(spider_for(profile), terms=terms, urls=urls, only=plan.only_urls)
        task.add_done_callback(_report(profile.name))
    process.start()
    results = {name: RESULTS.get(name, "failed") for name in plan.names}
    worst = next(result for result in WORST if result in results.values())
    _say({"event": "finish", "results": results, "code": CODES[worst]})
    return CODES[worst]


def settings_for(profiles: list[Profile], overrides: Mapping[str, Any]) -> Settings:
    """The settings of one process: ours, then the plan's. The browser is looked for once, here."""
    settings = Settings()
    settings.setmodule(defaults, priority="project")
    browser = any(profile.browser != "no" for profile in profiles) and find_chromium(overrides.get("CHROMIUM", ""))
    settings.set("CHROMIUM", str(browser or ""), priority="project")
    settings.set("USER_AGENT", defaults.user_agent(str(overrides.get("CONTACT", ""))), priority="project")
    settings.set("PROGRESS", True, priority="project")
    settings.set("SPIDER_LOADER_CLASS", "scrapy.spiderloader.DummySpiderLoader", priority="project")  # `run` has them
    settings.setdict({key: value for key, value in overrides.items() if key != "CHROMIUM"}, priority="cmdline")
    if folder := settings.get("PACE_FOLDER"):
        pace.PACE.folder = Path(folder)
    return settings


class Process(AsyncCrawlerProcess):
    """Ends in order on SIGTERM and Ctrl-C: what waits for its turn or is queued is left for the next run."""

    async def stop(self) -> None:
        """Called by the signal handler; a second signal ends at once."""
        for crawler in self.crawlers:
            if crawler in known_states():
                state = state_of(crawler)
                state.outcome = state.outcome or "stopped"
                state.closing.set()
        await super().stop()


def _report(name: str) -> Any:
    def done(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("%s: the crawl could not run", name, exc_info=error)
            RESULTS[name] = "failed"
            _say({"event": "end", "source": name, "result": "failed", "detail": f"{type(error).__name__}: {error}"})

    return done


def _refuse(message: str) -> int:
    sys.stderr.write(message + "\n")
    _say({"event": "finish", "results": {}, "code": CODES["usage"], "detail": message})
    return CODES["usage"]


def _say(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
