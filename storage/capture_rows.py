"""Rows of captures: made from an exchange, made again from a WARC record, and put into the table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping
from warcio.recordloader import ArcWarcRecord

from storage import warc
from storage.errors import StoreDamaged
from storage.hashing import key63
from storage.records import Capture, NewCapture
from storage.schema import captures, readings

ADD = captures.insert().returning(captures.c.num)
UNREAD = readings.insert()


def from_exchange(
    capture: str, new: NewCapture, name: str, placed: Mapping[str, tuple[int, int]], screenshot: str
) -> dict[str, Any]:
    """The row of a new capture. `placed`: offset and length of each member in the file `name`."""
    return {
        "id": capture,
        "run": new.run,
        "source": new.source,
        "url": new.url,
        "url_key": key63(new.url),
        "final_url": new.final_url or new.url,
        "requested_at": new.requested_at.astimezone(UTC),
        "fetched_at": new.fetched_at.astimezone(UTC),
        "status": new.status,
        "headers": warc.http_headers(new.headers, len(new.body)),
        "media_type": new.media_type,
        "sha256": hashlib.sha256(new.body).hexdigest(),
        "size": len(new.body),
        "warc": name,
        "offset": placed["response"][0],
        "length": placed["response"][1],
        "request_offset": placed["request"][0],
        "request_length": placed["request"][1],
        "screenshot_offset": placed["screenshot"][0] if screenshot else None,
        "screenshot_length": placed["screenshot"][1] if screenshot else None,
        "by": new.by,
        "parent": new.parent,
        "screenshot": screenshot,
    }


def identity(found: ArcWarcRecord) -> str:
    """The id of the capture that a response record belongs to."""
    return warc.bare_id(found.rec_headers.get_header("WARC-Record-ID") or "")


def from_record(found: ArcWarcRecord, block: bytes, name: str, offset: int, length: int) -> dict[str, Any]:
    """The row that was made when this response record was written. StoreDamaged when the record is not one of ours."""
    headers = found.rec_headers
    try:
        about = json.loads(headers.get_header(warc.ABOUT))
        first, pairs, body = warc.parse_http(block)
        request, screenshot = about["request_length"], about["screenshot_length"]
        return {
            "id": identity(found),
            "run": about["run"],
            "source": about["source"],
            "url": about["url"],
            "url_key": key63(about["url"]),
            "final_url": about["final_url"] or about["url"],
            "requested_at": datetime.fromisoformat(about["requested_at"]),
            "fetched_at": datetime.fromisoformat(headers.get_header("WARC-Date")),
            "status": int(first.split(" ")[1]),
            "headers": pairs,
            "media_type": about["media_type"],
            "sha256": hashlib.sha256(body).hexdigest(),
            "size": len(body),
            "warc": name,
            "offset": offset,
            "length": length,
            "request_offset": offset - screenshot - request,
            "request_length": request,
            "screenshot_offset": offset - screenshot if screenshot else None,
            "screenshot_length": screenshot or None,
            "by": about["by"],
            "parent": about["parent"],
            "screenshot": warc.related_id("screenshot", identity(found)) if screenshot else "",
        }
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise StoreDamaged(f"the record at byte {offset:,} of {name} is no capture of this store: {error}") from error


def insert(connection: Connection, row: Mapping[str, Any]) -> None:
    """The row, and its place among the unread."""
    num = connection.execute(ADD, dict(row)).scalar_one()
    connection.execute(UNREAD, {"capture": num, "run": row["run"], "reader": 0})


def capture(row: Mapping[str, Any] | RowMapping) -> Capture:
    """The record of a row, be it fresh or out of the database."""
    return Capture(
        id=row["id"], run=row["run"], source=row["source"], url=row["url"], final_url=row["final_url"],
        requested_at=row["requested_at"], fetched_at=row["fetched_at"], status=row["status"],
        headers=tuple((name, value) for name, value in row["headers"]), media_type=row["media_type"],
        sha256=row["sha256"], size=row["size"], warc=row["warc"], offset=row["offset"], length=row["length"],
        by=row["by"], parent=row["parent"], screenshot=row["screenshot"],
    )  # fmt: skip
