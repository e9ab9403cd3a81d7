"""Plain text in any encoding; a form feed begins a new page."""

from __future__ import annotations

from spiders.extract.documents.charset import decode, detect
from spiders.extract.documents.draft import Draft
from spiders.extract.documents.limits import Limits


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read a text into the draft."""
    encoding = detect(body)
    if not encoding.startswith("utf-8"):
        draft.note(f"encoding taken to be {encoding}")
    pages = decode(body).split("\x0c")
    if len(pages) > 1 and not pages[-1].strip():
        pages.pop()  # a form feed ends the last page
    for page in pages:
        draft.add(page)
