"""What one imported file or member holds, told by its kind; archives are opened as deep as the limits allow."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

from spiders.archive_columns import is_listing_header
from spiders.archive_records import Archived, Limits, Problem, Row
from spiders.archive_rows import json_records, read_cells, read_json_lines, read_json_list, read_table, table_columns
from spiders.archive_saved import file_url, origin_of, page_of_mhtml
from spiders.archive_tape import ARC_LINE
from spiders.archive_wacz import broken_promises, is_web_archive
from spiders.archive_web import read_warc
from spiders.archive_zip import Budget, TooMuch, Window, gunzip, members, unpack, within
from spiders.extract.documents import DocumentError, is_document, read_rows
from spiders.extract.documents.formats import ending
from spiders.extract.documents.sniff import sniff_file
from spiders.items import Page

Item = Page | Row | Problem
_FEEDS: Final = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json"})
_TABLES: Final = frozenset({"text/csv", "text/tab-separated-values"})
_MBOX: Final = re.compile(rb"\n(?=From [^\r\n]{5,200} \d{4}\r?\n)")
"""Between the mails of a mailbox: the line that gives sender and date (RFC 4155)."""
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TEXT_ENDINGS: Final = frozenset({"", "txt", "text", "md", "markdown", "log", "asc", "rst"})


@dataclass(frozen=True, slots=True)
class Part:
    """A file or a member of an archive that is to be read."""

    file: BinaryIO
    name: str
    member: str
    depth: int
    made: datetime


class Reader:
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

    def read(self, part: Part) -> Iterator[Item]:
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
        elif kind == "application/zip":
            yield from self._zip(part)
        elif kind == "application/wacz":
            yield from self._zip(part, wacz=True)
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

    def _has_columns(self, part: Part) -> bool:
        part.file.seek(0)
        columns = table_columns(part.file.read(1 << 18))
        part.file.seek(0)
        return columns is not None

    def _body(self, part: Part, kind: str, body: bytes) -> Iterator[Item]:
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
        elif kind == "message/rfc822" and (mails := _MBOX.split(body))[1:]:
            for number, mail in enumerate(mails, 1):
                held = replace(part, member=within(part.member, f"mail {number}") if part.member else f"mail {number}")
                yield self._page(held, mail, kind)
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

    def _page(self, part: Part, body: bytes, media_type: str, url: str = "", at: datetime | None = None) -> Archived:
        """A page of a file that is no record of an exchange: its headers are its media type and length."""
        name = (part.member and f"{Path(self._path).name}!/{part.member}") or part.name
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

    def _json(self, part: Part, body: bytes) -> Iterator[Item]:
        try:
            records = json_records(body)
        except (ValueError, RecursionError) as error:
            if body.lstrip()[:1] == b"{" and b"\n{" in body.strip():
                part.file.seek(0)
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

    def _workbook(self, part: Part, body: bytes) -> Iterator[Item]:
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

    def _gzip(self, part: Part) -> Iterator[Item]:
        if _warc_in_gzip(part.file):
            yield from read_warc(part.file, self._path, part.member, self._limits)
            return
        if part.depth >= self._limits.depth:
            yield self._problem(part.member, "depth", f"more than {self._limits.depth} archives within archives")
            return
        name = part.name[:-3] if part.name.lower().endswith(".gz") else part.name
        with gunzip(part.file, self._budget) as inner:
            yield from self.read(replace(part, file=inner, name=name, depth=part.depth + 1))

    def _zip(self, part: Part, wacz: bool = False) -> Iterator[Item]:
        if part.depth >= self._limits.depth:
            yield self._problem(part.member, "depth", f"more than {self._limits.depth} archives within archives")
            return
        passed = 0
        for found in members(part.file, self._path, part.member, self._budget):
            if isinstance(found, Problem):
                yield found
                continue
            archive, info = found
            member = within(part.member, info.filename)
            if wacz and info.filename == "datapackage.json":
                for name, detail in broken_promises(archive, info, self._budget):
                    yield self._problem(within(part.member, name), "digest", detail)
            if wacz and not is_web_archive(info.filename):
                passed += 1
                continue
            for item in self.guarded(lambda: self._member(part, archive, info), member):  # noqa: B023 - used at once
                yield item
                if (isinstance(item, Problem) and item.reason == "ratio") or self._budget.used > self._limits.total:
                    yield self._problem(part.member, "ratio", "the rest of the archive is not read")
                    return
        if passed:
            yield Problem(self._path, part.member, "passed_over", "indexes and descriptions of a WACZ", passed)

    def _member(self, outer: Part, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[Item]:
        member = within(outer.member, info.filename)
        warc = is_web_archive(info.filename)
        stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
        if warc and stored:
            file: BinaryIO = io.BufferedReader(Window(outer.file, info), 1 << 16)
        else:
            file = unpack(archive, info, self._budget)
        with file:
            yield from self.read(Part(file, info.filename, member, outer.depth + 1, self._dated(info)))

    def _dated(self, info: zipfile.ZipInfo) -> datetime:
        """The member's own date (which has no zone and is taken as UTC), unless it is younger than its archive or
        absurd."""
        try:
            made = datetime(*info.date_time, tzinfo=UTC)
        except ValueError:
            return self._made
        return made if made.year > 1990 and made < self._made + timedelta(days=1) else self._made


def table_header(rows: tuple[tuple[str, ...], ...]) -> bool:
    """Whether the first row that is not empty names columns of listings."""
    return any(is_listing_header(row) for row in [row for row in rows[:20] if any(row)][:1])


def _warc_in_gzip(file: BinaryIO) -> bool:
    file.seek(0)
    try:
        head = zlib.decompressobj(31).decompress(file.read(1 << 14), 8192)
    except zlib.error:
        return False
    finally:
        file.seek(0)
    return head.startswith(b"WARC/") or ARC_LINE.match(head) is not None
