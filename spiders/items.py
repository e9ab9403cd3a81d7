"""What a spider takes in and gives out: bytes in a `Page`, records of plain data out.

Every record is frozen and made of plain values, so that it can cross a process boundary and be written as JSON lines.
The raw stands beside the parsed: a value keeps the text it was read from, `origins` says where each field came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

PageKind = Literal["listing", "results", "article", "forum", "document", "blocked", "missing", "other"]
"""What a page is. `missing` says "not found", whatever its status; `blocked` asks for a human or a login."""

FetchedBy = Literal["http", "browser", "import"]


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of one URL, as bytes. `headers` have lower-case names; repeated ones are joined with a comma."""

    url: str
    body: bytes
    final_url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = ""
    fetched_at: datetime | None = None
    by: FetchedBy = "http"

    @property
    def address(self) -> str:
        """The URL that relative links of this page start from."""
        return self.final_url or self.url


@dataclass(frozen=True, slots=True)
class Price:
    """A price asked. `amount` in units of `currency` (ISO 4217; None where the page is silent); `text` as written."""

    amount: Decimal | None
    currency: str | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Seller:
    """Who offers, as the page names them: display name, account id on that site, profile address, text about them."""

    name: str = ""
    id: str = ""
    url: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A page or a tile of a results page that offers something. Empty strings stand for what the page does not say."""

    url: str
    title: str = ""
    text: str = ""
    external_id: str = ""
    price: Price | None = None
    seller: Seller | None = None
    location: str = ""
    posted: datetime | None = None
    images: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    availability: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)
    """field → json-ld | microdata | opengraph | selector | script | rule | tile"""


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a forum thread, in page order."""

    text: str
    author: str = ""
    posted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A news or blog text."""

    title: str = ""
    text: str = ""
    author: str = ""
    published: datetime | None = None
    outlet: str = ""
    language: str = ""
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A file: `pages` holds the text of each page (one for formats without pages), `text` is their sum."""

    title: str = ""
    text: str = ""
    author: str = ""
    published: datetime | None = None
    language: str = ""
    pages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left out or is special: a scanned page, a file attached, where a photo was taken."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read from one page. `text` is the page's main text whatever its kind."""

    kind: PageKind
    title: str = ""
    text: str = ""
    published: datetime | None = None
    language: str = ""
    listing: Listing | None = None
    article: Article | None = None
    document: Document | None = None
    posts: tuple[Post, ...] = ()
    tiles: tuple[Listing, ...] = ()
    """Results pages: each tile as a listing of its own."""
    links: tuple[str, ...] = ()
    """Results pages: addresses of the items, absolute, each once, in page order."""
    next: str = ""
    """The following page of results or of the thread, absolute."""
    why: str = ""
    """What decided the kind: one phrase an operator can act on (`title says "Just a moment"`)."""
    missing: tuple[str, ...] = ()
    """Fields that the profile names and the page lacks."""
