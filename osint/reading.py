"""From captures to listings, texts and leads: the step that can be run again over everything ever captured.

A capture says which version of the readers has read it, so that a batch may be cut off, or read twice, without harm.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nlp.pipeline import Reader
from osint import ingest
from osint.resolve.merge import resolve
from spiders.extract import read as read_page
from spiders.items import Listing, Reading
from spiders.sources import Profile
from storage.records import Capture, StoredListing
from storage.store import Store

log = logging.getLogger(__name__)

BATCH = 50
"""Captures read in one transaction: large enough that commits cost little, small enough that progress is seen."""


@dataclass
class Outcome:
    """What a reading did. `kinds` counts pages by kind, `problems` by reason; listings and leads count the new ones."""

    kinds: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    listings: int = 0
    texts: int = 0
    leads: int = 0

    def add(self, other: Outcome) -> None:
        """Count another reading's outcome into this one."""
        self.kinds += other.kinds
        self.problems += other.problems
        self.listings += other.listings
        self.texts += other.texts
        self.leads += other.leads

    @property
    def pages(self) -> int:
        """Captures read."""
        return sum(self.kinds.values()) + sum(self.problems.values())


class Readers:
    """The page reader and the text reader with the profiles they need. Building it loads the lexicon (seconds)."""

    def __init__(self, profiles: Mapping[str, Profile], home: Path | None = None) -> None:
        self.profiles = profiles
        extra = home / "lexicon" if home else None
        self.reader = Reader(extra if extra and extra.is_dir() else None)

    @property
    def version(self) -> str:
        """Changes whenever a page could be read differently: the lexicon's and the models' versions."""
        return " ".join(f"{name}={value}" for name, value in sorted(dict(self.reader.versions).items()))

    def country(self, source: str) -> str:
        """Where a source is at home, "" when it does not say."""
        profile = self.profiles.get(source)
        return (profile.country or "") if profile else ""


def read_captures(store: Store, readers: Readers, captures: Sequence[Capture]) -> Outcome:
    """Read these captures and bring what they offer into leads. One transaction; a bad page is named, never the end."""
    outcome = Outcome()
    with store.transaction():
        touched: dict[str, StoredListing] = {}
        for capture in captures:
            kind, error = _read_one(store, readers, capture, touched, outcome)
            store.captures.mark_read(capture.id, readers.version, kind, error)
            if error:
                outcome.problems[kind] += 1
                store.runs.skip(capture.run, capture.source, capture.url, kind, error)
            else:
                outcome.kinds[kind] += 1
        outcome.listings += len(touched)
        outcome.leads += len(resolve(store, touched.values()).created)
    return outcome


def read_pending(store: Store, readers: Readers, run: str | None = None, most: int = BATCH) -> Outcome | None:
    """Read the next unread captures, of one run or of all. None when there is nothing left."""
    captures = store.captures.unread(readers.version, run=run, limit=most)
    return read_captures(store, readers, captures) if captures else None


def finish_run(store: Store, readers: Readers, run: str) -> Outcome:
    """After a run: tiles of results pages whose own page was not captured become listings too."""
    outcome = Outcome()
    with store.transaction():
        touched: dict[str, StoredListing] = {}
        for capture in store.captures.of(run=run, kind="results"):
            for tile in _page_reading(store, readers, capture).tiles:
                if not store.captures.find(run, tile.url):
                    _put_listing(store, readers, capture, tile, touched)
        outcome.listings = len(touched)
        outcome.leads = len(resolve(store, touched.values()).created)
    return outcome


def _read_one(
    store: Store, readers: Readers, capture: Capture, touched: dict[str, StoredListing], outcome: Outcome
) -> tuple[str, str]:
    """(kind, "") or (reason, what went wrong)."""
    if 300 <= capture.status < 400:
        return "redirect", ""
    if capture.url.endswith("/robots.txt"):
        return "robots.txt", ""
    try:
        if capture.media_type == ingest.ROW_TYPE:
            return _read_row(store, readers, capture, touched), ""
        reading = _page_reading(store, readers, capture)
    except Exception as error:  # a page we cannot read is kept, named and counted; the run goes on
        log.warning("cannot read %s (%s): %s", capture.url, capture.id, error, exc_info=log.isEnabledFor(logging.DEBUG))
        return "unreadable", f"{type(error).__name__}: {error}"
    if capture.status >= 400 and reading.kind not in ("blocked", "missing"):
        return "http_error", f"the site answered {capture.status}"
    if reading.kind == "blocked":
        return "blocked", reading.why
    if reading.kind == "missing":
        _gone(store, capture)
        return "missing", ""
    if reading.listing is not None:
        _put_listing(store, readers, capture, reading.listing, touched)
    elif reading.article or reading.document or reading.posts:
        _put_text(store, readers, capture, reading, touched)
        outcome.texts += 1
    return reading.kind, ""


def _read_row(store: Store, readers: Readers, capture: Capture, touched: dict[str, StoredListing]) -> str:
    row = ingest.row_of(capture, store.captures.body(capture))
    _put_listing(store, readers, capture, row.listing(), touched, country=row.country)
    return "listing"


def _page_reading(store: Store, readers: Readers, capture: Capture) -> Reading:
    page = ingest.page(capture, store.captures.body(capture))
    return read_page(page, readers.profiles.get(capture.source))


def _put_listing(
    store: Store,
    readers: Readers,
    capture: Capture,
    listing: Listing,
    touched: dict[str, StoredListing],
    country: str = "",
) -> None:
    text = ingest.listing_text(capture.id, listing, country or readers.country(capture.source))
    analysis = readers.reader.read(text).as_dict()
    stored = store.listings.put(ingest.listing_version(listing, capture, analysis))
    touched[stored.id] = stored


def _put_text(
    store: Store, readers: Readers, capture: Capture, reading: Reading, touched: dict[str, StoredListing]
) -> None:
    country = readers.country(capture.source)
    url = capture.final_url or capture.url
    for number, post in enumerate(reading.posts, start=1):
        listing = ingest.post_listing(reading, url, number, post)
        analysis = readers.reader.read(ingest.listing_text(capture.id, listing, country, kind="post"))
        if analysis.relevant:  # talk stays in the thread; an offer is a listing of its own
            stored = store.listings.put(ingest.listing_version(listing, capture, analysis.as_dict()))
            touched[stored.id] = stored
    analysis_of: Any = None
    if reading.article:
        analysis_of = readers.reader.read(ingest.article_text(capture.id, reading.article, country))
    elif reading.document:
        analysis_of = readers.reader.read(ingest.document_text(capture.id, reading.document, country))
    store.texts.put(ingest.stored_text(reading, capture, analysis_of))


def _gone(store: Store, capture: Capture) -> None:
    """A listing known under this address is no longer offered; dated by the capture that saw it."""
    found = store.listings.by_url(capture.source, capture.url)
    if found is not None:
        store.listings.gone(found.id, capture.fetched_at)
