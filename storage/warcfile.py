"""Reading WARC files of the store: one member at its place, or a file from its start as far as it is whole."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from storage.errors import StoreDamaged

OPEN = ".open"
"""Suffix of a file that is still being written, or whose writer died."""


def locate(folder: Path, name: str) -> Path:
    """The file, whether sealed or open. Raises StoreDamaged when it is in neither state."""
    for place in (folder / name, folder / (name + OPEN)):
        if place.exists():
            return place
    raise StoreDamaged(f"the WARC file {name} is missing from {folder}")


def member(folder: Path, name: str, offset: int, length: int) -> bytes:
    """The raw gzip member. Raises StoreDamaged when the file is missing or too short."""
    try:
        with locate(folder, name).open("rb") as file:
            file.seek(offset)
            data = file.read(length)
    except FileNotFoundError:  # renamed between looking and opening: its writer has just closed it
        with (folder / name).open("rb") as file:
            file.seek(offset)
            data = file.read(length)
    if len(data) != length:
        raise StoreDamaged(f"the WARC file {name} ends before byte {offset + length:,}")
    return data


def record(raw: bytes) -> tuple[ArcWarcRecord, bytes]:
    """The WARC record in a gzip member, and its block. Raises StoreDamaged for anything else."""
    try:
        for found in ArchiveIterator(io.BytesIO(raw), no_record_parse=True):
            return found, found.raw_stream.read()
    except Exception as error:  # warcio raises many kinds for broken data
        raise StoreDamaged(f"a WARC record cannot be read: {error}") from error
    raise StoreDamaged("a WARC record is empty")


def block(raw: bytes) -> bytes:
    """The block of the WARC record in a gzip member."""
    return record(raw)[1]


def whole_members(path: Path) -> Iterator[tuple[int, bytes]]:
    """(offset, raw member) of each complete gzip member from the start; ends before the first that is cut or broken."""
    with path.open("rb") as file:
        offset = 0
        data = b""
        while True:
            unpack = zlib.decompressobj(31)
            raw = bytearray()
            while not unpack.eof:
                data = data or file.read(1 << 16)
                if not data:
                    return
                try:
                    unpack.decompress(data)
                except zlib.error:
                    return
                used = len(data) - len(unpack.unused_data)
                raw += data[:used]
                data = unpack.unused_data
            yield offset, bytes(raw)
            offset += len(raw)
