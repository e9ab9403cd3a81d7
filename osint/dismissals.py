"""Why analysts dismiss a lead, and what each reason says of the text."""

from __future__ import annotations

REASONS: dict[str, bool] = {
    "imitation": True,
    "plant or mineral": True,
    "only the word": True,
    "exempt or captive-bred": True,
    "not for sale": True,
    "other": False,
}
"""True: the reader should have known, so that `osint train` learns from it; "other" says nothing of the text."""


def reason(note: str) -> str:
    """The reason that a note of a dismissal begins with ("imitation: resin, see the photo"), or ""."""
    start = note.partition(":")[0].strip()
    return start if start in REASONS else ""
