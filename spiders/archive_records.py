"""What comes out of files that are imported: pages, rows, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Literal

from spiders.items import Listing, Page, Price, Seller
from spiders.recorder import Exchange

Pairs = tuple[tuple[str, str], ...]
Origin = Literal["file", "response", "resource", "conversion", "revisit"]

REASONS: Final[Mapping[str, str]] = {
    "unreadable": "the file cannot be opened",
    "empty": "the file has no bytes",
    "unsupported": "a kind of file that is not read",
    "broken": "not what its first bytes promise, or damaged",
    "cut": "ends in the middle of a record",
    "digest": "its bytes do not have the digest written beside them (the page is kept)",
    "encrypted": "needs a password",
    "name": "a member whose name leads out of the archive; it is not read",
    "link": "a member that is a link",
    "size": "larger than the limit",
    "ratio": "unpacks to more than its size can honestly hold",
    "depth": "archives within archives deeper than the limit",
    "members": "more members than the limit",
    "revisit": "refers to a page that is not in this file",
    "row": "a row or line that is no listing",
    "columns": "a table without a column that is known",
    "passed_over": "a record that holds no page (request, metadata, log); counted by type",
    "document": "a workbook that could not be read",
}
"""The reasons of a `Problem`, and what they mean."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not read. `member` names the part of an archive, `detail` is for a person, `count` how
    many."""

    path: str
    member: str
    reason: str
    detail: str = ""
    count: int = 1

    def __post_init__(self) -> None:
        if self.reason not in REASONS:
            raise ValueError(f"unknown reason {self.reason!r}")


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one file given to `open_file`. Bytes, unless said otherwise."""

    page: int = 64 << 20
    """One page, member or record."""
    total: int = 4 << 30
    """All that one ZIP or gzip unpacks to, archives within included."""
    ratio: int = 300
    """Unpacked to packed, of a ZIP or gzip as a whole, beyond `slack`. Real pages reach 40, tables of zeros 1000."""
    slack: int = 64 << 20
    depth: int = 3
    """Archives within archives: a ZIP in a ZIP in a ZIP is read, a fourth is not."""
    members: int = 100_000
    line: int = 4 << 20
    """One line of JSON lines or one cell."""
    said: int = 100
    """Problems of one file with the same reason that are named one by one; the rest are counted in one."""


LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Archived(Page):
    """A page out of a file, with all that is needed to keep a faithful capture of it.

    `body` is as on the wire: content-encoding still on, chunks joined. The lead makes a capture of it so:
    `osint.ingest.new_capture(run, archived.exchange(source))`, which fills `storage.records.NewCapture` field by field
    (`url`, `requested_at` = `fetched_at` = the record's date, header pairs in order, `ip`, `method`, `reason`,
    `by="import"`; Transfer-Encoding is left out, because the body no longer has it), and notes `path`, `member`,
    `record_id` and `offset` beside the run, so that the original record can be found again. A page of a plain file
    (`origin="file"`) has made-up headers: its media type and length only; its date is the file's own, or that of its
    saving where the file says it.
    """

    path: str = ""
    """The file it came from, as it was given."""
    member: str = ""
    """Its name within the archive: `a.zip!/b/c.html`, "" for a plain file."""
    origin: Origin = "file"
    pairs: Pairs = ()
    """The answer's headers as recorded, in order, repetitions kept."""
    request_pairs: Pairs = ()
    method: str = "GET"
    reason: str = ""
    ip: str = ""
    record_id: str = ""
    offset: int = -1
    """Byte offset of the record (of its gzip member) in its file, -1 where that has no sense."""

    def exchange(self, source: str) -> Exchange:
        """As the recorder of a crawl is told of an answer. A page without a date is dated now by who calls
        (ValueError)."""
        if self.fetched_at is None:
            raise ValueError("a page without a date makes no exchange")
        return Exchange(
            source=source,
            url=self.url,
            requested_at=self.fetched_at,
            fetched_at=self.fetched_at,
            request_headers=self.request_pairs,
            status=self.status,
            headers=tuple((name, value) for name, value in self.pairs if name.lower() != "transfer-encoding"),
            body=self.body,
            method=self.method,
            reason=self.reason,
            ip=self.ip,
            by="import",
            final_url=self.final_url,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One listing of a table or of JSON lines. Texts as written; empty where the row does not say.

    `amount` is set only where the price is a bare number; otherwise the text is for the reader of prices.
    """

    id: str
    url: str = ""
    site: str = ""
    title: str = ""
    text: str = ""
    seller_text: str = ""
    price: str = ""
    amount: Decimal | None = None
    currency: str = ""
    seller: str = ""
    seller_id: str = ""
    seller_url: str = ""
    location: str = ""
    posted: datetime | None = None
    images: tuple[str, ...] = ()
    country: str = ""
    lang: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    """What else the row said, under its own names."""
    path: str = ""
    member: str = ""
    number: int = 0
    """Line or row number in its file, from 1."""
    raw: bytes = b""
    """The row as it stood in the file (JSON lines), or its cells as JSON: what is kept as evidence."""

    def listing(self) -> Listing:
        """The row as a listing. A row without a URL has one made of its file and id, which is no address on the web."""
        named = bool(self.seller or self.seller_id or self.seller_url or self.seller_text)
        return Listing(
            url=self.url or f"row:{self.site or self.path.rpartition('/')[2]}/{self.id}",
            title=self.title,
            text=self.text,
            external_id=self.id,
            price=Price(self.amount, self.currency or None, self.price) if self.price else None,
            seller=Seller(self.seller, self.seller_id, self.seller_url, self.seller_text) if named else None,
            location=self.location,
            posted=self.posted,
            images=self.images,
            attributes=self.attributes,
        )


def utc(moment: datetime) -> datetime:
    """An aware UTC time; one without a zone is taken to be UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
