"""A ZIP held to a strict form: every byte belongs to exactly one plainly named member."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import IO

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(?:/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
"""Names in packages are made by us, never by pages: letters, digits, dot, hyphen, underscore."""
MAX_NAME = 240
MAX_FILES = 200_000
MAX_TOTAL = 1 << 40
"""Bytes in all, unpacked: 1 TiB."""
MAX_RATIO = 200
"""Packages are stored, not deflated. Whoever packs one again reaches 5 to 30 on its texts; bombs start near 1000."""

Add = Callable[[str, str, str], None]


def safe(name: str) -> bool:
    """Whether a name can only ever mean a file below the package's own folder."""
    return len(name) <= MAX_NAME and NAME.fullmatch(name) is not None


def check(file: IO[bytes], archive: zipfile.ZipFile, label: str, add: Add) -> list[zipfile.ZipInfo]:
    """Note what is wrong with the container and give back the members that may be read, folders left out."""
    infos = archive.infolist()
    good: list[zipfile.ZipInfo] = []
    seen: set[str] = set()
    if len(infos) > MAX_FILES:
        add("SIZE-LIMIT", label, f"{len(infos)} members, more than {MAX_FILES}")
        return []
    total = 0
    for info in infos:
        name = info.filename[:-1] if info.is_dir() else info.filename
        if not safe(name) or info.orig_filename != info.filename:
            add("PATH-UNSAFE", label, f"member {info.orig_filename[:MAX_NAME]!r}")
            continue
        if name.casefold() in seen:
            add("PATH-DUPLICATE", label, f"member {name} occurs twice")
            continue
        seen.add(name.casefold())
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or ((kind == stat.S_IFDIR) != info.is_dir() and kind):
            add("PATH-LINK", label, f"member {name} is not a plain file")
            continue
        if info.flag_bits & 0x1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            add("ZIP-FORM", label, f"member {name} is encrypted or compressed in an unusual way")
            continue
        total += info.file_size
        if info.file_size > 4096 and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            add("SIZE-LIMIT", label, f"member {name} unpacks to {info.file_size} from {info.compress_size} bytes")
            continue
        if not info.is_dir():
            good.append(info)
        elif info.file_size:
            add("ZIP-FORM", label, f"folder {name} holds bytes")
    if total > MAX_TOTAL:
        add("SIZE-LIMIT", label, f"{total} bytes unpacked, more than {MAX_TOTAL}")
        return []
    _no_hidden_bytes(file, archive, infos, label, add)
    return good


def _no_hidden_bytes(
    file: IO[bytes], archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], label: str, add: Add
) -> None:
    """Members must follow each other from the first byte, the directory must follow them, and nothing follows it."""
    end = slack = 0  # a member written as a stream is followed by a descriptor of 12 to 24 bytes
    for info in sorted(infos, key=lambda one: one.header_offset):
        file.seek(info.header_offset)
        header = file.read(30)
        if len(header) < 30 or header[:4] != b"PK\x03\x04":
            add("ZIP-FORM", label, f"member {info.filename[:MAX_NAME]!r} has no header of its own")
            return
        flags, packed, _size, name_length, extra_length = struct.unpack("<6xH10xIIHH", header)
        if not 0 <= info.header_offset - end <= slack:
            add("ZIP-HIDDEN", label, f"{info.header_offset - end} bytes before member {info.filename[:MAX_NAME]!r}")
        if not flags & 0x8 and packed not in (info.compress_size, 0xFFFFFFFF):
            add("ZIP-FORM", label, f"member {info.filename[:MAX_NAME]!r} states two sizes")
        slack = 24 if flags & 0x8 else 0
        end = info.header_offset + 30 + name_length + extra_length + info.compress_size
    start = archive.start_dir
    if not 0 <= start - end <= slack:
        add("ZIP-HIDDEN", label, f"{start - end} bytes before the directory")
    _ends_at_its_end(file, start, label, add)


def _ends_at_its_end(file: IO[bytes], start: int, label: str, add: Add) -> None:
    size = file.seek(0, 2)
    file.seek(max(size - 22, 0))
    tail = file.read(22)
    if tail[:4] != b"PK\x05\x06":
        add("ZIP-HIDDEN", label, "a comment or other bytes after the directory")
        return
    directory, comment = struct.unpack("<12xI4xH", tail)
    rest = size - start - directory - 22
    if directory != 0xFFFFFFFF and (rest not in (0, 76) or comment):
        add("ZIP-HIDDEN", label, f"{rest} bytes within or after the directory")
