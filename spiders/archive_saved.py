"""Where a saved file came from: the address of a saved HTML page, and the page within an MHTML file."""

from __future__ import annotations

import email
import email.policy
import hashlib
import html
import re
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit

from spiders.archive_records import utc

_HEAD: Final = 1 << 18
_COMMENTS: Final = (
    re.compile(r"<!--\s{0,20}saved from url=\(\d{1,6}\)(\S{5,4096})"),  # Internet Explorer, Chrome, Edge
    re.compile(r"Page saved with SingleFile\s{1,20}url:\s{1,20}(\S{5,4096})"),
    re.compile(r"<!--\s{0,20}Mirrored from (\S{4,4096}) by HTTrack"),
    re.compile(r"<!--\s{0,20}Page saved from:?\s{1,20}(https?://\S{4,4096})", re.I),
)
_SAVED: Final = re.compile(r"saved date:\s{1,20}([^\r\n<>]{10,80})")
_TAG: Final = re.compile(r"<(link|meta|base)\s([^<>]{1,4096})>", re.I)
_ATTRIBUTE: Final = re.compile(
    r"""([a-zA-Z:-]{1,20})\s{0,9}=\s{0,9}(?:"([^"]{0,4096})"|'([^']{0,4096})'|([^\s"'>]{1,4096}))"""
)


class Saved(NamedTuple):
    """Where a page was saved from, "" when it does not say; when, if it says."""

    url: str = ""
    at: datetime | None = None


def origin_of(body: bytes) -> Saved:
    """What a saved HTML file says of its origin: the comment of the program that saved it, else canonical link,
    og:url."""
    # Addresses are ASCII: every encoding but UTF-16 can be read as Latin-1 for this.
    encoding = "utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    head = body[:_HEAD].decode(encoding, "replace")
    saved = _SAVED.search(head)
    at = _javascript_date(saved[1]) if saved else None
    for pattern in _COMMENTS:
        found = pattern.search(head)
        if found and (url := _web(found[1] if "://" in found[1] else "http://" + found[1])):
            return Saved(url, at)
    stated: dict[str, str] = {}
    for tag in _TAG.finditer(head):
        values = {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag[2])}
        if "canonical" in values.get("rel", "").lower().split():
            stated.setdefault("canonical", values.get("href", ""))
        elif (values.get("property") or values.get("name", "")).lower() == "og:url":
            stated.setdefault("og:url", values.get("content", ""))
    for name in ("canonical", "og:url"):
        if url := _web(stated.get(name, "")):
            return Saved(url, at)
    return Saved("", at)


def _web(url: str) -> str:
    """The address if it is one of the web with a host, else ""."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and host and not re.search(r"[\s<>\"]", url) else ""


def _javascript_date(text: str) -> datetime | None:
    """`Mon Jan 02 2023 10:00:00 GMT+0100 (Central European Standard Time)`."""
    found = re.match(r"\w{3} (\w{3} \d{1,2} \d{4} \d\d:\d\d:\d\d) (?:GMT|UTC)([+-]\d{4})", text)
    if not found:
        return None
    try:
        return datetime.strptime(f"{found[1]} {found[2]}", "%b %d %Y %H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None


class Mhtml(NamedTuple):
    """The page within an MHTML file."""

    url: str
    at: datetime | None
    media_type: str
    body: bytes
    parts: int
    """Other parts (pictures, styles), which are kept in the file only."""


def page_of_mhtml(body: bytes) -> Mhtml | None:
    """The root page of an MHTML file; None when there is no HTML in it. Raises nothing but MemoryError for hostile
    mail."""
    try:
        message = email.message_from_bytes(body, policy=email.policy.compat32)
        parts = [part for part in message.walk() if not part.is_multipart()] if _shallow(message) else []
        root = next((part for part in parts if part.get_content_type() in {"text/html", "application/xhtml+xml"}), None)
        data = root.get_payload(decode=True) if root is not None else None
        if root is None or not isinstance(data, bytes):
            return None
        url = _web(str(message.get("Snapshot-Content-Location", "")) or str(root.get("Content-Location", "")))
        at = utc(parsedate_to_datetime(str(message.get("Date")))) if message.get("Date") else None
        return Mhtml(url, at, f"text/html; charset={root.get_content_charset() or 'utf-8'}", data, len(parts) - 1)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        return None


def _shallow(message: Message) -> bool:
    level: list[Message] = [message]
    for _ in range(20):
        payloads = [held.get_payload() for held in level]
        level = [part for held in payloads if isinstance(held, list) for part in held if isinstance(part, Message)]
        if not level:
            return True
    return False


def file_url(name: str, body: bytes) -> str:
    """An address for a file that says none: its name (never its folder) and the start of its SHA-256, so that two files
    of one name stay two: `file:report.pdf?sha256=0123456789abcdef`."""
    digest = hashlib.sha256(body).hexdigest()[:16]
    return f"file:{quote(name, safe='!/()-_.~')}?sha256={digest}"
