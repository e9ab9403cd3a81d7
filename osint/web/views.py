"""What each page shows, as plain values. No HTML here, no store in the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from nlp.terms import names as term_names
from osint import ingest
from osint.export.report.view import main_reason, rule_words
from osint.export.report.view import words as report_words
from osint.web.highlight import Piece, pieces
from storage.leads import LeadQuery
from storage.records import Capture, Event, Lead, ListingVersion, Slice, StoredListing
from storage.store import Store

PAGE = 50
FACETS = ("status", "group", "country", "source", "language")


@dataclass(frozen=True, slots=True)
class Row:
    """One lead in the queue."""

    id: int
    title: str
    score: float
    status: str
    taxa: tuple[str, ...]
    cites: str
    terms: tuple[str, ...]
    price: str
    place: str
    sellers: tuple[str, ...]
    sources: tuple[str, ...]
    copies: int
    masked: bool
    reason: str
    age: str


@dataclass(frozen=True, slots=True)
class Copy:
    """One listing of a lead with its words marked."""

    listing: StoredListing
    title: list[Piece]
    text: list[Piece]
    seller: list[Piece]
    reasons: list[Mapping[str, Any]]
    fields: list[tuple[str, str, str, str]]
    """(field, value, as written, where it came from)"""
    capture: Capture | None
    versions: int


@dataclass(frozen=True, slots=True)
class LeadPage:
    """All that the page of one lead shows."""

    row: Row
    lead: Lead
    copies: list[Copy]
    contacts: list[tuple[str, str]]
    other_leads: list[Row]
    history: tuple[Event, ...]
    following: int | None


def queue(store: Store, query: LeadQuery) -> tuple[Slice[Lead], list[Row], Mapping[str, tuple[tuple[str, int], ...]]]:
    """The leads of a query, their rows, and the facets with counts."""
    found = store.leads.query(query)
    return found, [row(lead) for lead in found.rows], store.leads.facets(query)


def lead_page(store: Store, number: int, following: int | None = None) -> LeadPage:
    """The page of a lead. KeyError when there is none."""
    lead = store.leads.get(number)
    listings = sorted(store.listings.of_lead(lead.id), key=lambda one: -float(one.latest.analysis.get("score") or 0))
    sellers = [store.sellers.get(seller) for seller in sorted(set(lead.sellers))]
    others = {
        other
        for seller in sellers
        for link in seller.links
        if (other := store.leads.of_listing(link.listing)) not in (None, lead.id)
    }
    return LeadPage(
        row=row(lead),
        lead=lead,
        copies=[_copy(store, listing) for listing in listings],
        contacts=sorted({contact for seller in sellers for contact in seller.contacts}),
        other_leads=[row(store.leads.get(other)) for other in sorted(others)[:20] if other is not None],
        history=store.reviews.events(object=f"lead:{lead.id}", limit=100),
        following=following,
    )


def row(lead: Lead) -> Row:
    """A lead as the queue shows it."""
    facts = lead.facts
    names = _terms()
    return Row(
        id=lead.id,
        title=facts.title or "(no title)",
        score=facts.score,
        status=lead.status,
        taxa=facts.taxa[:3],
        cites=facts.cites,
        terms=tuple(names.get(code, code) for code in facts.terms[:3]),
        price=money(facts.price_amount, facts.price_currency),
        place=facts.place or ", ".join(facts.countries[:2]),
        sellers=facts.sellers[:2],
        sources=facts.sources,
        copies=len(lead.listings),
        masked=facts.masked,
        reason=main_reason(facts.reason, report_words("en")),
        age=age(lead.created_at),
    )


def money(amount: Any, currency: str) -> str:
    """`9,500 THB`; "" when no price is known."""
    if amount is None:
        return ""
    digits = f"{amount:,.0f}" if amount == int(amount) else f"{amount:,.2f}"
    return f"{digits} {currency}".strip()


def words(rule: str) -> str:
    """What a rule of the reader says, as words."""
    return rule_words(rule, report_words("en"))


def age(moment: datetime) -> str:
    """How long ago, in the largest whole unit."""
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {name}"
    return "now"


def _copy(store: Store, listing: StoredListing) -> Copy:
    latest = listing.latest
    reasons = sorted(latest.analysis.get("reasons") or [], key=lambda one: -abs(float(one["points"])))
    seller = ingest.seller_words(latest.seller_name, latest.seller_text, latest.location)
    return Copy(
        listing=listing,
        title=pieces(latest.title, reasons, "title"),
        text=pieces(latest.text, reasons, "text"),
        seller=pieces(seller, reasons, "seller_text"),
        reasons=reasons,
        fields=fields(latest),
        capture=store.captures.get(latest.capture),
        versions=listing.versions,
    )


def fields(version: ListingVersion) -> list[tuple[str, str, str, str]]:
    """What was read, beside the words it was read from and where they stood."""
    rows: list[tuple[str, str, str, str]] = []

    def add(name: str, value: str, raw: str = "", origin: str = "") -> None:
        if value:
            rows.append((name, value, raw if raw != value else "", origin))

    read, origins = version.analysis, version.origins
    for taxon in read.get("taxa") or []:
        badge = f" · CITES {taxon['cites']}" if taxon.get("cites") else ""
        add("species", f"{taxon['name']}{badge}", taxon["text"], taxon["field"])
    for term in read.get("terms") or []:
        add("product", f"{_terms().get(term['code'], term['code'])} ({term['code']})", term["text"], term["field"])
    add("price", money(version.price_amount, version.price_currency), version.price_text, origins.get("price", ""))
    for quantity in read.get("quantities") or []:
        add("amount", f"{quantity['value']:g} {quantity['unit']}", quantity["text"], quantity["field"])
    for contact in read.get("contacts") or []:
        add(contact["kind"], contact["value"], contact["text"], contact["field"])
    add("seller", version.seller_name, version.seller_id, origins.get("seller", ""))
    add("place", version.location, "", origins.get("location", ""))
    for place in read.get("locations") or []:
        add("place", f"{place['name']}, {place['country']} ({place['precision']})", place["text"], place["field"])
    add("posted", f"{version.posted:%Y-%m-%d %H:%M} UTC" if version.posted else "", "", origins.get("posted", ""))
    if read.get("masked"):
        add("disguised", ", ".join(read["masked"]))
    add("language", str((read.get("language") or {}).get("code", "")))
    return rows


@cache
def _terms() -> Mapping[str, str]:
    return term_names()
