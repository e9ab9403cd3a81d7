"""`osint import`: whatever a file holds, as pages, rows of listings, and problems.

`open_file` never raises for what is in a file: what cannot be read is a `Problem` with a reason of
`spiders.archive_records.REASONS`, and the rest goes on. Names within archives are never used for writing.
"""

from __future__ import annotations

import io
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from spiders.archive_records import LIMITS, REASONS, Archived, Limits, Problem, Row
from spiders.archive_rows import json_records, read_cells, read_json_lines, read_json_list, read_table, table_columns
from spiders.archive_saved import file_url, origin_of, page_of_mhtml
from spiders.archive_tape import ARC_LINE
from spiders.archive_web import read_warc
from spiders.archive_zip import Budget, TooMuch, Window, gunzip, members, unpack, within
from spiders.extract.documents import DocumentError, is_document, read_rows
from spiders.extract.documents.formats import ending
from spiders.extract.documents.sniff import sniff_file
from spiders.items import Page

__all__ = ["LIMITS", "REASONS", "Archived", "Limits", "Problem", "Row", "open_file"]

Item = Page | Row | Problem
_FEEDS: Final = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_TABLES: Final = frozenset({"text/csv", "text/tab-separated-values"})
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT_ENDINGS: Final = frozenset({"", "txt", "text", "md", "markdown", "log", "asc", "rst"})
_NOT_PAGES: Final = frozenset({"cdx", "cdxj", "idx"})


def open_file(path: Path, limits: Limits = LIMITS) -> Iterator[Page | Row | Problem]:
    """All that one file (or every file of a folder, in the order of their names) holds. Pages are `Archived`."""
    path = Path(path)
    if path.is_dir():
        for child in sorted(path.iterdir()):
            if not child.is_symlink():
                yield from open_file(child, limits)
        return
    yield from _few_words(_whole(path, limits), limits, str(path))


def _whole(path: Path, limits: Limits) -> Iterator[Item]:
    try:
        file = path.open("rb")
    except OSError as error:
        yield Problem(str(path), "", "unreadable", error.strerror or str(error))
        return
    with file:
        state = os.fstat(file.fileno())
        if not file.seekable():
            yield Problem(str(path), "", "unreadable", "no regular file")
            return
        made = datetime.fromtimestamp(max(state.st_mtime, 0), tz=UTC)
        reader = _Reader(str(path), limits, Budget(limits, state.st_size), made)
        yield from reader.guarded(lambda: reader.read(_Part(file, path.name, "", 0, made)), "")


def _few_words(items: Iterator[Item], limits: Limits, path: str) -> Iterator[Item]:
    """The items, problems of one reason named up to the limit and then counted in one."""
    said: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Problem):
            said[item.reason] += 1
            if said[item.reason] > limits.said:
                left[item.reason] += item.count
                continue
        yield item
    for reason, count in left.items():
        yield Problem(path, "", reason, "and more of the same", count)


@dataclass(frozen=True, slots=True)
class _Part:
    """A file or a member of an archive that is to be read."""

    file: BinaryIO
    name: str
    member: str
    depth: int
    made: datetime


