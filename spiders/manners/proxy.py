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
import re
from urllib.parse import urlsplit

from spiders.manners.connect import GuardedResolver
from spiders.manners.guard import Guard
from spiders.manners.refused import Refused

_log = logging.getLogger(__name__)
_HEAD = 64 * 1024
_CHUNKED = re.compile(rb"(?im)^transfer-encoding:[^\r\n]*chunked")
_LENGTH = re.compile(rb"(?im)^content-length:\s*(\d{1,15})\s*$")
_BLOCK = 64 * 1024
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
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
                await asyncio.gather(_pump(reader, upstream[1], self.most), _pump(upstream[0], writer, self.most))
            else:
                path = parts._replace(scheme="", netloc="").geturl() or "/"
                own = f"{method} {path} HTTP/1.1".encode("latin-1")
                await _send(reader, upstream[1], own, rest, self.most)
                await _answer(upstream[0], writer, method, self.most)
        finally:
            upstream[1].close()

    async def _connect(self, host: str, port: int) -> Streams:
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


async def _send(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: bytes, rest: bytes, most: int
) -> None:
    """The one request of this connection: its line made ours, its headers without those of the proxy, its body."""
    writer.write(line + b"\r\n" + _closing(rest))
    length = _length(rest)
    if length is None:
        raise ValueError("a request body without a length")
    if length > most:
        raise ValueError(f"a request body of {length} bytes")
    if length:
        writer.write(await asyncio.wait_for(reader.readexactly(length), _WAIT))
    await writer.drain()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, most: int) -> None:
    """The answer to it, marked as the last of the connection, up to where it says it ends: not every server closes."""
    status = 100
    while status == 100:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _WAIT)
        line, _, rest = head.partition(b"\r\n")
        status = int(line.split()[1])
    writer.write(line + b"\r\n" + _closing(rest))
    if method == "HEAD" or status in {204, 304}:
        length: int | None = 0
    else:
        length = _length(rest, absent=None)
    if length is None and _CHUNKED.search(rest):
        await _chunks(reader, writer, most)
        return
    left = most if length is None else min(length, most)
    while left and (block := await asyncio.wait_for(reader.read(min(left, _BLOCK)), _WAIT)):
        left -= len(block)
        writer.write(block)
        await asyncio.wait_for(writer.drain(), _WAIT)


async def _chunks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, most: int) -> None:
    size, moved = 1, 0
    while size and moved <= most:
        line = await asyncio.wait_for(reader.readuntil(b"\r\n"), _WAIT)
        size = int(line.split(b";")[0], 16)
        moved += size
        block = await asyncio.wait_for(reader.readexactly(min(size, most) + 2), _WAIT) if size else b"\r\n"
        writer.write(line + block)
        await asyncio.wait_for(writer.drain(), _WAIT)


def _closing(rest: bytes) -> bytes:
    gone = (b"proxy-", b"connection:", b"keep-alive:")
    kept = [line for line in rest.split(b"\r\n") if line and not line.lower().startswith(gone)]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])


def _length(rest: bytes, absent: int | None = 0) -> int | None:
    if _CHUNKED.search(rest):
        return None
    found = _LENGTH.search(rest)
    return int(found[1]) if found else absent


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
