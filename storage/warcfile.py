"""Reading WARC files of the store: one member at its place, or a file from its start as far as it is whole."""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from storage.errors import StoreDamaged

OPEN = ".open"
"""Suffix of a file that is still being written, or whose writer died."""
STEP = 1 << 16


def member(folder: Path, name: str, offset: int, length: int) -> bytes:
    """The raw gzip member. Raises StoreDamaged when the file is missing or too short."""
    for place in (folder / name, folder / (name + OPEN), folder / name):  # it may be sealed while we look
        try:
            with place.open("rb") as file:
                file.seek(offset)
                data = file.read(length)
        except FileNotFoundError:
            continue
        if len(data) != length:
            raise StoreDamaged(f"the WARC file {name} ends before byte {offset + length:,}")
        return data
    raise StoreDamaged(f"the WARC file {name} is missing from {folder}")


def record(raw: bytes) -> tuple[ArcWarcRecord, bytes]:
    """The WARC record in a gzip member, and its block, checked against its digest. Raises StoreDamaged otherwise."""
    try:
        for found in ArchiveIterator(io.BytesIO(raw), no_record_parse=True):
            block = found.raw_stream.read()
            if found.rec_headers.get_header("WARC-Block-Digest") != f"sha256:{hashlib.sha256(block).hexdigest()}":
                raise StoreDamaged("a WARC record does not match its digest")
            return found, block
    except StoreDamaged:
        raise
    except Exception as error:  # warcio raises many kinds for broken data
        raise StoreDamaged(f"a WARC record cannot be read: {error}") from error
    raise StoreDamaged("a WARC record is empty")


def block(raw: bytes) -> bytes:
    """The block of the WARC record in a gzip member."""
    return record(raw)[1]


def whole_records(path: Path) -> Iterator[tuple[int, int, ArcWarcRecord, bytes]]:
    """(offset, length, record, block) of each complete record; ends before the first that is cut or broken."""
    for offset, raw in _members(path):
        try:
            found, data = record(raw)
        except StoreDamaged:
            return
        yield offset, len(raw), found, data


def sync_folder(folder: Path) -> None:
    """A new name is only safe when its folder is synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _members(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as file:
        offset = 0
        data = b""
        while True:
            unpack = zlib.decompressobj(31)
            raw = bytearray()
            while not unpack.eof:
                data = data or file.read(STEP)
                if not data:
                    return
                try:
                    unpack.decompress(data)
                except zlib.error:
                    return
                raw += data[: len(data) - len(unpack.unused_data)]
                data = unpack.unused_data
            yield offset, bytes(raw)
            offset += len(raw)