class _Reader:
    """Reads one file and the archives in it."""

    def __init__(self, path: str, limits: Limits, budget: Budget, made: datetime) -> None:
        self._path, self._limits, self._budget, self._made = path, limits, budget, made

    def guarded(self, items: Callable[[], Iterator[Item]], member: str) -> Iterator[Item]:
        """The items; whatever is raised on the way is a problem of this member, and the caller goes on."""
        try:
            yield from items()
        except TooMuch as error:
            yield self._problem(member, error.reason, error.detail)
        except ValueError as error:
            yield self._problem(member, "broken", str(error)[:300])
        except OSError as error:
            yield self._problem(member, "unreadable", str(error)[:300])
        except Exception as error:  # a parser surprised by hostile bytes: name it, read on
            yield self._problem(member, "broken", f"{type(error).__name__}: {error}"[:300])

    def _problem(self, member: str, reason: str, detail: str = "") -> Problem:
        return Problem(self._path, member, reason, detail)

    def read(self, part: _Part) -> Iterator[Item]:
        """What one part holds, by its kind."""
        size = part.file.seek(0, io.SEEK_END)
        if size == 0:
            yield self._problem(part.member, "empty")
            return
        kind = sniff_file(part.file, "", part.name)
        if kind == "application/gzip":
            yield from self._gzip(part)
        elif kind in {"application/warc", "application/x-arc"}:
            yield from read_warc(part.file, self._path, part.member, self._limits)
        elif kind in {"application/zip", "application/wacz"}:
            yield from self._zip(part)
        elif kind == "application/x-ndjson":
            yield from read_json_lines(part.file, self._path, part.member, self._limits)
        elif kind in _TABLES and self._has_columns(part):
            yield from read_table(part.file, self._path, part.member)
        elif kind == "application/json" and size > self._limits.page:
            yield from read_json_lines(part.file, self._path, part.member, self._limits)
        elif size > self._limits.page:
            yield self._problem(part.member, "size", f"{kind} of {size} bytes, limit {self._limits.page}")
        else:
            yield from self._body(part, kind, part.file.read(size))

    def _has_columns(self, part: _Part) -> bool:
        part.file.seek(0)
        columns = table_columns(part.file.read(1 << 18))
        part.file.seek(0)
        return columns is not None

    def _body(self, part: _Part, kind: str, body: bytes) -> Iterator[Item]:
        if kind == "application/json":
            yield from self._json(part, body)
        elif kind == "text/html":
            saved = origin_of(body)
            yield self._page(part, body, "text/html", saved.url, saved.at)
        elif kind == "multipart/related":
            found = page_of_mhtml(body)
            if found is None:
                yield self._problem(part.member, "broken", "MHTML without a page")
            else:
                yield self._page(part, found.body, found.media_type, found.url, found.at)
        elif kind == _XLSX:
            yield from self._workbook(part, body)
        elif kind == "application/encrypted":
            yield self._problem(part.member, "encrypted", "office document with a password")
        elif kind == "text/plain" and ending(part.name) not in _TEXT_ENDINGS:
            yield self._problem(part.member, "unsupported", f"text file .{ending(part.name)}")
        elif is_document(kind) or kind in _FEEDS:
            yield self._page(part, body, kind)
        else:
            yield self._problem(part.member, "unsupported", kind)

    def _page(self, part: _Part, body: bytes, media_type: str, url: str = "", at: datetime | None = None) -> Archived:
        """A page of a file that is no record of an exchange: its headers are its media type and length."""
        name = part.member and f"{Path(self._path).name}!/{part.member}" or part.name
        url = url or file_url(name, body)
        pairs = (("Content-Type", media_type), ("Content-Length", str(len(body))))
        return Archived(
            url=url,
            body=body,
            final_url=url,
            headers={name.lower(): value for name, value in pairs},
            media_type=media_type.partition(";")[0],
            fetched_at=at or part.made,
            by="import",
            path=self._path,
            member=part.member,
            pairs=pairs,
        )

    def _json(self, part: _Part, body: bytes) -> Iterator[Item]:
        try:
            records = json_records(body)
        except (ValueError, RecursionError) as error:
            if body.lstrip()[:1] == b"{" and b"\n{" in body.strip():
                yield from read_json_lines(part.file, self._path, part.member, self._limits)
                return
            yield self._problem(part.member, "broken", f"JSON: {str(error)[:200]}")
            return
        if records is not None:
            yield from read_json_list(records, self._path, part.member)
        elif b"jsonfeed.org/version" in body.replace(b"\\/", b"/"):
            yield self._page(part, body, "application/feed+json")
        else:
            yield self._problem(part.member, "unsupported", "JSON without listings")

    def _workbook(self, part: _Part, body: bytes) -> Iterator[Item]:
        """A workbook: rows where a sheet begins with columns of listings, else a document."""
        page = self._page(part, body, _XLSX)
        try:
            sheets = read_rows(page)
        except DocumentError as error:
            yield self._problem(part.member, "encrypted" if error.reason == "encrypted" else "document", str(error))
            return
        listings = [(name, rows) for name, rows in sheets if table_header(rows)]
        if not listings:
            yield page
            return
        for name, rows in sheets:
            member = within(part.member, name) if len(sheets) > 1 else part.member
            if not table_header(rows):
                if any(any(row) for row in rows):
                    yield self._problem(member, "columns", "sheet without columns of listings beside one that has them")
                continue
            yield from read_cells((list(row) for row in rows), self._path, member)

    def _gzip(self, part: _Part) -> Iterator[Item]:
        if _warc_in_gzip(part.file):
            yield from read_warc(part.file, self._path, part.member, self._limits)
            return
        if part.depth >= self._limits.depth:
            yield self._problem(part.member, "depth", f"more than {self._limits.depth} archives within archives")
            return
        name = part.name[:-3] if part.name.lower().endswith(".gz") else part.name
        with gunzip(part.file, self._budget) as inner:
            yield from self.read(replace(part, file=inner, name=name, depth=part.depth + 1))

    def _zip(self, part: _Part) -> Iterator[Item]:
        if part.depth >= self._limits.depth:
            yield self._problem(part.member, "depth", f"more than {self._limits.depth} archives within archives")
            return
        for found in members(part.file, self._path, part.member, self._budget):
            if isinstance(found, Problem):
                yield found
                continue
            archive, info = found
            member = within(part.member, info.filename)
            for item in self.guarded(lambda: self._member(part, archive, info), member):  # noqa: B023 - used at once
                yield item
                if isinstance(item, Problem) and item.reason == "ratio" or self._budget.used > self._limits.total:
                    yield self._problem(part.member, "ratio", "the rest of the archive is not read")
                    return

    def _member(self, outer: _Part, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Item]:
        member = within(outer.member, info.filename)
        if ending(info.filename) in _NOT_PAGES or ending(info.filename.removesuffix(".gz")) in _NOT_PAGES:
            yield self._problem(member, "unsupported", "index of a web archive")
            return
        warc = info.filename.lower().endswith((".warc", ".warc.gz", ".arc", ".arc.gz"))
        stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
        if warc and stored:
            file: BinaryIO = io.BufferedReader(Window(outer.file, info), 1 << 16)
        else:
            file = unpack(archive, info, self._budget)
        with file:
            yield from self.read(_Part(file, info.filename, member, outer.depth + 1, self._dated(info)))

    def _dated(self, info: zipfile.ZipInfo) -> datetime:
        """The member's own date (which has no zone and is taken as UTC), unless it is younger than its archive or absurd."""
        try:
            made = datetime(*info.date_time, tzinfo=UTC)
        except ValueError:
            return self._made
        return made if 1990 < made.year and made < self._made + timedelta(days=1) else self._made


def table_header(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the first row that is not empty names columns of listings."""
    from spiders.archive_columns import is_listing_header  # noqa: PLC0415

    return any(is_listing_header(row) for row in [row for row in rows[:20] if any(row)][:1])


def _warc_in_gzip(file: BinaryIO) -> bool:
    import zlib  # noqa: PLC0415

    file.seek(0)
    try:
        head = zlib.decompressobj(31).decompress(file.read(1 << 14), 8192)
    except zlib.error:
        return False
    finally:
        file.seek(0)
    return head.startswith(b"WARC/") or ARC_LINE.match(head) is not None
