"""Serve the demo world over real HTTP on loopback: the Host header chooses the site, every request is noted."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import unquote, urlsplit

from osint.demo.render import Answer
from osint.demo.routes import SiteRoutes, build
from osint.demo.traps import calendar
from osint.demo.world import load

MOST_VISITS = 100_000
LONGEST_WAIT = 30.0
"""Seconds; a slow page of the data files waits no longer than this."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the server saw it. `at` in seconds of the monotonic clock."""

    at: float
    host: str
    target: str
    agent: str
    status: int


class DemoServer:
    """The world on one loopback port (a free one by default). A context manager; `generation` 2 is the later world."""

    def __init__(self, port: int = 0) -> None:
        self._http = _Server(("127.0.0.1", port), _Handler)
        self._http.demo = self
        self.port: int = self._http.server_address[1]
        self.generation = 1
        self.hits: Counter[str] = Counter()
        """Requests by host and target without the port: `cho-troi.example/muc/do-co/`."""
        self.log: list[Visit] = []
        sites = load()
        self._worlds = {number: build(sites.values(), self.port, number) for number in (1, 2)}
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def hosts(self) -> dict[str, str]:
        """Where each host of the world is served: the crawler's RESOLVE setting."""
        return dict.fromkeys(self.sites, f"127.0.0.1:{self.port}")

    @property
    def sites(self) -> dict[str, SiteRoutes]:
        """The routes of each host in the present generation."""
        return dict(self._worlds[2 if self.generation > 1 else 1])

    def __enter__(self) -> DemoServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop answering and free the port."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join(5)
        self._http.server_close()

    def note(self, host: str, target: str, agent: str, status: int) -> None:
        """Count a request; the log keeps the first 100,000."""
        with self._lock:
            self.hits[f"{host}{target}"] += 1
            if len(self.log) < MOST_VISITS:
                self.log.append(Visit(time.monotonic(), host, target, agent, status))

    def answer(self, host: str, target: str) -> Answer:
        """What the world says to a request."""
        site = self.sites.get(host)
        if site is None:
            # What a link to this machine itself leads to: a crawl that shows this text has been led astray.
            return Answer(b"<title>internal</title><p>internal administration, not for crawlers</p>", 200, "text/html")
        route = site.routes.get(target) or site.routes.get(unquote(target))
        if route is not None:
            return route.render()
        parts = urlsplit(target)
        if site.site.search_path and parts.path == site.site.search_path:
            return site.search(parts.query)
        for trap in site.site.trap:
            if trap.kind == "calendar" and parts.path.startswith(trap.path + "/"):
                return calendar(site, trap, parts.path)
        return site.missing()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a browser opens many connections at once; five is what the base class listens for
    demo: DemoServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A crawler that hangs up in the middle of an answer is what the traps are for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    server_version, sys_version = "demo", ""
    timeout = 60
    disable_nagle_algorithm = True  # headers and body are two writes: the body else waits 40 ms for an ACK

    def do_GET(self) -> None:
        """Answer with a body."""
        self._answer(body=True)

    def do_HEAD(self) -> None:
        """Answer without one."""
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        demo = self.server.demo
        host = self.headers.get("Host", "").rsplit(":", 1)[0].lower()
        answer = demo.answer(host, self.path)
        demo.note(host, self.path, self.headers.get("User-Agent", ""), answer.status)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        if answer.wait:
            time.sleep(min(answer.wait, LONGEST_WAIT))
        if body:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing on the terminal: `DemoServer.log` has it."""
