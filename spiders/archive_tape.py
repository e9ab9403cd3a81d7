"""The bytes of a WARC or ARC file in order, plain or gzipped, with a way to go on after damage.

warcio reads past a cut without a word, reads a header line of any length and ends at the first broken record; here each
record has its offset, each read has a bound, and a broken record costs only itself.
"""

from __future__ import annotations

import re
import zlib
from typing import BinaryIO, Final

_BLOCK: Final = 1 << 16
_TRIES_MAX: Final = 500_000
_GZIP: Final = b"\x1f\x8b\x08"
WARC_LINE: Final = re.compile(rb"WARC/[01]\.\d+[ \t]*\r?\n")
ARC_LINE: Final = re.compile(
    rb"((?:https?://|ftp://|dns:|filedesc://)[^\r\n]{1,4096}?) ([0-9A-Fa-f.:]{1,64}) (\d{8,14}) (\S{0,128})"
    rb"[^\r\n]{0,300}? (\d{1,12})\r?\n"
)
"""Address, IP, date, media type, (version 2: status, checksum, place, offset, name,) length."""
_WARC_MARK: Final = re.compile(rb"(?:\A|\n)(?=WARC/[01]\.\d)")
_ARC_MARK: Final = re.compile(rb"(?:\A|\n)(?=https?://|ftp://|dns:)")


class Damaged(Exception):
    """The compressed stream is broken or cut here."""


class Tape:
    """Reads a file forward. `where` is (offset in the file, bytes unpacked since): a place that `seek` finds again."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._gzip = file.read(3) == _GZIP
        self._tries = 0
        self.seek((0, 0))

    @property
    def gzipped(self) -> bool:
        """Whether the file is gzipped."""
        return self._gzip

    @property
    def tired(self) -> bool:
        """Whether so many places that look like a record were none that no more are tried (some 10 us each)."""
        return self._tries > _TRIES_MAX

    @property
    def where(self) -> tuple[int, int]:
        """The place of the next byte."""
        return (self._member, self._unpacked) if self._gzip else (self._raw - len(self._buffer), 0)

    def seek(self, where: tuple[int, int]) -> None:
        """Go to a place that `where` gave."""
        self._file.seek(where[0])
        self._raw = self._member = where[0]
        self._unpacked = 0
        self._buffer = b""
        self._packed = b""
        self._inflate = zlib.decompressobj(31) if self._gzip else None
        self._fresh = True
        self._damage = ""  # said at every read until the next seek
        if where[1]:
            self.skip(where[1])

    def to_end(self) -> None:
        """Go behind the last byte."""
        self.seek((self._file.seek(0, 2), 0))

    def read(self, size: int) -> bytes:
        """Up to so many bytes; fewer only at the end. Damaged when the compressed stream breaks off."""
        parts = []
        while size > 0:
            if not self._buffer and not self._fill():
                break
            piece, self._buffer = self._buffer[:size], self._buffer[size:]
            self._unpacked += len(piece)
            size -= len(piece)
            parts.append(piece)
        return b"".join(parts)

    def readline(self, limit: int) -> bytes:
        """A line with its end, or `limit` bytes of a longer one."""
        line = b""
        while len(line) < limit:
            if not self._buffer and not self._fill():
                break
            end = self._buffer.find(b"\n", 0, limit - len(line))
            piece = self.read(end + 1 if end >= 0 else min(len(self._buffer), limit - len(line)))
            line += piece
            if end >= 0:
                break
        return line

    def unread(self, data: bytes) -> None:
        """Put back what was read last."""
        self._buffer = data + self._buffer
        self._unpacked = max(0, self._unpacked - len(data))

    def skip(self, size: int) -> int:
        """Pass over bytes; how many there were."""
        passed = 0
        while passed < size:
            piece = self.read(min(size - passed, _BLOCK))
            if not piece:
                break
            passed += len(piece)
        return passed

    def _fill(self) -> bool:
        """Get some bytes into the empty buffer; False at the end of the file."""
        if self._damage:
            raise Damaged(self._damage)
        if self._inflate is None:
            self._buffer = self._file.read(_BLOCK)
            self._raw += len(self._buffer)
            return bool(self._buffer)
        while not self._buffer:
            if self._inflate.eof and not self._next_member():
                return False
            if not self._packed:
                self._packed = self._file.read(_BLOCK)
                self._raw += len(self._packed)
                if not self._packed:
                    if self._fresh:
                        return False
                    self._damage = "gzip member ends early"
                    raise Damaged(self._damage)
            try:
                self._buffer = self._inflate.decompress(self._packed, _BLOCK)
            except zlib.error as error:
                self._damage = f"gzip: {error}"
                raise Damaged(self._damage) from None
            self._fresh = False
            self._packed = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail
        return True

    def _next_member(self) -> bool:
        """Start the next gzip member; False when none follows. Zeros between members are passed over, as gzip does."""
        while True:
            self._packed = self._packed.lstrip(b"\x00")
            if self._packed:
                break
            self._packed = self._file.read(_BLOCK)
            self._raw += len(self._packed)
            if not self._packed:
                return False
        self._member = self._raw - len(self._packed)
        self._unpacked = 0
        self._inflate = zlib.decompressobj(31)
        self._fresh = True
        return True

    def find_record(self, after: int, arc: bool) -> bool:
        """Go to the first place beyond file offset `after` where a record begins; False when there is none."""
        self._file.seek(after)
        base, held = after, b""
        while True:
            piece = self._file.read(1 << 20)
            if not piece:
                return False
            held += piece
            for at in self._candidates(held, arc):
                self._tries += 1
                if self.tired:
                    return False
                if self._starts_at(base + at, arc):
                    self.seek((base + at, 0))
                    return True
            self._file.seek(base + len(held))
            keep = held[-16:]
            base, held = base + len(held) - len(keep), keep
            if len(piece) < 1 << 20:
                return False

    def _candidates(self, held: bytes, arc: bool) -> list[int]:
        if not self._gzip:
            return [found.end() for found in (_ARC_MARK if arc else _WARC_MARK).finditer(held)]
        found, at = [], held.find(_GZIP)
        while at >= 0:
            found.append(at)
            at = held.find(_GZIP, at + 1)
        return found

    def _starts_at(self, offset: int, arc: bool) -> bool:
        self._file.seek(offset)
        head = self._file.read(4096)
        if self._gzip:
            try:
                head = zlib.decompressobj(31).decompress(head, 8192)
            except zlib.error:
                return False
        return (ARC_LINE if arc else WARC_LINE).match(head) is not None
