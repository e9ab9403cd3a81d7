"""lead.json against the captures: lead → listing → capture → record → bytes, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from osint.export.verifier.container import Container
from osint.export.verifier.findings import Report
from osint.export.verifier.warcs import Record

LEAD = "data/lead.json"


def load(container: Container, report: Report) -> dict[str, Any]:
    """lead.json; {} with a finding when it is no JSON object of ours."""
    raw = container.read(LEAD) if LEAD in container.files else None
    if raw is None:
        return {}
    try:
        lead = json.loads(raw)
    except (ValueError, RecursionError) as error:
        report.add("JSON-BAD", LEAD, str(error))
        return {}
    if not isinstance(lead, dict) or lead.get("format") != "osint-lead-package":
        report.add("JSON-BAD", LEAD, "is not the record of a lead package")
        return {}
    return lead


def check(container: Container, report: Report, lead: dict[str, Any], found: dict[str, list[Record]]) -> None:
    """`found`: path of each WACZ of the package → its records. Malformed values become findings, never an error."""
    try:
        _captures(report, lead, found)
        _links(report, lead)
        _working(container, report, lead)
        for version in _versions(lead):
            _reasons(report, version)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        report.add("JSON-BAD", LEAD, f"lacks or distorts a field: {type(error).__name__} {error}")


def _captures(report: Report, lead: dict[str, Any], found: dict[str, list[Record]]) -> None:
    left = {(path, record.offset): record for path, part in found.items() for record in part}
    named = set()
    for capture in lead["captures"]:
        path = "data/" + capture["wacz"]
        named.add(path)
        report.count("captures")
        if path not in found:
            report.add("CAPTURE-MISSING", path, f"of capture {capture['id']} is not in the package")
            continue
        kinds = {}
        for stated in capture["records"]:
            record = left.pop((path, stated["offset"]), None)
            if record is None:
                report.add("CAPTURE-MISSING", path, f"no {stated['kind']} at {stated['offset']} of {capture['id']}")
                continue
            true = {"kind": stated["kind"], "id": record.id, "length": record.length, "sha256": record.raw_sha256}
            for key, value in true.items():
                if stated[key] != value:
                    text = f"{stated['kind']} of {capture['id']}: {key} is {value!r}, lead.json says {stated[key]!r}"
                    report.add("CAPTURE-MEMBER", path, text)
            kinds[stated["kind"]] = record
        if "response" not in kinds:
            report.add("CAPTURE-MISSING", path, f"capture {capture['id']} has no response")
        else:
            _same(report, path, capture, kinds)
    for path in sorted(set(found) - named):
        report.add("CAPTURE-UNKNOWN", path, "belongs to no capture of lead.json")
    for path, offset in sorted(left):
        report.add("CAPTURE-UNKNOWN", path, f"the record at {offset} belongs to no capture of lead.json")


def _same(report: Report, path: str, capture: dict[str, Any], kinds: dict[str, Record]) -> None:
    """What lead.json says of a capture must be what its records say of themselves."""
    answer = kinds["response"]
    date = answer.headers.get("warc-date", "")
    pairs: list[tuple[str, Any, Any]] = [
        ("sha256", capture["sha256"], answer.payload_sha256),
        ("size", capture["size"], answer.payload_size),
        ("fetched_at", _seconds(capture["fetched_at"]), _seconds(date)),
        ("url", _target(capture["url"]), answer.url),
    ]
    about = json.loads(answer.headers.get("osint-capture", "{}"))
    for key in ("source", "run", "url", "final_url", "requested_at", "media_type", "by", "parent"):
        if key in about:
            plain = _seconds if key.endswith("_at") else str
            pairs.append((key, plain(capture[key]), plain(about[key])))
    if answer.status is not None:
        pairs.append(("status", capture["status"], answer.status))
        stated = [(name.strip(), value.strip()) for name, value in capture["headers"]]
        pairs.append(("headers", stated, answer.http_headers))
    for kind, record in kinds.items():
        expected = {"request": "request", "screenshot": "resource"}.get(kind, record.kind)
        pairs.append((f"kind of {kind}", expected, record.kind))
        pairs.append((f"date of {kind}", _seconds(date), _seconds(record.headers.get("warc-date", ""))))
    for key, stated, true in pairs:
        if stated != true:
            text = f"capture {capture['id']}: {key} is {stated!r}, the record has {true!r}"
            report.add("CAPTURE-DIFFERS", path, text[:500])


def _links(report: Report, lead: dict[str, Any]) -> None:
    captures = {capture["id"] for capture in lead["captures"]}
    listings = {listing["id"] for listing in lead["listings"]}
    for listing in lead["listings"]:
        for version in listing["versions"]:
            if version["capture"] not in captures:
                report.add("LISTING-CAPTURE", LEAD, f"listing {listing['id']} rests on {version['capture']}")
    for one in lead["leads"]:
        report.count("leads")
        for link in one["listings"]:
            if link["listing"] not in listings:
                report.add("LEAD-LISTING", LEAD, f"lead {one['id']} rests on {link['listing']}")


def _working(container: Container, report: Report, lead: dict[str, Any]) -> None:
    present = {name for name in container.files if name.startswith("data/working/")}
    for copy in lead["working"]:
        name = "data/" + copy["path"]
        if name not in present:
            report.add("WORKING-DIFFERS", name, "is missing")
        elif container.digest(name) != copy["sha256"]:
            report.add("WORKING-DIFFERS", name, "has another hash than lead.json says")
        present.discard(name)
    for name in sorted(present):
        report.add("WORKING-DIFFERS", name, "is not named in lead.json")


def _versions(lead: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for listing in lead["listings"]:
        for version in listing["versions"]:
            yield {**version, "listing": listing["id"]}


def _reasons(report: Report, version: dict[str, Any]) -> None:
    """Every word that a reason rests on stands where the reason says, but for those counted as not found."""
    astray = 0
    for reason in version["analysis"].get("reasons", []):
        text = version["read"].get(reason["field"], "")
        astray += text[reason["start"] : reason["end"]] != reason["text"]
    if astray != version["astray"]:
        text = f"listing {version['listing']}: {astray} reasons do not stand where they say, not {version['astray']}"
        report.add("REASON-TEXT", LEAD, text)


def _target(url: str) -> str:
    """A URL as WARC-Target-URI: what is not printable ASCII is percent-encoded."""
    return (
        re.sub(r"[^\x21-\x7e]", lambda found: quote(found[0], safe="", errors="surrogatepass"), url) or "urn:osint:none"
    )


def _seconds(moment: str) -> str:
    """A UTC time to the second: `2026-11-24T10:00:00.123456Z` and `...+00:00` alike."""
    return moment.replace("+00:00", "Z").split(".")[0].rstrip("Z")
