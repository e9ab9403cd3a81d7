"""Writing a BagIt 1.0 bag: every file is hashed while it is written, flushed to the disk, and listed at the end."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from osint.export.keys import SigningKey
from osint.export.options import ExportError
from osint.export.verifier import zips
from osint.export.verifier.bag import DECLARATION, PAYLOAD, SIGNATURE, TAGS
from osint.export.verifier.signature import PUBLIC

BLOCK = 1 << 20


class Writer:
    """A file of the bag while it is written: counts and hashes what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.total, self.size = file, hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        """Write all of `data`."""
        self.file.write(data)
        self.total.update(data)
        self.size += len(data)
        return len(data)


class Bag:
    """A bag in the making. `root` is a working folder that nobody takes for a finished package."""

    def __init__(self, root: Path, durable: bool = True) -> None:
        """`durable`: each file is flushed to the disk; needless where only the ZIP made of them is kept."""
        self.root, self.durable = root, durable
        self.files: dict[str, tuple[str, int]] = {}
        """path → (SHA-256 in hex, size)"""

    @contextmanager
    def writing(self, path: str) -> Iterator[Writer]:
        """A new file, hashed as it is written."""
        with self._place(path).open("xb") as file:
            writer = Writer(file)
            yield writer
            if self.durable:
                _to_disk(file)
        self.files[path] = (writer.total.hexdigest(), writer.size)

    def write(self, path: str, data: bytes) -> str:
        """A new file out of memory; its SHA-256."""
        with self.writing(path) as writer:
            writer.write(data)
        return self.files[path][0]

    def json(self, path: str, data: Any) -> str:
        """A new JSON file: UTF-8, indented for people, the same bytes for the same data."""
        return self.write(path, json_bytes(data))

    @contextmanager
    def foreign(self, path: str) -> Iterator[Path]:
        """A place for a library to write a file of its own; it is hashed when the library is done."""
        place = self._place(path)
        yield place
        total, size = hashlib.sha256(), 0
        with place.open("rb+") as file:
            while block := file.read(BLOCK):
                total.update(block)
                size += len(block)
            if self.durable:
                _to_disk(file)
        self.files[path] = (total.hexdigest(), size)

    def _place(self, path: str) -> Path:
        if not zips.safe(path) or path.casefold() in {name.casefold() for name in self.files}:
            raise ExportError(f"not a name for a file of a package: {path!r}")
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def seal(self, info: Mapping[str, str], key: SigningKey) -> str:
        """Write the tag files and the signature; the SHA-256 of the tag manifest, which stands for the whole."""
        payload = {path: entry for path, entry in self.files.items() if path.startswith("data/")}
        oxum = f"{sum(size for _, size in payload.values())}.{len(payload)}"
        lines = [f"{label}: {' '.join(value.split())}" for label, value in info.items() if value]
        self.write("bagit.txt", DECLARATION)
        self.write("bag-info.txt", "".join(f"{line}\n" for line in [*lines, f"Payload-Oxum: {oxum}"]).encode())
        self.write(PAYLOAD, _manifest(payload))
        self.write(PUBLIC, key.public_pem)
        tags = {path: entry for path, entry in self.files.items() if not path.startswith("data/")}
        manifest = _manifest(tags)
        digest = self.write(TAGS, manifest)
        self.write(SIGNATURE, key.sign(manifest))
        if self.durable:
            for folder in [self.root, *(path for path in self.root.rglob("*") if path.is_dir())]:
                sync_folder(folder)
        return digest

    def pack(self, target: Path, top: str, moment: datetime, progress: Callable[[int, int], None]) -> str:
        """Write the sealed bag as a ZIP below the folder name `top`: stored, sorted, dated `moment`. Its SHA-256."""
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for number, path in enumerate(sorted(self.files)):
                info = member(f"{top}/{path}", moment)
                info.file_size = self.files[path][1]
                with (self.root / path).open("rb") as source, archive.open(info, "w") as out:
                    while block := source.read(BLOCK):
                        out.write(block)
                progress(number + 1, len(self.files))
            archive.close()
            _to_disk(file)
        total = hashlib.sha256()
        with target.open("rb") as whole:
            while block := whole.read(BLOCK):
                total.update(block)
        return total.hexdigest()


def member(name: str, moment: datetime) -> zipfile.ZipInfo:
    """A plain stored member with the same header whoever writes it, and when."""
    info = zipfile.ZipInfo(name, (max(moment.year, 1980), *moment.timetuple()[1:6]))
    info.create_system = 3  # Unix, on every system: the bytes must not depend on it
    info.external_attr = 0o100644 << 16
    return info


def json_bytes(data: Any) -> bytes:
    """JSON as packages hold it."""
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False) + "\n").encode()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _manifest(files: Mapping[str, tuple[str, int]]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, (digest, _) in sorted(files.items())).encode()


def _to_disk(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
