"""WARC (ISO 28500) and ARC: records out of a file, each with its place; a broken one costs only itself."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final

from spiders.archive_records import Limits
from spiders.archive_tape import ARC_LINE, Damaged, Tape

_LINE_MAX: Final = 1 << 16
_HEADERS_MAX: Final = 200
_BLANK_MAX: Final = 1 << 12
_SEARCHES_MAX: Final = 10_000
"""Broken places of one file after which the rest is given up: each costs a search."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in the file. `headers` have lower-case names; `where` is a place `reread` finds again."""

    kind: str
    headers: Mapping[str, str]
    block: bytes
    where: tuple[int, int]
    arc: bool = False
    start: tuple[int, int] = (0, 0)
    """Where the block begins."""
    wrong: str = ""
    """What shows that the stated length is wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A record that could not be read, and where it begins."""

    reason: str
    detail: str
    where: tuple[int, int]


class _Bad(Exception):
    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass
class WarcFile:
    """An opened WARC or ARC file."""

    file: BinaryIO
    limits: Limits
    _tape: Tape = field(init=False)
    _arc: bool = field(init=False, default=False)
    _again: int = field(init=False, default=0)
    """Bytes read again, or passed over on the way, for records that repeat earlier ones."""
    _again_max: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        size, limits = self.file.seek(0, 2), self.limits
        self._again_max = min(limits.total, limits.slack + limits.ratio * size)
        self.file.seek(0)
        self._tape = Tape(self.file)

    def records(self) -> Iterator[Record | Fault]:
        """Every record in the order of the file. After a fault the next place where a record begins is looked for."""
        tape, searches = self._tape, 0
        while searches <= _SEARCHES_MAX:
            start = tape.where
            try:
                if not self._to_start():
                    return
                start = tape.where
                record = self._record()
                yield from self._mended(record) if record.wrong else (record,)
                searches += bool(record.wrong)
            except (_Bad, Damaged) as error:
                reason, detail = (error.reason, error.detail) if isinstance(error, _Bad) else ("broken", str(error))
                yield Fault("cut" if "ends early" in detail else reason, detail, start)
                searches += 1
                if not tape.find_record(start[0] + 1, self._arc):
                    break
        if searches > _SEARCHES_MAX or tape.tired:
            yield Fault("broken", "too much damage: the rest of the file is given up", start)

    def reread(self, where: tuple[int, int]) -> Record | None:
        """The record at a place, read again; None when it is not there any more, or when so much has been read again
        that a small file would make a flood of pages. The order of `records` is not disturbed."""
        held = self._tape.where
        self._again += where[1] + held[1]
        if self._again > self._again_max:
            return None
        try:
            self._tape.seek(where)
            record = self._record()
            self._again += len(record.block)
            return record
        except (_Bad, Damaged):
            return None
        finally:
            self._tape.seek(held)

    def _to_start(self) -> bool:
        """Pass over the blank lines between records; False at the end of the file."""
        for _ in range(_BLANK_MAX):
            line = self._tape.readline(_LINE_MAX)
            if not line:
                return False
            if line.strip(b"\r\n\t \x00"):
                self._tape.unread(line)
                return True
        raise _Bad("broken", "blank lines without end")

    def _record(self) -> Record:
        where = self._tape.where
        line = self._tape.readline(_LINE_MAX)
        if line.startswith(b"WARC/"):
            return self._warc(where)
        self._arc = line.startswith((b"http://", b"https://", b"filedesc://", b"dns:", b"ftp://"))
        arc = ARC_LINE.match(line)
        if arc:
            return self._arc_record(arc, where)
        raise _Bad("broken", f"no record begins with {line[:60]!r}")

    def _warc(self, where: tuple[int, int]) -> Record:
        headers: dict[str, str] = {}
        last = ""
        for _ in range(_HEADERS_MAX):
            line = self._tape.readline(_LINE_MAX)
            if not line.strip(b"\r\n"):
                if not line:
                    raise _Bad("cut", "file ends in a record's head")
                break
            if not line.endswith(b"\n") and len(line) < _LINE_MAX:
                raise _Bad("cut", "file ends in a record's head")
            if line[:1] in (b" ", b"\t") and last:
                headers[last] += " " + line.decode("utf-8", "replace").strip()
                continue
            name, colon, value = line.decode("utf-8", "replace").partition(":")
            if not colon:
                raise _Bad("broken", f"header line {line[:60]!r}")
            last = name.strip().lower()
            headers.setdefault(last, value.strip())
        else:
            raise _Bad("broken", f"more than {_HEADERS_MAX} header lines")
        begin = self._tape.where
        block = self._block(headers.get("content-length", ""))
        wrong = self._wrong_end()
        return Record(headers.get("warc-type", "").lower(), headers, block, where, start=begin, wrong=wrong)

    def _arc_record(self, line: re.Match[bytes], where: tuple[int, int]) -> Record:
        url, ip, date, media_type, length = (part.decode("utf-8", "replace") for part in line.groups())
        headers = {"warc-target-uri": url, "warc-ip-address": ip, "warc-date": date, "content-type": media_type}
        kind = "arc_header" if url.startswith("filedesc://") else "response"
        begin = self._tape.where
        block = self._block(length)
        return Record(kind, headers, block, where, arc=True, start=begin, wrong=self._wrong_end())

    def _block(self, stated: str) -> bytes:
        if not (stated.isascii() and stated.isdigit() and len(stated) < 16):
            raise _Bad("broken", f"content length {stated[:40]!r}")
        size = int(stated)
        if size > self.limits.page:
            raise _Bad("size", f"record of {size} bytes, limit {self.limits.page}")
        block = self._tape.read(size)
        if len(block) < size:
            raise _Bad("cut", f"file ends after {len(block)} of a record's {size} bytes")
        return block

    def _wrong_end(self) -> str:
        """A record ends before a blank line, another record or the end; anything else means its length is wrong."""
        for _ in range(4):
            try:
                line = self._tape.readline(_LINE_MAX)
            except Damaged:
                return ""  # what comes after is broken, this record is whole: the next read says so again
            if not line:
                return ""
            if line.strip(b"\r\n"):
                self._tape.unread(line)
                if line.startswith(b"WARC/") or ARC_LINE.match(line):
                    return ""
                return f"wrong length: after the record stands {line[:40]!r}"
        return ""

    def _mended(self, record: Record) -> Iterator[Record | Fault]:
        """A record whose length is wrong, up to where the next one begins (in a plain file); the fault is said
        first."""
        yield Fault("broken", record.wrong, record.where)
        found = self._tape.find_record(record.where[0] + 1, self._arc)
        after = self._tape.where
        if not self._tape.gzipped and record.start[0] < (after[0] if found else sys.maxsize):
            self._tape.seek(record.start)
            size = after[0] - record.start[0] if found else self.limits.page
            block = self._tape.read(min(size, self.limits.page))
            yield replace(record, block=block.removesuffix(b"\r\n").removesuffix(b"\r\n"), wrong="")
        if found:
            self._tape.seek(after)
        else:
            self._tape.to_end()


def digest_differs(record: Record) -> str:
    """What is wrong with the record's block digest; "" when it holds, is missing, or is of a kind that is not known."""
    name, _, stated = record.headers.get("warc-block-digest", "").partition(":")
    name = name.strip().lower().replace("-", "")
    if not stated or name not in {"sha1", "sha256", "sha512", "md5"}:
        return ""
    found = hashlib.new(name, record.block, usedforsecurity=False)
    texts = {found.hexdigest(), base64.b32encode(found.digest()).decode().rstrip("=").lower()}
    texts.add(base64.b64encode(found.digest()).decode().rstrip("=").lower())
    return "" if stated.strip().rstrip("=").lower() in texts else f"{name} of the block is {found.hexdigest()}"
