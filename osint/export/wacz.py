"""Writing WACZ 1.1.1: WARC members copied byte for byte out of the store, with index, pages and hashes.

Form: https://specs.webrecorder.net/wacz/1.1.1/ and https://specs.webrecorder.net/cdxj/0.1.0/.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from osint.export.bag import json_bytes, member
from osint.export.options import ExportError
from osint.export.verifier.waczs import DIGEST, INDEX, PACKAGE, PAGES
from osint.export.verifier.warcs import Malformed, Record, records
from storage.records import Capture

WARC = "data.warc.gz"
ORDER = ("request", "response", "screenshot")
Exchange = tuple[Capture, Mapping[str, bytes]]
"""A capture and its gzip members by kind."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A record as it lies in the package. `kind`: request | response | screenshot; `offset` in the package's WARC."""

    kind: str
    record: Record
    offset: int


def write(
    place: Path, exchanges: Iterable[Exchange], titles: Mapping[str, str], moment: datetime, software: str
) -> dict[str, tuple[Placed, ...]]:
    """Write one WACZ to `place`. The exchanges are taken one after the other; the first one is the main page.

    Returns capture id → its records. Raises ExportError when a member is not the one sound record it should be.
    """
    placed: dict[str, tuple[Placed, ...]] = {}
    pages: list[dict[str, Any]] = []
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive:
        total, offset = hashlib.sha256(), 0
        # Zip64 headers always: the size is known at the end only, and a body may have any size.
        with archive.open(member(f"archive/{WARC}", moment), "w", force_zip64=True) as out:
            for capture, members in exchanges:
                mine = []
                for kind in (kind for kind in ORDER if kind in members):
                    record = sound(capture, kind, members[kind])
                    mine.append(Placed(kind, record, offset))
                    out.write(members[kind])
                    total.update(members[kind])
                    offset += len(members[kind])
                placed[capture.id] = tuple(mine)
                pages += [_page(one.record, titles.get(capture.id, "")) for one in mine if one.kind == "response"]
        index = sorted(_index_line(one) for mine in placed.values() for one in mine if one.kind != "request")
        resources = [_resource(f"archive/{WARC}", total.hexdigest(), offset)]
        files = {
            INDEX: "".join(f"{line}\n" for line in index).encode(),
            PAGES: _lines([{"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}, *pages[:1]]),
        }
        for name, data in files.items():
            archive.writestr(member(name, moment), data)
            resources.append(_resource(name, hashlib.sha256(data).hexdigest(), len(data)))
        about = json_bytes(
            {
                "profile": "data-package",
                "wacz_version": "1.1.1",
                "title": pages[0]["title"] if pages else "",
                "software": software,
                "created": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "mainPageUrl": pages[0]["url"] if pages else "",
                "mainPageDate": pages[0]["ts"] if pages else "",
                "resources": resources,
            }
        )
        archive.writestr(member(PACKAGE, moment), about)
        digest = {"path": PACKAGE, "hash": "sha256:" + hashlib.sha256(about).hexdigest()}
        archive.writestr(member(DIGEST, moment), json_bytes(digest))
    return placed


def sound(capture: Capture, kind: str, raw: bytes) -> Record:
    """The one WARC record in a gzip member. Evidence that has gone bad in the store is never passed on in silence."""
    try:
        found = list(records(io.BytesIO(raw)))
    except Malformed as error:
        raise ExportError(f"capture {capture.id}: its {kind} in {capture.warc} cannot be read: {error}") from error
    if len(found) != 1 or found[0].problems:
        wrong = found[0].problems[0][1] if found and found[0].problems else f"{len(found)} records instead of one"
        raise ExportError(f"capture {capture.id}: its {kind} in {capture.warc} is damaged: {wrong}")
    if kind == "response" and found[0].payload_sha256 != capture.sha256:
        raise ExportError(f"capture {capture.id}: the bytes in {capture.warc} are not those that were captured")
    return found[0]


def key_of(url: str) -> str:
    """The index key of a URL: host reversed, lower case, no spaces (the SURT form that replay tools look up)."""
    try:
        parts = urlsplit(url)
        host = re.sub(r"^www\d*\.", "", (parts.hostname or "").lower())
    except ValueError:
        return quote(url.lower(), safe="/:?=&%")
    if not host:
        return quote(url.lower(), safe="/:?=&%")
    port = re.sub(r"^.*?(:\d+)?$", r"\1", parts.netloc)
    query = "?" + "&".join(sorted(parts.query.lower().split("&"))) if parts.query else ""
    tail = f"{parts.path.lower() or '/'}{query}"
    return quote(",".join(reversed(host.split("."))) + port + ")" + tail, safe=",:()/?=&%+;@!$'*~")


def _index_line(one: Placed) -> str:
    record = one.record
    date = re.sub(r"\D", "", record.headers["warc-date"].split(".")[0])[:14]
    types = [value for name, value in record.http_headers if name.lower() == "content-type"]
    mime = (types[0] if types else record.headers.get("content-type", "")).split(";")[0].strip()
    entry = {"url": record.url, "mime": mime}
    if record.status is not None:
        entry["status"] = str(record.status)
    entry["digest"] = f"sha256:{record.payload_sha256}"
    entry["recordDigest"] = f"sha256:{record.raw_sha256}"
    entry |= {"length": str(record.length), "offset": str(one.offset), "filename": WARC}
    return f"{key_of(record.url)} {date} {json.dumps(entry)}"


def _page(record: Record, title: str) -> dict[str, Any]:
    return {"id": record.id, "url": record.url, "title": title or record.url, "ts": record.headers["warc-date"]}


def _resource(path: str, digest: str, size: int) -> dict[str, Any]:
    return {"name": path.rsplit("/", 1)[-1], "path": path, "hash": f"sha256:{digest}", "bytes": size}


def _lines(rows: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
