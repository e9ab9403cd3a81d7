"""The browser's only way out: a proxy on loopback that connects by the guard's rule.

Chromium resolves names and follows redirects by itself, and Playwright's route handler never sees the hops of a
redirect, a WebSocket or a prefetch. All of them pass a proxy. It reads the first head of a connection (CONNECT for
https and WebSockets, an absolute address for http), checks the address as written, resolves it under the guard,
connects to the address checked, and from there only moves bytes. One request a connection: what follows on a kept
one would pass unseen.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from urllib.parse import urlsplit

from spiders.manners.connect import GuardedResolver
from spiders.manners.guard import Guard
from spiders.manners.refused import Refused

_log = logging.getLogger(__name__)
_HEAD = 64 * 1024
_BLOCK = 64 * 1024
_WAIT = 30.0  # seconds to connect, to send a head, and between two blocks


class GuardProxy:
    """`await start()` before the browser, `await close()` after it. `most` bounds the bytes of one answer."""

    def __init__(self, guard: Guard, most: int) -> None:
        self.guard = guard
        self.most = most
        self.refused: dict[str, Refused] = {}
        """Hosts that were refused, each with the last reason."""
        self.peers: dict[str, str] = {}
        """Numeric address that each host was last reached at."""
        self._resolver = GuardedResolver(guard)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> str:
        """Listen; the proxy's address for the browser."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and cut what is open."""
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        try:
            await self._serve(reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
            _log.debug("proxy: %s: %s", type(error).__name__, error)
            await _say(writer, 502, "Bad Gateway")
        finally:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _WAIT)
        line, _, rest = head.partition(b"\r\n")
        method, target, _ = line.decode("latin-1").split(" ", 2)
        tunnel = method == "CONNECT"
        url = f"https://{target}/" if tunnel else target
        try:
            host = self.guard.check_url(url)
            parts = urlsplit(url)
            port = parts.port or (443 if tunnel else 80)
            upstream = await self._connect(host, port)
        except Refused as error:
            self.refused[urlsplit(url).hostname or ""] = error
            await _say(writer, 403, "Forbidden", error.reason)
            return
        try:
            if tunnel:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = parts._replace(scheme="", netloc="").geturl() or "/"
                upstream[1].write(f"{method} {path} HTTP/1.1\r\n".encode("latin-1") + _own_headers(rest))
            await asyncio.gather(_pump(reader, upstream[1], self.most), _pump(upstream[0], writer, self.most))
        finally:
            upstream[1].close()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        last: OSError | None = None
        for found in await self._resolver.resolve(host, port):
            address, at = found["host"], found["port"]
            if (address, at) not in self._resolver.permitted:
                self.guard.check_peer(address, at, host)
            try:
                opened = await asyncio.wait_for(asyncio.open_connection(address, at), _WAIT)
            except OSError as error:
                last = error
                continue
            self.peers[host] = address
            return opened
        raise last or OSError(f"{host}: no address")


def _own_headers(rest: bytes) -> bytes:
    gone = (b"proxy-", b"connection:", b"keep-alive:")
    kept = [line for line in rest.split(b"\r\n") if line and not line.lower().startswith(gone)]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int) -> None:
    moved = 0
    with contextlib.suppress(ConnectionError, TimeoutError):
        while block := await asyncio.wait_for(reader.read(_BLOCK), _WAIT):
            moved += len(block)
            if moved > most:
                break
            writer.write(block)
            await asyncio.wait_for(writer.drain(), _WAIT)
    # Half-closing tells the other side that no more comes; a browser that closed its tab ends the site's answer too.
    with contextlib.suppress(OSError, RuntimeError):
        if writer.can_write_eof():
            writer.write_eof()


async def _say(writer: asyncio.StreamWriter, status: int, phrase: str, detail: str = "") -> None:
    body = detail.encode()
    with contextlib.suppress(OSError):
        head = f"HTTP/1.1 {status} {phrase}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
