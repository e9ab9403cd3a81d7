"""A small hostile web on loopback for the crawl tests: threads, real sockets, every answer a function of the path.

Not a test itself. `Site` serves one folder of handlers; `hits` lists what was asked, with times, in order.
"""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class Answer:
    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    type: str = "text/html; charset=utf-8"
    raw: Callable[[socket.socket], None] | None = None
    """Takes the socket instead, for answers that are no HTTP."""


Route = Callable[["Hit"], Answer | None]


@dataclass
class Hit:
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    at: float
    host: str


def page(
    title: str, *links: str, text: str = "Some words of an honest page, enough of them to be no empty shell. " * 5
) -> str:
    anchors = "".join(f'<li><a href="{link}">{link}</a></li>' for link in links)
    return f"<!doctype html><title>{title}</title><body><h1>{title}</h1><p>{text}</p><ul>{anchors}</ul></body>"


class Site:
    """`with Site(route) as site:` serves on 127.0.0.1; `site.url` has no slash at its end."""

    def __init__(self, route: Route) -> None:
        self.hits: list[Hit] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes: 40 ms each otherwise

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                hit = Hit(
                    parts.path, parse_qs(parts.query), dict(self.headers), time.time(), self.headers.get("Host", "")
                )
                outer.hits.append(hit)
                answer = route(hit)
                if answer is None:
                    missing = hit.path != "/robots.txt"
                    answer = Answer(page("not here") if missing else "", 404)
                if answer.raw is not None:
                    self.close_connection = True
                    answer.raw(self.connection)
                    return
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                self.send_response(answer.status)
                for name, value in {"Content-Type": answer.type, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *args: object) -> None:
                pass  # clients that hang up are what these tests are about

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        self.address = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.address}"

    def __enter__(self) -> Site:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked(self, *but: str) -> list[str]:
        """Paths asked for, robots.txt left out."""
        return [hit.path for hit in self.hits if hit.path not in ("/robots.txt", *but)]


def bomb(size: int) -> bytes:
    """A gzip of `size` zero bytes, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block, out = bytes(1 << 20), []
    for _ in range(size >> 20):
        out.append(packer.compress(block))
    return b"".join([*out, packer.flush()])


def packed(text: str) -> bytes:
    return gzip.compress(text.encode())


def raw(*pieces: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """Write these bytes as they are, with a pause between them, then hang up."""

    def write(connection: socket.socket) -> None:
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        except OSError:
            return

    return write


def market(items: int, per_page: int = 10, delay: float = 0.0) -> Route:
    """A shop of so many items over pages of results, each item's page linked from exactly one of them."""
    pages = -(-items // per_page)

    def route(hit: Hit) -> Answer | None:
        if delay:
            time.sleep(delay)
        if hit.path == "/robots.txt":
            return Answer("User-agent: *\nDisallow: /private/\n", type="text/plain")
        if hit.path == "/list":
            number = int(hit.query.get("page", ["1"])[0])
            first = (number - 1) * per_page
            links = [f"/item/{n}" for n in range(first, min(first + per_page, items))]
            following = f'<a rel="next" href="/list?page={number + 1}">next</a>' if number < pages else ""
            return Answer(page(f"page {number}", *links).replace("</ul>", f"</ul>{following}"))
        if hit.path.startswith("/item/"):
            number = int(hit.path.rpartition("/")[2])
            return Answer(page(f"Item {number}", text=f"Carved figure number {number}, 20 cm, 150 EUR. " * 8))
        return None

    return route
