"""The live table of a crawl: on a terminal drawn over itself, piped as plain lines now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.live import Live
from rich.table import Table

if TYPE_CHECKING:
    from osint.crawl import SourceRun, Tell

EVERY = 10.0
"""Seconds between two plain lines when nobody watches a terminal."""


@contextmanager
def watched(*, quiet: bool = False) -> Iterator[Tell]:
    """A `tell` for `osint.crawl.crawl`. `quiet` says nothing at all, for machines."""
    if quiet:
        yield lambda _: None
        return
    if not sys.stderr.isatty():
        yield _plain()
        return
    with Live(console=Console(stderr=True), refresh_per_second=4, transient=True) as live:
        yield lambda runs: live.update(_table(runs))


def _plain() -> Tell:
    last = [time.monotonic()]

    def tell(runs: Mapping[str, SourceRun]) -> None:
        if time.monotonic() - last[0] < EVERY:
            return
        last[0] = time.monotonic()
        parts = [f"{name} {one.figures.get('fetched', 0)}" for name, one in runs.items()]
        sys.stderr.write(f"fetched: {', '.join(parts)}\n")

    return tell


def _table(runs: Mapping[str, SourceRun]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("source", "fetched", "queued", "listings", "leads", "blocked", "failed", "skipped", "pace", "state"):
        table.add_column(column, justify="left" if column in ("source", "state") else "right")
    for name, one in runs.items():
        figures = one.figures
        table.add_row(
            name,
            *(str(figures.get(key, 0)) for key in ("fetched", "queued")),
            str(one.listings),
            str(one.leads),
            *(str(figures.get(key, 0)) for key in ("blocked", "failed", "skipped")),
            f"{figures.get('delay', 0)} s",
            one.result or ("goes on" if one.resumed else "running"),
        )
    return table
