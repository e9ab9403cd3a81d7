"""lead.json: the record that a machine or a court's own expert reads. Its schema is `lead.schema.json` beside this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from osint.export import values
from osint.export.dossier import Dossier, seller_row
from osint.export.wacz import Placed
from storage.records import Capture, Lead

VERSION = 1
MEANING = {
    "machine": "read by software from the captured bytes; may be wrong",
    "person": "entered or decided by the named person",
    "recorded": "written down by software at the time it happened",
    "captures": "recorded",
    "fields": "machine",
    "analysis": "machine",
    "summary": "machine",
    "decisions": "person",
}
LEFT_OUT = {
    "picture": "pictures that listings name and that were not captured",
    "sighting": "further captures that showed the listings with nothing new in them",
    "note": "entries of the log with notes, present by hash only",
    "log_entry": "entries of the log present by hash only, those with notes included",
    "seller_link": "links of these sellers to listings outside these leads",
    "picture_shown": "pictures that are in the captures but not shown in the reports",
    "report_pdf": "report.pdf could not be made on this machine",
    "undrawn": "characters that report.pdf could not draw for want of a font",
}


def lead_row(lead: Lead, history: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A lead. Its status is a person's when an entry of the log set it."""
    facts = lead.facts
    decisions = [event for event in history if event["object"] == f"lead:{lead.id}"]
    made = [one for one in history if one["object"].startswith("lead:") and one["by"] == values.PERSON]
    last = next((one for one in reversed(made) if one["after"].get("status") == lead.status), None)
    return {
        "id": lead.id,
        "version": lead.version,
        "created_at": values.moment(lead.created_at),
        "updated_at": values.moment(lead.updated_at),
        "status": {
            "value": lead.status,
            "by": values.PERSON if last else values.MACHINE,
            "who": last["who"] if last else "",
            "at": last["at"] if last else "",
            "log_entry": last["seq"] if last else None,
        },
        "assignee": lead.assignee,
        "tags": list(lead.tags),
        "summary": {
            "by": values.MACHINE,
            "title": facts.title,
            "score": facts.score,
            "relevant": facts.relevant,
            "taxa": list(facts.taxa),
            "groups": list(facts.groups),
            "cites": facts.cites,
            "terms": list(facts.terms),
            "price": {"amount": values.amount(facts.price_amount), "currency": facts.price_currency},
            "place": facts.place,
            "countries": list(facts.countries),
            "sources": list(facts.sources),
            "languages": list(facts.languages),
            "sellers": list(facts.sellers),
            "masked": facts.masked,
            "reason": facts.reason,
        },
        "listings": [
            {"listing": link.listing, "reason": link.reason, "strength": link.strength, "by": values.MACHINE}
            for link in lead.listings
        ],
        "sellers": list(lead.sellers),
        "decisions": [{"log_entry": event["seq"], "hash": event["hash"]} for event in decisions],
    }


def capture_row(capture: Capture, number: int, wacz: str, picture_of: str, placed: Iterable[Placed]) -> dict[str, Any]:
    """A capture and where its records lie, in the package and in the store they were copied from."""
    return {
        "id": capture.id,
        "number": number,
        "url": capture.url,
        "final_url": capture.final_url,
        "source": capture.source,
        "run": capture.run,
        "requested_at": values.moment(capture.requested_at),
        "fetched_at": values.moment(capture.fetched_at),
        "status": capture.status,
        "headers": [list(pair) for pair in capture.headers],
        "media_type": capture.media_type,
        "by": capture.by,
        "parent": capture.parent,
        "picture_of": picture_of,
        "sha256": capture.sha256,
        "size": capture.size,
        "wacz": wacz,
        "records": [
            {
                "kind": one.kind,
                "id": one.record.id,
                "offset": one.offset,
                "length": one.record.length,
                "sha256": one.record.raw_sha256,
            }
            for one in placed
        ],
        "store": {"warc": capture.warc, "offset": capture.offset, "length": capture.length},
    }


def head(
    dossier: Dossier,
    package: Mapping[str, Any],
    captures: list[dict[str, Any]],
    history: list[dict[str, Any]],
    audit: Mapping[str, Any],
) -> dict[str, Any]:
    """All of lead.json but its listings, which may be many."""
    listings = {link.listing for lead in dossier.leads for link in lead.listings}
    return {
        "format": "osint-lead-package",
        "version": VERSION,
        "package": dict(package),
        "meaning": MEANING,
        "leads": [lead_row(lead, history) for lead in dossier.leads],
        "sellers": [seller_row(seller, listings) for seller in dossier.sellers],
        "captures": captures,
        "history": history,
        "audit": dict(audit),
        "left_out": {kind: count for kind, count in sorted(dossier.left_out.items()) if count},
        "left_out_meaning": {kind: LEFT_OUT[kind] for kind, count in sorted(dossier.left_out.items()) if count},
    }
