"""The members of a ZIP, one at a time, within limits. Names are for people and for telling kinds; nothing is
written."""

from __future__ import annotations

import io
import re
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from spiders.archive_records import Limits, Problem
from spiders.extract.documents.containers import small_directory

_ASIDE: Final = re.compile(r"(?:.*/)?(?:__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)", re.I)
_READ: Final = 1 << 20
_IN_MEMORY: Final = 8 << 20


class TooMuch(Exception):
    """A member, or all members together, unpack to more than the limits allow."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass
class Budget:
    """What a file and all archives within it may still unpack to. `packed` is the size of the outermost file."""

    limits: Limits
    packed: int
    used: int = 0

    def spend(self, size: int) -> None:
        """Count unpacked bytes; TooMuch when they are over the total or the ratio."""
        self.used += size
        if self.used > self.limits.total:
            raise TooMuch("size", f"unpacks to more than {self.limits.total} bytes")
        if self.used > self.limits.slack and self.used > self.packed * self.limits.ratio:
            raise TooMuch("ratio", f"{self.packed} bytes unpack to more than {self.used}")


def members(
    file: BinaryIO, path: str, member: str, budget: Budget
) -> Iterator[tuple[zipfile.ZipFile, zipfile.ZipInfo] | Problem]:
    """The members that can be read, in the order of the archive, and a problem for each that is refused."""
    try:
        archive = zipfile.ZipFile(file) if small_directory(file) else None
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        OSError,
        EOFError,
        UnicodeError,
        RuntimeError,
    ) as error:
        yield Problem(path, member, "broken", f"ZIP: {error}")
        return
    if archive is None:
        yield Problem(path, member, "members", "its directory alone is larger than the limit")
        return
    with archive:
        for number, info in enumerate(archive.infolist()):
            if number >= budget.limits.members:
                left = len(archive.infolist()) - number
                yield Problem(path, member, "members", f"members after {budget.limits.members}", left)
                return
            if info.is_dir() or _ASIDE.fullmatch(info.filename):
                continue
            refused = _refusal(info)
            if refused:
                yield Problem(path, within(member, info.filename), *refused)
            else:
                yield archive, info


def _refusal(info: zipfile.ZipInfo) -> tuple[str, str] | None:
    # `orig_filename`: zipfile cuts names at a zero byte and turns the system's separator
    name = info.orig_filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name) or "\x00" in name:
        return "name", "leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "link", "is a symbolic link"
    if info.flag_bits & 0x1:
        return "encrypted", "needs a password"
    return None


def within(member: str, name: str) -> str:
    """How a member is named for people: `outer.zip!/folder/page.html`, control characters replaced."""
    name = "".join(sign if sign.isprintable() else "\ufffd" for sign in name[:500])
    return f"{member}!/{name}" if member else name


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> BinaryIO:
    """One member, unpacked into memory or, when large, into an unnamed temporary file. TooMuch beyond the limits,
    what the archive says of its sizes notwithstanding; ValueError with a word when it is broken."""
    try:
        with archive.open(info) as part:
            return _spool(iter(lambda: part.read(_READ), b""), budget)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None


def gunzip(file: BinaryIO, budget: Budget) -> BinaryIO:
    """A gzip file unpacked, all its members; the same errors as `unpack`."""
    return _spool(_inflated(file), budget)


def _spool(pieces: Iterator[bytes], budget: Budget) -> BinaryIO:
    spool = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by who takes it, or here on error
    try:
        for piece in pieces:
            budget.spend(len(piece))
            spool.write(piece)
        spool.seek(0)
    except BaseException:
        spool.close()
        raise
    return cast(BinaryIO, spool)


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    inflate = zlib.decompressobj(31)
    packed = file.read(_READ)
    while packed:
        try:
            piece = inflate.decompress(packed, _READ)
        except zlib.error as error:
            raise ValueError(f"gzip: {error}") from None
        if piece:
            yield piece
        packed = (inflate.unused_data.lstrip(b"\x00") if inflate.eof else inflate.unconsumed_tail) or file.read(_READ)
        if inflate.eof and packed:
            if not packed.startswith(b"\x1f\x8b"):
                return  # what stands behind the last member is padding
            inflate = zlib.decompressobj(31)
    if not inflate.eof:
        raise ValueError("gzip: ends early")


class Window(io.RawIOBase):
    """A stored (not compressed) member as a file of its own, without copying: `ZipExtFile` reads from the start again
    for every step back, which makes a large WARC with revisits quadratic."""

    def __init__(self, file: BinaryIO, info: zipfile.ZipInfo) -> None:
        super().__init__()
        file.seek(info.header_offset)
        head = file.read(30)
        if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
            raise ValueError("no member where the directory says")
        self._base = info.header_offset + 30 + sum(struct.unpack_from("<HH", head, 26))
        self._file, self._size, self._at = file, info.file_size, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of any file."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """As of any file."""
        self._file.seek(self._base + self._at)
        piece = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
