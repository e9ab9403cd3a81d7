"""The document while it is being read: pages are added until the limit of characters, the rest is counted."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from spiders.extract.documents.limits import LIMITS, Limits

# C0 and C1 controls but tab, newline; lone surrogates, which JSON and UTF-8 refuse; noncharacters that PDFs leave
# behind.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\ufdd0-\ufdef]")
_BLANKS = re.compile(r"[ \t\xa0\u3000]+\n")
_GAPS = re.compile(r"\n{3,}")


class Full(Exception):
    """The limit of characters or pages is reached: stop reading, keep what there is."""


def clean(text: str) -> str:
    """The text with unix line ends, without control characters, blanks at line ends and more than one empty line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n\n")
    text = text.replace("\x85", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    return _GAPS.sub("\n\n", _BLANKS.sub("\n", _CONTROLS.sub("", text))).strip()


@dataclass(slots=True)
class Draft:
    """Filled by a format's reader. `notes` say what was left out or could not be read."""

    limits: Limits = LIMITS
    title: str = ""
    author: str = ""
    language: str = ""
    published: datetime | None = None
    pages: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    chars: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, text: str) -> None:
        """Add one page; an empty one keeps its place, so that page numbers hold."""
        if len(self.pages) >= self.limits.pages:
            self.notes.append(f"pages after {self.limits.pages} left out")
            raise Full
        text = clean(text)
        room = self.limits.chars - self.chars
        self.pages.append(text[:room])
        self.chars += len(text)
        if len(text) > room:
            self.notes.append(f"text after {self.limits.chars} characters left out")
            raise Full

    def note(self, text: str) -> None:
        """Say something of the document, up to 100 times."""
        if len(self.notes) < 100:
            self.notes.append(clean(text)[:300])

    def plain(self) -> dict[str, Any]:
        """As JSON goes over the wire."""
        published = self.published
        if published is not None and published.tzinfo is None:
            published = published.replace(tzinfo=UTC)
        return {
            "title": " ".join(clean(self.title).split())[:500],
            "author": " ".join(clean(self.author).split())[:500],
            "language": clean(self.language)[:35],
            "published": published.isoformat() if published else None,
            "pages": self.pages,
            "notes": self.notes,
        }
