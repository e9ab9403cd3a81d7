"""What a package is asked to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal


class ExportError(Exception):
    """A package that cannot be made as asked; the message says what to do. Nothing is left that looks finished."""


def _quiet(step: str, done: int, total: int) -> None:
    """No progress shown."""


@dataclass(frozen=True, slots=True)
class Options:
    """`who` hands the package over and `purpose` says what for: both stand in the package and in the log."""

    who: str
    purpose: str
    authority: str = ""
    """The legal ground or order, as the user writes it (case number, warrant, mandate)."""
    keep: Literal["zip", "folder", "both"] = "both"
    name: str = ""
    """Name of folder and ZIP: letters, digits, dot, hyphen, underscore. "" makes one of leads and date."""
    formats: tuple[str, ...] = ("csv", "xlsx", "jsonl")
    notes: bool = True
    """Whether the notes of analysts go along."""
    filters: str = ""
    """In words: the filter that the leads were chosen with, if any."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings in force, without secrets, for method.json."""
    keys: Path | None = None
    """Folder of the signing key; None: `keys` in the store's home."""
    passphrase: bytes | None = None
    now: datetime | None = None
    """The moment of the export (aware UTC); None: the clock of this machine."""
    check: bool = True
    """Verify the finished package before it gets its name."""
    progress: Callable[[str, int, int], None] = _quiet
    """Called with a step in words, what is done of it, and how much there is."""
