"""What a body is: its first bytes decide, then what the server said, then the name."""

from __future__ import annotations

import io
import re
from typing import BinaryIO, Final

from spiders.extract.documents.containers import ole_kind, zip_kind
from spiders.extract.documents.formats import UNKNOWN, canonical, is_document, of_name

_MAGIC: Final = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"WARC/", "application/warc"),
    (0, b"filedesc://", "application/x-arc"),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|script|table|div|h1|p|a|span)\b", re.I)
_PROLOG: Final = re.compile(
    rb"(?:\s{1,256}|<\?[^>]{0,1024}>|<!--.{0,2048}?-->|<!DOCTYPE\s[^>\[]{0,512}>)*", re.I | re.S
)
_ROOT: Final = re.compile(rb"<([A-Za-z][A-Za-z0-9:._-]{0,40})")
_ROOTS: Final = {
    "rss": "application/rss+xml", "rdf:rdf": "application/rss+xml", "feed": "application/atom+xml",
    "atom:feed": "application/atom+xml", "svg": "image/svg+xml", "svg:svg": "image/svg+xml",
    "office:document": "application/vnd.oasis.opendocument.text",
}  # fmt: skip
_TAGS: Final = frozenset(
    [
        "html",
        "head",
        "body",
        "title",
        "meta",
        "link",
        "script",
        "style",
        "base",
        "table",
        "div",
        "h1",
        "h2",
        "h3",
        "p",
        "a",
        "span",
        "img",
        "iframe",
        "section",
        "main",
        "article",
        "form",
        "header",
        "nav",
        "ul",
        "ol",
        "li",
        "pre",
        "center",
        "font",
        "br",
        "hr",
        "b",
        "i",
        "em",
        "strong",
        "noscript",
        "template",
    ]
)
_MAIL_FIELD: Final = re.compile(
    rb"(?:from|to|cc|subject|date|received|return-path|delivered-to|message-id|mime-version|content-type|"
    rb"reply-to|sender|authentication-results|dkim-signature|arc-seal|x-[a-z0-9-]{1,60})[ \t]*:",
    re.I,
)


def sniff(body: bytes, media_type: str = "", name: str = "") -> str:
    """The media type of a body under its usual name, `application/octet-stream` when nothing tells.

    `media_type` as the server declared it (may be wrong, may be ""), `name` a file name or URL. Looks at 4 KB of the
    start,
    and at the directory of a ZIP; opens nothing else. HTML, feeds, archives are named too: `is_document` says which
    are ours.
    """
    return sniff_file(io.BytesIO(body), media_type, name)


def sniff_file(file: BinaryIO, media_type: str = "", name: str = "") -> str:
    """The same of an opened file that can seek; it is left at its start."""
    file.seek(0)
    head = file.read(4096)
    declared, named = canonical(media_type), of_name(name)
    try:
        return _magic(head) or _container(file, head, named) or _text(head, declared, named)
    finally:
        file.seek(0)


def _magic(head: bytes) -> str:
    for offset, magic, found in _MAGIC:
        if head.startswith(magic, offset):
            return found
    return ""


def _container(file: BinaryIO, head: bytes, named: str) -> str:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return zip_kind(file, named)
    return ole_kind(file) if head.startswith(_OLE) else ""


def _text(head: bytes, declared: str, named: str) -> str:
    if head.startswith(b"BM") and "image/bmp" in {declared, named}:
        return "image/bmp"
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    if wide:
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:1] == b"<" and (found := _markup(start, declared, named)):
        return found
    binary = b"\x00" in head and not wide
    if not binary and _mail(start):
        page = re.search(rb"^content-type:\s*multipart/related", start, re.I | re.M)
        saved = re.search(rb"^snapshot-content-location:|^from: <saved by", start, re.I | re.M)
        return "multipart/related" if page and (saved or named == "multipart/related") else "message/rfc822"
    if b"%PDF-" in head[:1024]:  # readers accept junk before the header within the first kilobyte
        return "application/pdf"
    plain = {"", "text/plain"}
    # A declared or named type that needs magic bytes, which are not there, is not believed.
    texts = [kind for kind in (declared, named) if kind.startswith("text/") or kind in _TEXTS]
    for kind in texts:
        if kind not in plain and not binary:
            return kind
    if start[:1] in (b"{", b"[") and not binary:
        return "application/json"
    if declared and is_document(declared) and not declared.startswith("text/"):
        return declared
    if named and is_document(named) and not named.startswith("text/"):
        return named
    if binary and not _wide(head):
        return UNKNOWN
    return "text/plain" if head.strip() else (declared or named or UNKNOWN)


def _markup(start: bytes, declared: str, named: str) -> str:
    """HTML, a feed or other XML, by the first element after the prolog; "" when it is none of these."""
    if start[:14].lower() == b"<!doctype html" and b"<html" in start.lower():
        return "text/html"
    prolog = _PROLOG.match(start)
    root = _ROOT.match(start, prolog.end() if prolog else 0)
    name = root[1].decode("ascii").lower() if root else ""
    if name in _ROOTS:
        return _ROOTS[name]
    if name in _TAGS or "text/html" in {declared, named}:
        return "text/html"
    if start[:5] == b"<?xml" or "xml" in declared or "xml" in named:
        return declared if "xml" in declared else "application/xml"
    return (
        "text/html" if _HTML.search(start[:1024]) or start[:4] == b"<!--" or start[:9].lower() == b"<!doctype" else ""
    )


_TEXTS: Final = frozenset(
    {"application/json", "application/x-ndjson", "application/xml", "application/rss+xml", "application/atom+xml",
     "application/javascript", "image/svg+xml", "application/feed+json", "message/rfc822", "multipart/related"}
)  # fmt: skip


def _mail(start: bytes) -> bool:
    """Whether it opens as a mail does: two header lines in a row, the first of them a known one (`From ` of mbox
    too)."""
    lines = start.split(b"\n", 40)
    if lines and lines[0].startswith(b"From "):
        lines = lines[1:]
    fields = 0
    for line in lines[:40]:
        if line[:1] in b" \t" and fields and line.strip():
            continue
        if not re.match(rb"[!-9;-~]{1,76}:", line):
            break
        fields += 1
        if fields == 1 and not _MAIL_FIELD.match(line):
            return False
    return fields >= 2


def _wide(head: bytes) -> bool:
    """UTF-16 without a mark: every other byte of the start is mostly zero."""
    return len(head) >= 8 and max(head[0::2].count(0), head[1::2].count(0)) > len(head) * 0.3
