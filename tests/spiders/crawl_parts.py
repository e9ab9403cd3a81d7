"""What the crawl tests share: profiles in a folder, a recorder of files, a crawl in a child process and its events."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spiders.crawl import Plan
from spiders.items import Page
from spiders.recorder import Exchange

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


class FileRecorder:
    """A recorder of one file a source, a JSON line an exchange, flushed to the disk's cache before `record` returns.

    A line cut by a kill is left out when it is opened again, as a store does with the tail of its file.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._file = (folder / "captures.jsonl").open("ab")
        if self._file.tell() and not (folder / "captures.jsonl").read_bytes().endswith(b"\n"):
            whole = (folder / "captures.jsonl").read_bytes().rpartition(b"\n")[0]
            self._file.truncate(len(whole) + 1 if whole else 0)
        self._known = {(row["source"], row["url"]): row for row in rows(folder) if row["status"] < 500}
        self._skips = (folder / "skips.jsonl").open("ab")

    @classmethod
    def from_crawler(cls, crawler: Any) -> FileRecorder:
        return cls(Path(crawler.settings["RECORDER_FOLDER"]))

    def record(self, exchange: Exchange) -> str:
        if len(rows(self.folder)) >= int(os.environ.get("RECORDER_FULL_AFTER", "1000000")):
            raise OSError(28, "No space left on device")
        row = {
            "source": exchange.source,
            "url": exchange.url,
            "final_url": exchange.final_url,
            "status": exchange.status,
            "headers": exchange.headers,
            "request_headers": exchange.request_headers,
            "body": base64.b64encode(exchange.body).decode(),
            "screenshot": base64.b64encode(exchange.screenshot).decode(),
            "ip": exchange.ip,
            "by": exchange.by,
            "parent": exchange.parent,
            "at": exchange.fetched_at.isoformat(),
        }
        self._file.write(json.dumps(row).encode() + b"\n")
        self._file.flush()
        return exchange.url

    def known(self, source: str, url: str) -> Page | None:
        row = self._known.get((source, url))
        if row is None:
            return None
        headers = {name.lower(): value for name, value in row["headers"]}
        body = base64.b64decode(row["body"])
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        at = dt.datetime.fromisoformat(row["at"])
        return Page(url, body, row["final_url"], row["status"], headers, fetched_at=at, by=row["by"])

    def skipped(self, source: str, url: str, reason: str, detail: str = "") -> None:
        row = {"source": source, "url": url, "reason": reason, "detail": detail}
        self._skips.write(json.dumps(row).encode() + b"\n")
        self._skips.flush()

    def close(self) -> None:
        self._file.close()
        self._skips.close()


def rows(folder: Path, name: str = "captures.jsonl") -> list[dict[str, Any]]:
    path = folder / name
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


@dataclass
class Crawl:
    """One child process that has ended."""

    code: int
    events: list[dict[str, Any]]
    log: str
    folder: Path
    seconds: float = 0.0
    peak_mb: float = 0.0

    @property
    def captures(self) -> list[dict[str, Any]]:
        return [row for row in rows(self.folder) if not row["url"].endswith("/robots.txt")]

    @property
    def skips(self) -> dict[str, str]:
        """Address → reason."""
        return {row["url"]: row["reason"] for row in rows(self.folder, "skips.jsonl")}

    @property
    def end(self) -> dict[str, Any]:
        return next(event for event in reversed(self.events) if event["event"] == "end")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


def peak_mb(pid: int) -> float:
    """Most memory of a running process so far. Not `ru_maxrss`: a child's starts at what its parent had."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


@dataclass
class Lab:
    """A folder with profiles and captures; `crawl` runs a child to its end, `start` gives it to the test."""

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def source(self, name: str, text: str) -> str:
        sites = self.folder / "sites"
        sites.mkdir(exist_ok=True)
        (sites / f"{name}.toml").write_text(text, encoding="utf-8")
        return name

    def plan(self, *names: str, **facts: Any) -> Plan:
        settings = {
            "RECORDER": "crawl_parts.FileRecorder",
            "RECORDER_FOLDER": str(self.folder / "kept"),
            "BACKOFF_SECONDS": 0.05,
            **self.settings,
            **facts.pop("settings", {}),
        }
        return Plan(list(names), folders=[str(self.folder / "sites")], settings=settings, **facts)

    def start(self, plan: Plan, **env: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-m", "spiders.crawl"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(self.folder / "log.txt").open("w"),
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]), **env},
        )
        child.stdin.write(plan.to_json())
        child.stdin.close()
        return child

    def finish(self, child: subprocess.Popen[str], started: float = 0.0) -> Crawl:
        events, peak = [], 0.0
        for line in child.stdout:
            events.append(json.loads(line))
            peak = max(peak, peak_mb(child.pid))
        _, status = os.waitpid(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        log = (self.folder / "log.txt").read_text()
        took = time.monotonic() - started if started else 0.0
        return Crawl(child.returncode, events, log, self.folder / "kept", took, peak)

    def crawl(self, *names: str, env: dict[str, str] | None = None, **facts: Any) -> Crawl:
        started = time.monotonic()
        return self.finish(self.start(self.plan(*names, **facts), **(env or {})), started)


def profile(url: str, more: str = "", kind: str = "market", start: str = "/list", top: str = "") -> str:
    """A profile of the local market: items by address, next by rel, no waiting, no browser."""
    return f"""
kind = "{kind}"
title = "Test"
{f'start = ["{url}{start}"]' if start else ""}
browser = "no"
{top}
[links]
items = [{{regex = "/item/"}}]
next = [{{css = "a[rel=next]"}}]
[pace]
delay = 0
concurrency = 8
{more}
"""


def kill(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
