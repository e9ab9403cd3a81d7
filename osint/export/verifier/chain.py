"""The log of decisions and transfers: each entry's own hash, each link, both ends, and what lead.json says of it."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from typing import Any

from osint.export.verifier.container import Container
from osint.export.verifier.findings import Report, lines_of

AUDIT = "data/audit.jsonl"
FIELDS = {"seq", "at", "who", "action", "object", "note", "before", "after", "prev", "hash"}
LINK = {"seq", "withheld", "prev", "hash"}


def check(container: Container, report: Report, lead: dict[str, Any]) -> None:
    """Check the log, and the history in lead.json against it."""
    raw = container.read(AUDIT) if AUDIT in container.files else None
    if raw is None:
        return
    entries = _entries(report, raw)
    report.count("log entries", len(entries))
    for number, entry in enumerate(entries):
        last = entries[number - 1] if number else None
        if last and (entry["seq"] != last["seq"] + 1 or entry["prev"] != last["hash"]):
            report.add("AUDIT-ORDER", AUDIT, f"entry {entry['seq']} does not follow from entry {last['seq']}")
        if "withheld" not in entry and entry_hash(entry) != entry["hash"]:
            report.add("AUDIT-HASH", AUDIT, f"entry {entry['seq']} does not have the hash it states")
    try:
        _ends(report, lead["audit"], entries)
        _history(report, lead, {entry["seq"]: entry for entry in entries})
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        report.add("JSON-BAD", "data/lead.json", f"its words about the log: {type(error).__name__} {error}")


def entry_hash(entry: dict[str, Any]) -> str:
    """The hash that an entry must have: SHA-256 over the JSON list of its fields, without blanks, keys sorted.

    The time counts as microseconds since 1970; `before` and `after` count as texts, themselves such JSON.
    "" when the entry has no such form.
    """
    try:
        at = datetime.fromisoformat(entry["at"].replace("Z", "+00:00"))
        start = datetime(1970, 1, 1, tzinfo=timezone.utc)  # noqa: UP017  # runs on Python 3.9 too
        micros = (at - start) // timedelta(microseconds=1)
        fields = [entry["prev"], entry["seq"], micros, entry["who"], entry["action"], entry["object"], entry["note"],
                  _canonical(entry["before"]), _canonical(entry["after"])]  # fmt: skip
        return hashlib.sha256(_canonical(fields).encode()).hexdigest()
    except (TypeError, ValueError, AttributeError):
        return ""


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _entries(report: Report, raw: bytes) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for number, line in enumerate(lines_of(raw), 1):
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            entry = None
        good = isinstance(entry, dict) and set(entry) in (FIELDS, LINK) and isinstance(entry["seq"], int)
        if good and all(isinstance(entry[key], str) for key in ("prev", "hash")):
            entries.append(entry)
        else:
            report.add("AUDIT-FORM", AUDIT, f"line {number} is not an entry of the log")
    return entries


def _ends(report: Report, about: dict[str, Any], entries: list[dict[str, Any]]) -> None:
    full = sum("withheld" not in entry for entry in entries)
    first, last = (entries[0], entries[-1]) if entries else (None, None)
    found = {
        "entries": len(entries),
        "in_full": full,
        "first": {"seq": first["seq"], "prev": first["prev"]} if first else None,
        "head": {"seq": last["seq"], "hash": last["hash"]} if last else None,
    }
    for key, true in found.items():
        if about.get(key) != true:
            report.add("AUDIT-HEAD", AUDIT, f"{key} is {true!r}, lead.json says {about.get(key)!r}")


def _history(report: Report, lead: dict[str, Any], log: dict[int, dict[str, Any]]) -> None:
    """What lead.json tells of decisions is what the log holds."""
    for event in lead["history"]:
        entry = log.get(event["seq"])
        same = entry is not None and entry["hash"] == event["hash"]
        if entry is not None and "withheld" not in entry:
            same = same and all(entry[key] == event[key] for key in FIELDS - {"prev"})
        if not same:
            report.add("AUDIT-LEAD", AUDIT, f"entry {event['seq']} of the history in lead.json is not in the log")
    for one in lead["leads"]:
        for decision in one["decisions"]:
            if log.get(decision["log_entry"], {}).get("hash") != decision["hash"]:
                report.add("AUDIT-LEAD", AUDIT, f"lead {one['id']} names entry {decision['log_entry']}, not in the log")
        status, number = one["status"], one["status"]["log_entry"]
        entry = log.get(number, {}) if number is not None else None
        if (status["by"] == "person") != (entry is not None):
            report.add("AUDIT-LEAD", AUDIT, f"the status of lead {one['id']} is said to be a person's without an entry")
        elif (
            entry
            and "withheld" not in entry
            and (
                entry["after"].get("status") != status["value"]
                or entry["who"] != status["who"]
                or entry["at"] != status["at"]
            )
        ):
            report.add("AUDIT-LEAD", AUDIT, f"the status of lead {one['id']} is not the one that entry {number} set")
