"""What a lead shows in a list, drawn from its listings. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from osint.resolve.offer import seller_name
from storage.records import LeadFacts, StoredListing

APPENDIX_ORDER = ("I", "I/II", "II", "II/III", "III")
"""From the strictest listing to the mildest."""


def lead_facts(listings: Sequence[StoredListing]) -> LeadFacts:
    """Facts of the lead that these listings are. The worst listing speaks first: its title, its price, its reason."""
    worst_first = sorted(listings, key=lambda one: (-_score(one), one.first_seen, one.id))
    best = worst_first[0]
    analyses = [one.latest.analysis for one in worst_first]
    relevant = [a for a in analyses if a.get("relevant")] or analyses
    taxa = [taxon for a in relevant for taxon in a.get("taxa") or []]
    priced = next((one.latest for one in worst_first if one.latest.price_amount is not None), best.latest)
    return LeadFacts(
        title=next((one.latest.title for one in worst_first if one.latest.title), best.latest.url),
        score=_score(best),
        relevant=any(a.get("relevant") for a in analyses),
        taxa=_unique(taxon["name"] for taxon in taxa),
        groups=_unique(taxon.get("group") for taxon in taxa),
        cites=strictest(taxon.get("cites") or "" for taxon in taxa),
        terms=_unique(term["code"] for a in relevant for term in a.get("terms") or []),
        price_amount=priced.price_amount,
        price_currency=priced.price_currency,
        place=next((place for one in worst_first if (place := _place(one))), ""),
        countries=_unique(place.get("country") for a in analyses for place in a.get("locations") or []),
        sources=_unique(one.latest.source for one in worst_first),
        languages=_unique((a.get("language") or {}).get("code") for a in analyses),
        sellers=_unique(seller_name(one.latest) for one in worst_first),
        masked=any(a.get("masked") for a in analyses),
        reason=top_reason(best.latest.analysis),
    )


def strictest(appendices: Iterable[str]) -> str:
    """The strictest CITES appendix of several: "I" before "I/II" before "II" before "III"; "" when none is listed."""
    known = set(appendices)
    return next((appendix for appendix in APPENDIX_ORDER if appendix in known), "")


def top_reason(analysis: Mapping[str, Any]) -> str:
    """The rule that weighs most, with its words: `product term: "ngà voi"`."""
    reasons = sorted(analysis.get("reasons") or [], key=lambda one: -float(one["points"]))
    if not reasons or float(reasons[0]["points"]) <= 0:
        return ""
    words = " ".join(str(reasons[0]["text"]).split())
    rule = str(reasons[0]["rule"])
    return f"{rule}: “{words}”" if words else rule


def _score(listing: StoredListing) -> float:
    return float(listing.latest.analysis.get("score") or 0.0)


def _place(listing: StoredListing) -> str:
    if listing.latest.location:
        return listing.latest.location
    found = listing.latest.analysis.get("locations") or []
    return str(found[0]["name"]) if found else ""


def _unique(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value))
