"""What a ZIP or an OLE file is, by the names of what it holds."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import BinaryIO, Final

from spiders.extract.documents.formats import canonical, is_document

_OLE_MAX: Final = 64 << 20
_OLE_STREAMS: Final = (
    ("EncryptedPackage", "application/encrypted"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
)
_ZIP_PARTS: Final = (
    ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)
_DIRECTORY_MAX: Final = 32 << 20
"""Bytes of a ZIP's directory we are ready to list (some 300,000 members)."""


def zip_kind(file: BinaryIO, named: str) -> str:
    """The media type of a ZIP: an office file, an OpenDocument, a web archive, or just a ZIP."""
    if not small_directory(file):
        return "application/zip"
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            first = archive.getinfo("mimetype") if "mimetype" in names else None
            if first is not None and first.file_size < 100 and not first.flag_bits & 1:
                stated = archive.read(first).decode("ascii", "replace").strip()
                return canonical(stated) or stated.lower()
    except Exception:  # a broken ZIP: the name may still say what it was meant to be
        return named if is_document(named) or named == "application/wacz" else "application/zip"
    if "[Content_Types].xml" in names:
        for prefix, found in _ZIP_PARTS:
            if any(name.startswith(prefix) for name in names):
                return found
    if "datapackage.json" in names and (
        named == "application/wacz" or any(name.startswith("archive/") for name in names)
    ):
        return "application/wacz"
    return "application/zip"


def small_directory(file: BinaryIO) -> bool:
    """Whether the ZIP's own directory is small enough to be listed: `zipfile` makes an object of every entry at
    once."""
    end = file.seek(0, io.SEEK_END)
    file.seek(max(0, end - 65_557))
    tail = file.read(65_557)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return True  # no directory: `zipfile` will say so
    size = struct.unpack_from("<I", tail, at + 12)[0]
    if size == 0xFFFFFFFF:
        at = tail.rfind(b"PK\x06\x06")
        size = struct.unpack_from("<Q", tail, at + 40)[0] if 0 <= at <= len(tail) - 48 else 0
    return bool(size <= _DIRECTORY_MAX)


def ole_kind(file: BinaryIO) -> str:
    """The media type of an OLE file (the offices before 2007, and newer ones with a password)."""
    file.seek(0)
    body = file.read(_OLE_MAX)
    for stream, found in _OLE_STREAMS:
        if stream.encode("utf-16-le") in body:
            return found
    return "application/x-ole-storage"
