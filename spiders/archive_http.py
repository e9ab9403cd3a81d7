"""An HTTP message as an archive keeps it: status or request line, header pairs, body with its chunks joined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from spiders.archive_records import Pairs

_STATUS: Final = re.compile(rb"(?:HTTP/\d(?:\.\d)?|ICY|HTTP)[ \t]+(\d{3})[ \t]*([^\r\n]*)")
_REQUEST: Final = re.compile(rb"([A-Za-z]{3,16})[ \t]+(\S*)")
_HEAD_MAX: Final = 1 << 18
_CHUNK: Final = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `line` has (status, reason) of an answer or (method, target) of a request."""

    line: tuple[str, str]
    pairs: Pairs
    body: bytes


def parse_response(block: bytes) -> Message | None:
    """An answer; None when the block does not start with a status line."""
    return _parse(block, _STATUS)


def parse_request(block: bytes) -> Message | None:
    """A request; None when the block does not start with a request line."""
    return _parse(block, _REQUEST)


def _parse(block: bytes, line: re.Pattern[bytes]) -> Message | None:
    first = line.match(block)
    if first is None:
        return None
    head, body = _split(block)
    pairs: list[tuple[str, str]] = []
    for raw in head.split(b"\n")[1:]:
        text = raw.rstrip(b"\r")
        if text[:1] in (b" ", b"\t") and pairs:  # a folded header
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {_text(text)}".strip())
            continue
        name, colon, value = text.partition(b":")
        if colon and name.strip():
            pairs.append((_text(name), _text(value)))
    if any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in pairs):
        body = join_chunks(body)
    return Message((_text(first[1]), _text(first[2])), tuple(pairs), body)


def _text(data: bytes) -> str:
    """Header bytes as text: UTF-8 where they are that, else ISO 8859-1 (RFC 9110, 5.5)."""
    try:
        return data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return data.decode("latin-1").strip()


def _split(block: bytes) -> tuple[bytes, bytes]:
    ends = [(at, len(mark)) for mark in (b"\r\n\r\n", b"\n\n") if (at := block.find(mark, 0, _HEAD_MAX)) >= 0]
    if not ends:
        return block[:_HEAD_MAX], block[_HEAD_MAX:]
    at, size = min(ends)
    return block[:at], block[at + size :]


def join_chunks(body: bytes) -> bytes:
    """The body without its chunk lines. One that never was chunked is given back as it is; a cut one up to the cut."""
    parts: list[bytes] = []
    at = 0
    while True:
        size = _CHUNK.match(body, at)
        if size is None:
            return b"".join(parts) if parts and at >= len(body) else body
        length, start = int(size[1], 16), size.end()
        if length == 0:
            return b"".join(parts)
        parts.append(body[start : start + length])
        at = start + length
        if at >= len(body):
            return b"".join(parts)
        if body.startswith(b"\r\n", at):
            at += 2
        elif body.startswith(b"\n", at):
            at += 1
        else:
            return body


def joined(pairs: Pairs) -> dict[str, str]:
    """Header pairs as `Page.headers` has them: lower-case names, repetitions joined with a comma."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key = name.lower()
        found[key] = f"{found[key]}, {value}" if key in found else value
    return found
