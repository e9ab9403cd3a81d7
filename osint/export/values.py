"""A stored listing as plain values that say where each came from. Only what the page said; empty is left out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from storage.records import ListingVersion, StoredListing

MACHINE, PERSON = "machine", "person"


def moment(at: datetime | None) -> str:
    """A time as packages write it: UTC, ISO 8601, `Z`; "" for none."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else ""


def sha256(path: Path) -> str:
    """SHA-256 of a file, hex."""
    total = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def amount(value: Decimal | None) -> str:
    """A decimal as text, never in exponents; "" for none."""
    return format(value, "f") if value is not None else ""


def listing(
    stored: StoredListing,
    versions: list[ListingVersion],
    sightings: Sequence[tuple[str, datetime]],
    numbers: Mapping[str, int],
) -> dict[str, Any]:
    """A listing with its versions, oldest first. `numbers`: capture id → its number in the package."""
    ordered = sorted(versions, key=lambda one: (one.seen_at, one.capture))
    newest = ordered[-1] if ordered else stored.latest
    return {
        "id": stored.id,
        "source": newest.source,
        "url": newest.url,
        "external_id": newest.external_id,
        "first_seen": moment(stored.first_seen),
        "last_seen": moment(stored.last_seen),
        "gone_at": moment(stored.gone_at),
        "sightings": [
            {"at": moment(at), "capture": capture, "capture_number": numbers.get(capture)} for capture, at in sightings
        ],
        "versions": [version(one, numbers[one.capture]) for one in ordered],
    }


def version(one: ListingVersion, number: int) -> dict[str, Any]:
    """What one capture said of a listing."""
    read = reader_text(one)
    analysis = dict(one.analysis)
    return {
        "capture": one.capture,
        "capture_number": number,
        "seen_at": moment(one.seen_at),
        "fields": fields(one),
        "read": read,
        "analysis": analysis,
        "astray": sum(not stands(read, reason) for reason in analysis.get("reasons", ())),
    }


def fields(one: ListingVersion) -> dict[str, dict[str, Any]]:
    """Field → value, the raw text beside it, where on the page it stood, and who read it."""
    plain: dict[str, Any] = {
        "title": one.title,
        "text": one.text,
        "location": one.location,
        "posted": moment(one.posted),
        "availability": one.availability,
        "images": list(one.images),
        "attributes": dict(one.attributes),
    }
    found = {name: {"value": value} for name, value in plain.items() if value}
    price = {"amount": amount(one.price_amount), "currency": one.price_currency}
    if any(price.values()) or one.price_text:
        found["price"] = {"value": price, "raw": one.price_text}
    seller = {"name": one.seller_name, "id": one.seller_id, "url": one.seller_url, "text": one.seller_text}
    if any(seller.values()):
        found["seller"] = {"value": {key: value for key, value in seller.items() if value}}
    return {
        name: {**value, "origin": one.origins.get(name, ""), "by": MACHINE} for name, value in sorted(found.items())
    }


def reader_text(one: ListingVersion) -> dict[str, str]:
    """The three texts that the reader was given, to which all its offsets refer (see `osint.ingest.listing_text`)."""
    about = [one.seller_name, one.seller_text, one.location]
    return {"title": one.title, "text": one.text, "seller_text": " | ".join(part for part in about if part)}


def stands(read: Mapping[str, str], reason: Mapping[str, Any]) -> bool:
    """Whether the words of a reason stand where it says."""
    return bool(read.get(reason["field"], "")[reason["start"] : reason["end"]] == reason["text"])
