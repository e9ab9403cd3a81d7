"""WARC files (ISO 28500), one gzip member a record, read as a stream: digests made of what is there, none believed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

BLOCK = 64 << 10
STEP = 1 << 20
MAX_HEADER = 256 << 10
MAX_RECORD = 1 << 30
"""Most bytes of one record, unpacked: 1 GiB."""


@dataclass
class Record:
    """One record and what was measured of it. `problems`: (code, words) of what is wrong with it by itself."""

    offset: int
    length: int
    raw_sha256: str
    headers: dict[str, str]
    payload_sha256: str
    payload_size: int
    http_line: str = ""
    http_headers: list[tuple[str, str]] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """WARC-Record-ID without its brackets."""
        return self.headers.get("warc-record-id", "").strip("<>")

    @property
    def kind(self) -> str:
        """WARC-Type."""
        return self.headers.get("warc-type", "")

    @property
    def url(self) -> str:
        """WARC-Target-URI."""
        return self.headers.get("warc-target-uri", "").strip("<>")

    @property
    def status(self) -> int | None:
        """The status of an HTTP response."""
        parts = self.http_line.split(" ")
        return int(parts[1]) if self.kind == "response" and len(parts) > 1 and parts[1].isdecimal() else None


class Malformed(Exception):
    """The rest of the file cannot be read."""


def records(file: IO[bytes]) -> Iterator[Record]:
    """The records from the present position to the end. Raises Malformed where reading cannot go on."""
    offset, rest = 0, b""
    while True:
        first = rest or file.read(BLOCK)
        if not first:
            return
        reader = _Reader(file, first)
        record = reader.record(offset)
        rest = reader.rest
        offset += record.length
        yield record


class _Reader:
    """One gzip member: hands out its unpacked bytes in bounded steps and hashes the packed ones on the way."""

    def __init__(self, file: IO[bytes], first: bytes) -> None:
        self.file, self.pending, self.rest = file, first, b""
        self.unpack = zlib.decompressobj(31)
        self.raw = hashlib.sha256()
        self.packed = self.unpacked = 0
        self.held = b""

    def _done(self) -> bool:
        return self.unpack.eof

    def _more(self) -> bytes:
        while not self._done():
            if not self.pending:
                self.pending = self.file.read(BLOCK)
                if not self.pending:
                    raise Malformed("the last record is cut off")
            before = self.pending
            try:
                out = self.unpack.decompress(before, STEP)
            except zlib.error as error:
                raise Malformed(f"not a gzip member: {error}") from error
            self.pending = self.unpack.unconsumed_tail
            if self._done():
                self.rest = self.unpack.unused_data
                used = before[: len(before) - len(self.rest)]
            else:
                used = before[: len(before) - len(self.pending)]
            self.raw.update(used)
            self.packed += len(used)
            self.unpacked += len(out)
            if self.unpacked > MAX_RECORD:
                raise Malformed(f"a record of more than {MAX_RECORD} bytes")
            if out:
                return out
        return b""

    def until(self, mark: bytes) -> bytes:
        """Bytes up to and with `mark`."""
        while mark not in self.held:
            if len(self.held) > MAX_HEADER:
                raise Malformed("a header without an end")
            more = self._more()
            if not more:
                raise Malformed("a record without a header")
            self.held += more
        head, _, self.held = self.held.partition(mark)
        return head

    def exactly(self, size: int) -> Iterator[bytes]:
        """`size` bytes in pieces."""
        while size:
            piece = self.held or self._more()
            if not piece:
                raise Malformed("a record shorter than its Content-Length")
            self.held = piece[size:]
            piece = piece[:size]
            size -= len(piece)
            yield piece

    def record(self, offset: int) -> Record:
        version, *lines = self.until(b"\r\n\r\n").decode("utf-8", "replace").split("\r\n")
        if version not in ("WARC/1.0", "WARC/1.1"):
            raise Malformed(f"not a WARC record: {version[:40]!r}")
        pairs = _pairs(lines)
        headers = {name.lower(): value for name, value in pairs}
        problems = [] if len(headers) == len(pairs) == len(lines) else [("WARC-FORM", "a header repeated or malformed")]
        length = headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MAX_RECORD:
            raise Malformed(f"Content-Length is {length[:40]!r}")
        http = headers.get("content-type", "").startswith("application/http")
        block, payload = _Digests(), _Digests()
        size, head = 0, b"" if http else None
        for piece in self.exactly(int(length)):
            block.update(piece)
            body = piece
            if head is not None:
                head += piece
                start, end, body = head.partition(b"\r\n\r\n")
                if not end and len(head) <= MAX_HEADER:
                    continue
                http_head, head = start, None
            payload.update(body)
            size += len(body)
        if head is not None:  # an answer that ends within or right after its header
            http_head = head
        http_line, *http_lines = (http_head if http else b"").decode("latin-1").split("\r\n")
        if not self._ends():
            problems.append(("WARC-FORM", "bytes after the record"))
        for name, digests in (("warc-block-digest", block), ("warc-payload-digest", payload)):
            if name in headers and not digests.match(headers[name]):
                problems.append(("WARC-DIGEST", f"{name} is {headers[name]}, not that of the bytes"))
        if "warc-block-digest" not in headers:
            problems.append(("WARC-NO-DIGEST", "no WARC-Block-Digest"))
        return Record(offset, self.packed, self.raw.hexdigest(), headers, payload.sha256.hexdigest(), size,
                      http_line, _pairs(http_lines), problems)  # fmt: skip

    def _ends(self) -> bool:
        """Whether two line ends are all that is left of the member; it is read to its end in any case."""
        tail = b""
        while piece := self.held or self._more():
            self.held = b""
            tail = (tail + piece)[:5]
        return tail == b"\r\n\r\n"


class _Digests:
    def __init__(self) -> None:
        self.sha256, self.sha1 = hashlib.sha256(), hashlib.sha1()  # noqa: S324  # older tools state SHA-1

    def update(self, data: bytes) -> None:
        self.sha256.update(data)
        self.sha1.update(data)

    def match(self, stated: str) -> bool:
        """Whether `sha256:...` or `sha1:...`, in hex or base32, is the digest of the bytes seen."""
        name, _, value = stated.partition(":")
        digest = {"sha256": self.sha256, "sha-256": self.sha256, "sha1": self.sha1}.get(name.lower())
        if digest is None:
            return False
        try:
            base32 = base64.b32decode(value.upper()) if len(value) in (32, 56) else b""
        except binascii.Error:
            base32 = b""
        return value.lower() == digest.hexdigest() or base32 == digest.digest()


def _pairs(lines: list[str]) -> list[tuple[str, str]]:
    pairs = (line.partition(":") for line in lines)
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon]
