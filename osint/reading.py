"""From captures to listings, texts and leads: the step that can be run again over everything ever captured.

Two halves: `prepare` reads one capture and may run anywhere; `keep` writes what a batch gave in one short
transaction, because a crawl beside it waits for the same lock. A capture says which version of the readers has read it,
so that a batch may be cut off, or read twice, without harm.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nlp.pipeline import Reader
from osint import ingest
from osint.resolve.merge import resolve
from spiders.extract import VERSION as PAGES_VERSION
from spiders.extract import read as read_page
from spiders.items import Listing, Reading
from spiders.sources import Profile
from storage.records import Capture, ListingVersion, StoredListing, StoredText
from storage.store import Store

log = logging.getLogger(__name__)

SHELL = "empty without JavaScript"
"""How `spiders.extract` begins its word on a page that only a browser can fill."""

BATCH = 50
"""Captures read at a time: large enough that commits cost little, small enough that progress is seen."""


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


@dataclass
class Prepared:
    """What one capture gave. `kind` is the page's kind, or with an `error` the reason it gave nothing."""

    capture: Capture
    kind: str
    error: str = ""
    listings: list[ListingVersion] = field(default_factory=list)
    texts: list[StoredText] = field(default_factory=list)


class Readers:
    """The page reader and the text reader with the profiles they need. Building it loads the lexicon (seconds)."""

    def __init__(self, profiles: Mapping[str, Profile], home: Path | None = None) -> None:
        self.profiles = profiles
        extra = home / "lexicon" if home else None
        self.reader = Reader(extra if extra and extra.is_dir() else None, models=home / "models" if home else None)

    @property
    def version(self) -> str:
        """Changes whenever a page could be read differently: versions of extractors, lexicon and models."""
        versions = {**dict(self.reader.versions), "pages": PAGES_VERSION}
        return " ".join(f"{name}={value}" for name, value in sorted(versions.items()))

    def country(self, source: str) -> str:
        """Where a source is at home, "" when it does not say."""
        profile = self.profiles.get(source)
        return (profile.country or "") if profile else ""


def read_pending(store: Store, readers: Readers, run: str | None = None, most: int = BATCH) -> Outcome | None:
    """Read the next unread captures, of one run or of all. None when there is nothing left."""
    captures = store.captures.unread(readers.version, run=run, limit=most)
    return keep(store, readers, [prepare(store, readers, one) for one in captures]) if captures else None


def prepare(store: Store, readers: Readers, capture: Capture) -> Prepared:
    """Read one capture. Never raises for what is in it: a page that cannot be read is named."""
    if 300 <= capture.status < 400:
        return Prepared(capture, "redirect")
    if capture.url.endswith("/robots.txt"):
        return Prepared(capture, "robots.txt")
    try:
        if capture.media_type == ingest.ROW_TYPE:
            return _row(store, readers, capture)
        return _page(readers, capture, _reading(store, readers, capture))
    except Exception as error:  # kept, named and counted; the run goes on
        log.warning("cannot read %s (%s): %s", capture.url, capture.id, error, exc_info=log.isEnabledFor(logging.DEBUG))
        return Prepared(capture, "unreadable", f"{type(error).__name__}: {error}")


def keep(store: Store, readers: Readers, batch: Sequence[Prepared]) -> Outcome:
    """Write what a batch gave and bring its listings into leads. One transaction."""
    outcome = Outcome()
    with store.transaction("leads"):
        touched: dict[str, StoredListing] = {}
        for one in batch:
            capture = one.capture
            for version in one.listings:
                stored = store.listings.put(version)
                touched[stored.id] = stored
            for text in one.texts:
                store.texts.put(text)
            if one.kind == "missing":
                _gone(store, capture)
            store.captures.mark_read(capture.id, readers.version, one.kind, one.error)
            if one.error:
                store.runs.skip(capture.run, capture.source, capture.url, one.kind, one.error)
            (outcome.problems if one.error else outcome.kinds)[one.kind] += 1
            outcome.texts += len(one.texts)
        outcome.listings = len(touched)
        outcome.leads = len(resolve(store, touched.values()).created)
    return outcome


