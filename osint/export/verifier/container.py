"""The files of a package, whether it lies there as a folder or as a ZIP. Nothing is unpacked to names it chose."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import IO

from osint.export.verifier import zips
from osint.export.verifier.findings import Report

BLOCK = 1 << 20
MAX_READ = 256 << 20
"""Most bytes of one file that are held in memory at once (manifests, lead.json)."""
BROKEN = (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)
"""What reading a damaged file or ZIP can raise."""


class Container:
    """`files`: path below the package's folder → size in bytes. Only safe, plain, unique names get in."""

    def __init__(self, path: Path, report: Report) -> None:
        self.path = path
        self.report = report
        self.files: dict[str, int] = {}
        self._zip: zipfile.ZipFile | None = None
        self._infos: dict[str, zipfile.ZipInfo] = {}
        if path.is_symlink() or not path.exists():
            report.add("UNREADABLE", path.name, "no such file or folder" if not path.is_symlink() else "is a link")
        elif path.is_dir():
            self._folder(path)
        else:
            self._open_zip(path)

    def _folder(self, root: Path) -> None:
        total = 0
        for parent, folders, names in os.walk(root, followlinks=False):
            for name in sorted(folders + names):
                full = Path(parent, name)
                path = full.relative_to(root).as_posix()
                mode = full.lstat().st_mode
                if not zips.safe(path):
                    self.report.add("PATH-UNSAFE", "", path)
                elif not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    self.report.add("PATH-LINK", "", path)
                elif stat.S_ISREG(mode):
                    self.files[path] = full.lstat().st_size
                    total += self.files[path]
            if len(self.files) > zips.MAX_FILES or total > zips.MAX_TOTAL:
                self.report.add("SIZE-LIMIT", "", f"more than {zips.MAX_FILES} files or {zips.MAX_TOTAL} bytes")
                self.files.clear()
                return

    def _open_zip(self, path: Path) -> None:
        try:
            file: IO[bytes] = path.open("rb")
            self._zip = zipfile.ZipFile(file)
        except BROKEN as error:
            self.report.add("UNREADABLE", path.name, f"neither a folder nor a ZIP that can be read: {error}")
            return
        try:
            with path.open("rb") as raw:
                members = zips.check(raw, self._zip, path.name, self.report.add)
        except BROKEN as error:
            self.report.add("UNREADABLE", path.name, f"its directory is damaged: {error}")
            return
        tops = {info.filename.split("/", 1)[0] for info in members}
        if len(tops) != 1 or any("/" not in info.filename for info in members):
            self.report.add("BAG-FORM", path.name, "the ZIP does not hold exactly one folder")
        for info in members:
            name = info.filename.split("/", 1)[-1]
            self.files[name] = info.file_size
            self._infos[name] = info

    def open(self, name: str) -> IO[bytes]:
        """The bytes of a file of `files`. Raises one of BROKEN."""
        if self._zip is not None:
            return self._zip.open(self._infos[name])
        descriptor = os.open(self.path / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        return os.fdopen(descriptor, "rb")

    def read(self, name: str) -> bytes | None:
        """A whole file, or None with a finding when it is missing, broken or too large to hold."""
        size = self.files.get(name)
        if size is None:
            self.report.add("MISSING", name, "not in the package")
        elif size > MAX_READ:
            self.report.add("SIZE-LIMIT", name, f"{size} bytes, more than {MAX_READ}")
        else:
            try:
                with self.open(name) as file:
                    return file.read(MAX_READ + 1)
            except BROKEN as error:
                self.report.add("UNREADABLE", name, str(error))
        return None

    def digest(self, name: str) -> str:
        """SHA-256 of a file in hex, "" with a finding when it cannot be read."""
        total = hashlib.sha256()
        try:
            with self.open(name) as file:
                while block := file.read(BLOCK):
                    total.update(block)
        except BROKEN as error:
            self.report.add("UNREADABLE", name, str(error))
            return ""
        return total.hexdigest()

    def seekable(self, name: str) -> IO[bytes] | None:
        """A file that can be sought in, out of a ZIP as a nameless temporary copy; None with a finding when broken."""
        try:
            if self._zip is None:
                return self.open(name)
            copy = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
            with self.open(name) as file:
                while block := file.read(BLOCK):
                    copy.write(block)
            copy.seek(0)
            return copy
        except BROKEN as error:
            self.report.add("UNREADABLE", name, str(error))
            return None

    def close(self) -> None:
        """Let go of the ZIP."""
        if self._zip is not None:
            handle = self._zip.fp
            self._zip.close()
            if handle is not None:
                handle.close()
