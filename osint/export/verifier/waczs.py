"""WACZ 1.1.1 files: the list of their own files, every record of the WARC, and the index, each against the other."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from typing import Any

from osint.export.verifier import zips
from osint.export.verifier.container import BROKEN, Container
from osint.export.verifier.findings import Report, lines_of
from osint.export.verifier.warcs import Malformed, Record, records

PACKAGE, DIGEST = "datapackage.json", "datapackage-digest.json"
INDEX, PAGES = "indexes/index.cdxj", "pages/pages.jsonl"
MAX_JSON = 64 << 20
LINE = re.compile(r"(\S+) (\d{14}) (\{.*\})")


def check(container: Container, report: Report, name: str) -> list[Record]:
    """Check one WACZ of the package; its records, for those who compare further."""
    file = container.seekable(name)
    if file is None:
        return []
    with file:
        try:
            archive = zipfile.ZipFile(file)
            members = {info.filename: info for info in zips.check(file, archive, name, report.add)}
            return _Wacz(archive, members, name, report).check()
        except BROKEN as error:
            report.add("UNREADABLE", name, str(error))
            return []


class _Wacz:
    def __init__(
        self, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, report: Report
    ) -> None:
        self.archive, self.members, self.name = archive, members, name
        self.report = report

    def add(self, code: str, text: str) -> None:
        self.report.add(code, self.name, text)

    def check(self) -> list[Record]:
        for needed in (PACKAGE, DIGEST, INDEX, PAGES):
            if needed not in self.members:
                self.add("WACZ-MISSING", needed)
        self._resources()
        found: dict[str, list[Record]] = {}
        for member in sorted(self.members):
            if member.startswith("archive/"):
                found[member.partition("/")[2]] = self._records(member)
        if not found:
            self.add("WACZ-MISSING", "archive/*.warc.gz")
        self._index(found)
        everything = [record for part in found.values() for record in part]
        self._pages(everything)
        self.report.count("records", len(everything))
        return everything

    def _read(self, member: str) -> bytes:
        if member not in self.members or self.members[member].file_size > MAX_JSON:
            return b""
        with self.archive.open(self.members[member]) as file:
            return file.read(MAX_JSON)

    def _json(self, member: str) -> dict[str, Any]:
        try:
            answer = json.loads(self._read(member) or b"{}")
        except (ValueError, RecursionError) as error:
            self.add("JSON-BAD", f"{member}: {error}")
            return {}
        return answer if isinstance(answer, dict) else {}

    def _resources(self) -> None:
        stated = self._json(DIGEST)
        found = "sha256:" + hashlib.sha256(self._read(PACKAGE)).hexdigest()
        if stated.get("path") != PACKAGE or stated.get("hash") != found:
            self.add("WACZ-DIGEST", f"{PACKAGE} has {found}, {DIGEST} says {stated.get('hash')}")
        resources = self._json(PACKAGE).get("resources")
        listed: dict[str, dict[str, Any]] = {}
        for resource in resources if isinstance(resources, list) else []:
            path = resource.get("path") if isinstance(resource, dict) else None
            if not isinstance(path, str) or path in listed or path in (PACKAGE, DIGEST):
                self.add("WACZ-DIGEST", f"{PACKAGE} lists {path!r} twice or wrongly")
            else:
                listed[path] = resource
        for path in sorted(set(listed) - set(self.members)):
            self.add("WACZ-MISSING", f"{path} is listed")
        for path in sorted(set(self.members) - set(listed) - {PACKAGE, DIGEST}):
            self.add("WACZ-UNLISTED", path)
        for path in sorted(set(self.members) & set(listed)):
            total, size = hashlib.sha256(), 0
            with self.archive.open(self.members[path]) as file:
                while block := file.read(1 << 20):
                    total.update(block)
                    size += len(block)
            if listed[path].get("hash") != "sha256:" + total.hexdigest() or listed[path].get("bytes") != size:
                self.add("WACZ-DIGEST", f"{path} has sha256:{total.hexdigest()} and {size} bytes, not what is listed")

    def _records(self, member: str) -> list[Record]:
        found: list[Record] = []
        with self.archive.open(self.members[member]) as file:
            try:
                for record in records(file):
                    found.append(record)
                    for code, text in record.problems:
                        self.add(code, f"{member} at {record.offset}: {text}")
            except Malformed as error:
                self.add("WARC-FORM", f"{member} after {len(found)} records: {error}")
        return found

    def _index(self, found: dict[str, list[Record]]) -> None:
        wanted = {
            (file, record.offset): record
            for file, part in found.items()
            for record in part
            if record.kind in ("response", "resource", "revisit")
        }
        lines = lines_of(self._read(INDEX))
        if lines != sorted(lines):
            self.add("INDEX-BAD", "the lines are not in order")
        for number, line in enumerate(lines, 1):
            match = LINE.fullmatch(line)
            try:
                entry = json.loads(match[3]) if match else None
            except (ValueError, RecursionError):
                entry = None
            if match is None or not isinstance(entry, dict):
                self.add("INDEX-BAD", f"line {number} is malformed")
                continue
            record = wanted.pop((str(entry.get("filename")), _whole(entry.get("offset"))), None)
            if record is None:
                self.add("INDEX-DANGLING", f"line {number} names no record, or one that was named before")
                continue
            for key, stated, true in _compare(match[2], entry, record):
                self.add("INDEX-DIFFERS", f"line {number}: {key} is {stated!r}, the record has {true!r}")
        for (file, offset), record in sorted(wanted.items(), key=lambda item: item[0]):
            self.add("INDEX-MISSING", f"{file} at {offset}: {record.kind} {record.url[:200]}")

    def _pages(self, everything: list[Record]) -> None:
        shown = {(record.url, record.headers.get("warc-date")) for record in everything if record.kind == "response"}
        lines = lines_of(self._read(PAGES))
        try:
            head, *pages = [json.loads(line) for line in lines] or [{}]
            named = {(page["url"], page["ts"]) for page in pages}
            good = head.get("format") == "json-pages-1.0" and bool(named)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.add("WACZ-PAGES", f"{PAGES} is malformed")
            return
        if not good:
            self.add("WACZ-PAGES", f"{PAGES} has no header or no page")
        for url, moment in sorted(named - shown, key=str):
            self.add("WACZ-PAGES", f"{url} at {moment} is not in the WARC")


def _compare(stamp: str, entry: dict[str, Any], record: Record) -> list[tuple[str, Any, Any]]:
    """Fields in which an index line and its record differ: (name, stated, true)."""
    date = re.sub(r"\D", "", record.headers.get("warc-date", "").split(".")[0])[:14]
    true: dict[str, Any] = {
        "length": str(record.length),
        "url": record.url,
        "digest": "sha256:" + record.payload_sha256,
        "recordDigest": "sha256:" + record.raw_sha256,
        "status": None if record.status is None else str(record.status),
    }
    wrong = [(key, entry.get(key), value) for key, value in true.items() if entry.get(key) != value]
    return wrong + ([("timestamp", stamp, date)] if stamp != date else [])


def _whole(value: object) -> int:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 20 else -1
