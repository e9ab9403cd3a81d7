"""Documents: PDF, word processing, tables, slides, mail, text and images, read in a child process with limits.

`sniff` says what a body is, `is_document` whether it is ours, `read_document` reads it. Formats are listed in
`formats.toml`, one module each. Import of this package is light: parsers are loaded by the child only.
"""

from __future__ import annotations

from datetime import datetime

from spiders.extract.documents.errors import DocumentError, Reason
from spiders.extract.documents.formats import is_document, of_name, reader_of
from spiders.extract.documents.limits import LIMITS, Limits
from spiders.extract.documents.process import ask, close
from spiders.extract.documents.sniff import sniff
from spiders.items import Document, Page

__all__ = [
    "LIMITS",
    "DocumentError",
    "Limits",
    "Reason",
    "close",
    "is_document",
    "of_name",
    "read_document",
    "read_rows",
    "reader_of",
    "sniff",
]

_NAMES = {
    "application/msword": "Word 97-2003 document",
    "application/vnd.ms-excel": "Excel 97-2003 workbook",
    "application/vnd.ms-powerpoint": "PowerPoint 97-2003 slides",
}


def read_document(page: Page, limits: Limits = LIMITS) -> Document:
    """The document in `page.body` (content-encoding already undone). DocumentError with a reason when it is not
    read."""
    reply = ask("read", _admit(page, limits), page.body, limits)
    published = reply["published"]
    pages = tuple(str(text) for text in reply["pages"])
    return Document(
        title=reply["title"],
        text="\n\n".join(text for text in pages if text),
        author=reply["author"],
        published=datetime.fromisoformat(published) if published else None,
        language=reply["language"],
        pages=pages,
        notes=tuple(reply["notes"]),
    )


def read_rows(page: Page, limits: Limits = LIMITS) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """The sheets of a workbook as (name, rows of cell texts). DocumentError when it is not one or cannot be read."""
    kind = _admit(page, limits)
    if reader_of(kind) != "xlsx":
        raise DocumentError("unsupported", f"no rows in {kind}")
    reply = ask("rows", kind, page.body, limits)
    return tuple((name, tuple(tuple(row) for row in rows)) for name, rows in reply["sheets"])


def _admit(page: Page, limits: Limits) -> str:
    if not page.body:
        raise DocumentError("empty", "no bytes")
    if len(page.body) > limits.body:
        raise DocumentError("size", f"{len(page.body)} bytes, limit {limits.body}")
    kind = sniff(page.body, page.media_type or page.headers.get("content-type", ""), page.address)
    if kind == "application/encrypted":
        raise DocumentError("encrypted", "office document with a password")
    if not is_document(kind):
        raise DocumentError("unsupported", _NAMES.get(kind, kind))
    return kind
