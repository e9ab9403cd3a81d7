"""What the store takes in and gives out: plain frozen records. No SQL, no session and no row object leaves `storage`.

Times are aware UTC datetimes. Money is `Decimal` in units of an ISO 4217 currency. `analysis` is the reader's answer as
plain JSON (the field names of `osint analyse`); the store keeps it whole and indexes a few of its facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

RunState = Literal["running", "finished", "interrupted", "failed"]
LeadStatus = Literal["new", "claimed", "confirmed", "dismissed", "referred", "closed"]
TextKind = Literal["article", "document", "forum", "other"]
Row = TypeVar("Row")
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """One crawl or import of one source. `counters` name → number, written while it goes on."""

    id: str
    source: str
    kind: Literal["crawl", "import"]
    state: RunState
    started_at: datetime
    finished_at: datetime | None = None
    counters: Mapping[str, int] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewCapture:
    """An exchange to be kept. `body` as on the wire (content-encoding still on, chunks joined)."""

    run: str
    source: str
    url: str
    requested_at: datetime
    fetched_at: datetime
    status: int
    headers: Headers
    body: bytes
    request_headers: Headers = ()
    method: str = "GET"
    reason: str = ""
    ip: str = ""
    final_url: str = ""
    media_type: str = ""
    by: Literal["http", "browser", "import"] = "http"
    screenshot: bytes = b""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """The row of a kept exchange. `sha256` (hex) and `size` are of the body as stored in the WARC response record;
    `warc` is a path relative to the store's `warc/` folder, `offset` and `length` bytes of the gzip member in it."""

    id: str
    run: str
    source: str
    url: str
    final_url: str
    requested_at: datetime
    fetched_at: datetime
    status: int
    headers: Headers
    media_type: str
    sha256: str
    size: int
    warc: str
    offset: int
    length: int
    by: str
    parent: str = ""
    screenshot: str = ""
    """Record id of the screenshot's WARC resource record, "" when there is none."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Something not fetched, not kept or not read, and why. Counted, never silent."""

    run: str
    source: str
    url: str
    reason: str
    detail: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ListingVersion:
    """What one capture said of a listing, and what the reader made of it."""

    source: str
    url: str
    capture: str
    seen_at: datetime
    external_id: str = ""
    title: str = ""
    text: str = ""
    price_amount: Decimal | None = None
    price_currency: str = ""
    price_text: str = ""
    seller_name: str = ""
    seller_id: str = ""
    seller_url: str = ""
    seller_text: str = ""
    location: str = ""
    posted: datetime | None = None
    images: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    availability: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)
    analysis: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredListing:
    """A listing with its newest version. `id` is stable: of source and external id, else of the canonical URL."""

    id: str
    latest: ListingVersion
    first_seen: datetime
    last_seen: datetime
    versions: int
    gone_at: datetime | None = None
    lead: int | None = None


@dataclass(frozen=True, slots=True)
class StoredText:
    """An article, document or thread. `relevant` and `score` repeat the analysis for ordering."""

    id: str
    kind: TextKind
    source: str
    url: str
    capture: str
    seen_at: datetime
    title: str = ""
    text: str = ""
    author: str = ""
    outlet: str = ""
    published: datetime | None = None
    language: str = ""
    pages: tuple[str, ...] = ()
    relevant: bool = False
    score: float = 0.0
    analysis: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Key:
    """Something by which listings meet: `kind` band | contact | account | image | item; `value` opaque text."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Link:
    """Why a listing belongs to a lead or to a seller: reason in words, strength 0..1."""

    listing: str
    reason: str
    strength: float


@dataclass(frozen=True, slots=True)
class Seller:
    """Accounts and contacts that are one actor. `links` say by which listing and why."""

    id: int
    name: str
    accounts: tuple[tuple[str, str], ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What a lead shows in a list, drawn from its listings when they change. Plain values, worst evidence first."""

    title: str
    score: float
    relevant: bool
    taxa: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    cites: str = ""
    terms: tuple[str, ...] = ()
    price_amount: Decimal | None = None
    price_currency: str = ""
    place: str = ""
    countries: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    sellers: tuple[str, ...] = ()
    masked: bool = False
    reason: str = ""
    """The rule that weighs most, with the words it rests on."""


@dataclass(frozen=True, slots=True)
class Lead:
    """The listings that are one offer. `version` grows with every change: a decision names the one it was made on."""

    id: int
    facts: LeadFacts
    status: LeadStatus
    created_at: datetime
    updated_at: datetime
    version: int
    assignee: str = ""
    tags: tuple[str, ...] = ()
    listings: tuple[Link, ...] = ()
    sellers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the append-only log (decisions, exports, imports, settings). `hash` covers all fields and `prev`."""

    seq: int
    at: datetime
    who: str
    action: str
    object: str
    """What it was done to: `lead:12`, `export:...`, `capture:...`."""
    note: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """A part of a longer list: rows, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int