def finish_run(store: Store, readers: Readers, run: str) -> Outcome:
    """After a run: tiles of results pages whose own page was not captured become listings too."""
    batch = []
    for capture in store.captures.of(run=run, kind="results"):
        tiles = [tile for tile in _reading(store, readers, capture).tiles if not store.captures.find(run, tile.url)]
        read = [_listing(readers, capture, tile) for tile in tiles]
        # A list of links looks like a list of goods; a tile that neither asks a price nor names wildlife is a link.
        offers = [one for one in read if one.price_text or one.price_amount is not None or one.analysis["relevant"]]
        batch.append(Prepared(capture, "results", listings=offers))
    outcome = keep(store, readers, batch)
    outcome.kinds.clear()  # these pages were counted when they were read first
    return outcome


def _page(readers: Readers, capture: Capture, reading: Reading) -> Prepared:
    if capture.status >= 400 and reading.kind not in ("blocked", "missing"):
        return Prepared(capture, "http_error", f"the site answered {capture.status}")
    if reading.kind == "blocked":
        profile = readers.profiles.get(capture.source)
        if reading.why.startswith(SHELL) and capture.by == "http" and profile and profile.browser != "no":
            return Prepared(capture, "shell")  # the crawl asks for it again with the browser, and says if it has none
        return Prepared(capture, "blocked", reading.why or "the page asks for a human or a login")
    done = Prepared(capture, reading.kind)
    if reading.kind == "listing" and reading.listing is not None:
        done.listings.append(_listing(readers, capture, reading.listing))
    elif reading.kind in ("article", "document", "forum"):
        done.listings.extend(_posts(readers, capture, reading))
        done.texts.append(_text(readers, capture, reading))
    return done


def _row(store: Store, readers: Readers, capture: Capture) -> Prepared:
    row = ingest.row_of(capture, store.captures.body(capture))
    listing = replace(row.listing(), url=capture.url)  # a row without an address has the one it was kept under
    return Prepared(capture, "listing", listings=[_listing(readers, capture, listing, country=row.country)])


def _reading(store: Store, readers: Readers, capture: Capture) -> Reading:
    page = ingest.page(capture, store.captures.body(capture))
    return read_page(page, readers.profiles.get(capture.source))


def _listing(readers: Readers, capture: Capture, listing: Listing, country: str = "") -> ListingVersion:
    home = country or readers.country(capture.source)
    text = ingest.listing_text(capture.id, listing, home, source=capture.source)
    return ingest.listing_version(listing, capture, readers.reader.read(text).as_dict())


def _posts(readers: Readers, capture: Capture, reading: Reading) -> list[ListingVersion]:
    """Offers among the posts of a thread, each a listing of its own; talk stays in the thread."""
    found = []
    country, url = readers.country(capture.source), capture.final_url or capture.url
    for number, post in enumerate(reading.posts, start=1):
        listing = ingest.post_listing(reading, url, number, post)
        text = ingest.listing_text(capture.id, listing, country, kind="post", source=capture.source)
        analysis = readers.reader.read(text)
        if analysis.relevant:
            found.append(ingest.listing_version(listing, capture, analysis.as_dict()))
    return found


def _text(readers: Readers, capture: Capture, reading: Reading) -> StoredText:
    country, analysis = readers.country(capture.source), None
    if reading.article:
        analysis = readers.reader.read(ingest.article_text(capture.id, reading.article, country))
    elif reading.document:
        analysis = readers.reader.read(ingest.document_text(capture.id, reading.document, country))
    return ingest.stored_text(reading, capture, analysis)


def _gone(store: Store, capture: Capture) -> None:
    """A listing known under this address is no longer offered; dated by the capture that saw it."""
    found = store.listings.by_url(capture.source, capture.url)
    if found is not None:
        store.listings.gone(found.id, capture.fetched_at)
