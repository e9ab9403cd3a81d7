"""What a package is made of, gathered from the store once: leads, listings, captures, sellers, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from osint.export import values
from osint.export.options import ExportError, Options
from osint.export.spool import Spool
from storage.records import Capture, Lead, ListingVersion, Seller, StoredListing
from storage.store import Store

Sightings = Mapping[str, Sequence[tuple[str, datetime]]]
"""Listing → every capture that showed it, and when, oldest first."""
MAX_LABELS = 4
"""Leads named in the name of a package; further ones are counted."""
MAX_PICTURES = 40
"""Pictures looked up for one listing; pages that name thousands are not galleries."""


@dataclass
class Dossier:
    """Everything but bytes. `captures` in order of time; its place in that order + 1 is the number of a capture."""

    leads: tuple[Lead, ...]
    captures: tuple[Capture, ...]
    listings: Spool
    sellers: tuple[Seller, ...]
    owner: dict[str, str]
    """Capture id → id of the page capture in whose WACZ it lies: pictures lie with the page that shows them."""
    titles: dict[str, str]
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def numbers(self) -> dict[str, int]:
        """Capture id → its number in the package."""
        return {capture.id: number for number, capture in enumerate(self.captures, 1)}

    def groups(self) -> Iterator[tuple[str, list[Capture]]]:
        """(path of a WACZ below data/, its captures with the page first)."""
        together: dict[str, list[Capture]] = {}
        for capture in self.captures:
            together.setdefault(self.owner[capture.id], []).append(capture)
        for number, page in enumerate(self.captures, 1):
            if page.id in together:
                yield (
                    f"captures/{number:04d}.wacz",
                    [page, *(one for one in together[page.id] if one.id != page.id)],
                )

    def name(self, moment: datetime) -> str:
        """What a file or folder with all this is called: `osint-L7-L12-20261124T100000Z`."""
        labels = [f"L{lead.id}" for lead in self.leads]
        more = [f"and-{len(labels) - MAX_LABELS}-more"] if len(labels) > MAX_LABELS else []
        return "-".join(["osint", *labels[:MAX_LABELS], *more, moment.strftime("%Y%m%dT%H%M%SZ")])

    def labels(self) -> str:
        """The leads in words: `L7, L12`."""
        return ", ".join(f"L{lead.id}" for lead in self.leads)


def gather(store: Store, lead_ids: Sequence[int], spool: Path, options: Options) -> Dossier:
    """Read all that the leads rest on. Raises ExportError for unknown leads and for listings without evidence."""
    found = [_lead(store, one) for one in lead_ids]
    leads = tuple({lead.id: lead for lead in found}.values())  # merged leads answer as one
    if not leads:
        raise ExportError("no lead was named: an empty package proves nothing")
    left_out: Counter[str] = Counter()
    versions: dict[str, list[ListingVersion]] = {}
    stored: list[StoredListing] = []
    for identifier in dict.fromkeys(link.listing for lead in leads for link in lead.listings):
        stored.append(store.listings.get(identifier))
        versions[identifier] = list(store.listings.versions(identifier))
        options.progress("reading listings", len(stored), 0)
    sightings = {identifier: store.listings.captures(identifier) for identifier in versions}
    captures, owner = _captures(store, versions, sightings, left_out)
    numbers = {capture.id: number for number, capture in enumerate(captures, 1)}
    rows = Spool(spool)
    titles: dict[str, str] = {}
    for listing in stored:
        mine = versions.pop(listing.id)
        titles.update({one.capture: one.title for one in mine if one.title})
        rows.add(values.listing(listing, mine, sightings[listing.id], numbers))
    sellers = _sellers(store, leads, {listing.id for listing in stored}, left_out)
    return Dossier(leads, captures, rows, sellers, owner, titles, left_out)


def _lead(store: Store, identifier: int) -> Lead:
    try:
        lead = store.leads.get(identifier)
    except LookupError as error:
        raise ExportError(f"there is no lead L{identifier}") from error
    if not lead.listings:
        raise ExportError(f"lead L{identifier} has no listing: there is nothing to prove")
    return lead


def _captures(
    store: Store, versions: dict[str, list[ListingVersion]], sightings: Sightings, left_out: Counter[str]
) -> tuple[tuple[Capture, ...], dict[str, str]]:
    """The captures of all versions, the last that showed each listing and, where captured, the pictures they name."""
    found: dict[str, Capture] = {}
    owner: dict[str, str] = {}
    pages: set[str] = set()
    for one in (one for part in versions.values() for one in part):
        if one.capture not in pages:
            pages.add(one.capture)
            found[one.capture] = _capture(store, one.capture, one.url)
            owner[one.capture] = one.capture
    for identifier, seen in sightings.items():
        last = [identity for identity, _ in seen[-1:] if identity not in pages]
        found.update((identity, _capture(store, identity, identifier)) for identity in last)
        owner.update((identity, identity) for identity in last)
        pages.update(last)
    for seen in sightings.values():
        left_out["sighting"] += sum(identity not in pages for identity, _ in seen)
    for one in (one for part in versions.values() for one in part):
        for url in one.images[:MAX_PICTURES]:
            picture = store.captures.find(found[one.capture].run, url)
            if picture is None:
                left_out["picture"] += 1
            else:
                found.setdefault(picture.id, picture)
                owner.setdefault(picture.id, one.capture)
        left_out["picture"] += max(0, len(one.images) - MAX_PICTURES)
    captures = sorted(found.values(), key=lambda capture: (capture.fetched_at, capture.id))
    return tuple(captures), owner


def _capture(store: Store, identifier: str, what: str) -> Capture:
    try:
        return store.captures.get(identifier)
    except LookupError as error:
        raise ExportError(f"the capture {identifier} of {what} is not in the store: it was removed or lost") from error


def _sellers(store: Store, leads: Sequence[Lead], listings: set[str], left_out: Counter[str]) -> tuple[Seller, ...]:
    identifiers = {seller for lead in leads for seller in lead.sellers}
    identifiers |= set(store.sellers.of_listings(sorted(listings)).values())
    sellers = []
    for identifier in sorted(identifiers):
        seller = store.sellers.get(identifier)
        left_out["seller_link"] += sum(link.listing not in listings for link in seller.links)
        sellers.append(seller)
    return tuple(sellers)


def seller_row(seller: Seller, listings: set[str]) -> dict[str, Any]:
    """A seller as the package holds it: only the links to listings that are in it."""
    return {
        "id": seller.id,
        "name": seller.name,
        "accounts": [{"site": site, "account": account} for site, account in seller.accounts],
        "contacts": [{"kind": kind, "value": value} for kind, value in seller.contacts],
        "links": [
            {"listing": link.listing, "reason": link.reason, "strength": link.strength}
            for link in seller.links
            if link.listing in listings
        ],
        "by": values.MACHINE,
    }
