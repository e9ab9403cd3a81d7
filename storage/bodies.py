"""Bodies unpacked, with a hard limit on what comes out: a megabyte of gzip can hold a gigabyte."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Any

from storage.errors import BodyTooLarge, BodyUndecodable
from storage.records import Headers

STEP = 1 << 20
MAX_LAYERS = 5
"""Most encodings on top of each other; real servers send one, some two."""

Unpack = Callable[[bytes, int], bytes]


def decode(body: bytes, headers: Headers, limit: int) -> bytes:
    """`body` with its content-encodings (gzip, deflate, br, zstd) taken off, at most `limit` bytes.

    Raises BodyTooLarge, and BodyUndecodable for broken data or an unknown encoding. A body that is not packed although
    the header says so is answered as it is: some servers say gzip and send plain text.
    """
    named = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    layers = [one.strip().lower() for one in named.split(",") if one.strip().lower() not in ("", "identity", "none")]
    if len(layers) > MAX_LAYERS:
        raise BodyUndecodable(f"{len(layers)} content-encodings on top of each other")
    for layer in reversed(layers):
        if body:
            body = _layer(layer, body, limit)
    if len(body) > limit:
        raise BodyTooLarge(f"the body has {len(body):,} bytes, the limit is {limit:,}")
    return body


def _layer(name: str, body: bytes, limit: int) -> bytes:
    if name in ("gzip", "x-gzip"):
        if body[:2] != b"\x1f\x8b":
            return body
        return _all(_gzip(body, limit), name, limit)
    if name == "deflate":
        try:
            return _all(_zlib(body, zlib.MAX_WBITS), name, limit)
        except BodyUndecodable:  # half of the servers that say deflate send it without the zlib header
            return _all(_zlib(body, -zlib.MAX_WBITS), name, limit)
    if name == "br":
        return _all(_brotli(body), name, limit)
    if name in ("zstd", "zst"):
        return _all(_zstd(body), name, limit)
    raise BodyUndecodable(f"unknown content-encoding {name[:40]!r}")


def _all(pieces: Iterator[bytes], name: str, limit: int) -> bytes:
    out = bytearray()
    try:
        for piece in pieces:
            out += piece
            if len(out) > limit:
                raise BodyTooLarge(f"the {name} body unpacks to more than {limit:,} bytes")
    except (zlib.error, EOFError, ValueError) as error:
        raise BodyUndecodable(f"the {name} body is broken: {error}") from error
    return bytes(out)


def _gzip(body: bytes, limit: int) -> Iterator[bytes]:
    """All members; what follows the last one and is no gzip is left alone, as browsers do."""
    while body[:2] == b"\x1f\x8b":
        unpack = zlib.decompressobj(31)
        yield from _steps(unpack, body)
        body = unpack.unused_data


def _zlib(body: bytes, window: int) -> Iterator[bytes]:
    yield from _steps(zlib.decompressobj(window), body)


def _steps(unpack: Any, body: bytes) -> Iterator[bytes]:
    """A cut-off stream gives what there is: the page was kept as it came, and half a page is worth reading."""
    while not unpack.eof:
        piece = unpack.decompress(body, STEP)
        body = unpack.unconsumed_tail
        if not piece and not body:
            return
        yield piece


def _brotli(body: bytes) -> Iterator[bytes]:
    import brotli  # type: ignore[import-untyped]  # noqa: PLC0415

    unpack = brotli.Decompressor()
    try:
        yield unpack.process(body, output_buffer_limit=STEP)
        while not unpack.is_finished() and not unpack.can_accept_more_data():
            yield unpack.process(b"", output_buffer_limit=STEP)
    except brotli.error as error:
        raise ValueError(str(error)) from error


def _zstd(body: bytes) -> Iterator[bytes]:
    from backports import zstd  # noqa: PLC0415

    try:
        while body:
            unpack = zstd.ZstdDecompressor()
            yield unpack.decompress(body, STEP)
            while not unpack.eof and not unpack.needs_input:
                yield unpack.decompress(b"", STEP)
            body = unpack.unused_data if unpack.eof else b""
    except zstd.ZstdError as error:
        raise ValueError(str(error)) from error
