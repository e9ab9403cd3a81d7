"""What the commands share: speaking, failing, opening the store."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from osint.settings import Settings
    from spiders.sources import Profile
    from storage.store import Store

PARTIAL = 3
"""Exit code: the command did its work, but some inputs could not be read; each was named."""


class Failure(Exception):
    """A failure that the person at the terminal can act on. `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def say(text: str, *, error: bool = False) -> None:
    """One plain line; errors and remarks go to standard error so that output can be piped."""
    print(text, file=sys.stderr if error else sys.stdout, flush=True)


def say_json(record: Any) -> None:
    """One JSON line."""
    # ASCII: a lone surrogate of a scraped text has no UTF-8, and no terminal's encoding is asked
    print(json.dumps(record, ensure_ascii=True, default=str), flush=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "", right: Sequence[int] = ()) -> None:
    """A table for people: ruled on a terminal, tab-separated when piped."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            say("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    out = Table(title=title or None, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for number, column in enumerate(columns):
        out.add_column(column, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        out.add_row(*(Text(cell) for cell in row))  # Text: scraped words are never markup
    Console().print(out)


def settings() -> Settings:
    """The settings in force, or a Failure that names file and key."""
    from osint.settings import SettingsError, load

    try:
        return load()
    except SettingsError as error:
        raise Failure(str(error)) from error


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store of these settings, migrated and closed again. Refuses, in words, a database that is newer."""
    from sqlalchemy.exc import OperationalError

    from storage.errors import StoreError
    from storage.store import Store

    try:
        store = Store.open(settings.home, settings.database or None)
    except StoreError as error:
        raise Failure(str(error)) from error
    except OperationalError as error:
        raise Failure(f"cannot open the database {settings.database or settings.home}: {error.orig}") from error
    try:
        yield store
    finally:
        store.close()


def source_folders(home: Path) -> list[Path]:
    """Where profiles are looked for; the operator's own come last and win."""
    from importlib.resources import files
    from pathlib import Path

    return [Path(str(files("spiders") / "sites")), home / "sites"]


def profiles(home: Path) -> Mapping[str, Profile]:
    """All source profiles, or a Failure that names file and key."""
    from spiders.sources import ProfileError, load

    try:
        return load(source_folders(home))
    except ProfileError as error:
        raise Failure(str(error)) from error


def lead_number(text: str) -> int:
    """A lead as people write it: `L12` or `12`."""
    digits = text.strip().removeprefix("L").removeprefix("l")
    if not digits.isdecimal():
        raise Failure(f"{text!r} is not a lead: write L12 or 12", code=2)
    return int(digits)
