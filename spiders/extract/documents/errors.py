"""What can go wrong with a document, in a closed vocabulary."""

from __future__ import annotations

from typing import Literal, get_args

Reason = Literal["time", "memory", "size", "encrypted", "broken", "unsupported", "empty", "crashed"]
"""time: the reader was stopped; memory: it wanted more than it may have; size: the file or its parts are larger than
the limit; encrypted: a password is needed; broken: not what its first bytes promise; unsupported: no reader for this
format; empty: no bytes; crashed: the parser died of the file (its own bug, or memory refused to native code)."""


def as_reason(text: object) -> Reason:
    """A reason as a child said it; `broken` for any other word."""
    return next((reason for reason in get_args(Reason) if reason == text), "broken")


class DocumentError(Exception):
    """A document that was not read: `reason` to count by, `detail` for a person."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason: Reason = reason
        self.detail = detail
