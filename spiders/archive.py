"""`osint import`: whatever a file holds, as pages, rows of listings, and problems.

`open_file` never raises for what is in a file: what cannot be read is a `Problem` with a reason of
`spiders.archive_records.REASONS`, and the rest goes on. Names within archives are never used for writing.
"""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from spiders.archive_reader import Item, Part, Reader
from spiders.archive_records import LIMITS, REASONS, Archived, Limits, Problem, Row
from spiders.archive_zip import Budget
from spiders.items import Page

__all__ = ["LIMITS", "REASONS", "Archived", "Limits", "Problem", "Row", "open_body", "open_file"]


def open_file(path: Path, limits: Limits = LIMITS) -> Iterator[Page | Row | Problem]:
    """All that one file (or every file of a folder, in the order of their names) holds. Pages are `Archived`."""
    path = Path(path)
    if path.is_dir():
        try:
            children = sorted(path.iterdir())
        except OSError as error:
            yield Problem(str(path), "", "unreadable", error.strerror or str(error))
            return
        for child in children:
            if child.is_symlink():
                yield Problem(str(child), "", "link", "links within folders are not followed")
            else:
                yield from open_file(child, limits)
        return
    yield from _few_words(_whole(path, limits), limits, str(path))


def open_body(page: Page, limits: Limits = LIMITS) -> Iterator[Page | Row | Problem]:
    """The same of a body that was fetched (content-encoding undone): the members of a ZIP, the mails of a mailbox, the
    rows of a table. Pages that name no address of their own get one below the page's own name."""
    name = unquote(urlsplit(page.address).path.rpartition("/")[2]) or "body"
    made = page.fetched_at or datetime.now(UTC)
    reader = Reader(name, limits, Budget(limits, len(page.body)), made)
    part = Part(io.BytesIO(page.body), name, "", 0, made)
    yield from _few_words(reader.guarded(lambda: reader.read(part), ""), limits, name)


def _whole(path: Path, limits: Limits) -> Iterator[Item]:
    try:
        if path.exists() and not path.is_file():
            yield Problem(str(path), "", "unreadable", "no regular file")
            return
        file = path.open("rb")
    except OSError as error:
        yield Problem(str(path), "", "unreadable", error.strerror or str(error))
        return
    with file:
        state = os.fstat(file.fileno())
        made = datetime.fromtimestamp(max(state.st_mtime, 0), tz=UTC)
        reader = Reader(str(path), limits, Budget(limits, state.st_size), made)
        yield from reader.guarded(lambda: reader.read(Part(file, path.name, "", 0, made)), "")


def _few_words(items: Iterator[Item], limits: Limits, path: str) -> Iterator[Item]:
    """The items, problems of one reason named up to the limit and then counted in one."""
    said: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Problem):
            said[item.reason] += 1
            if said[item.reason] > limits.said:
                left[item.reason] += item.count
                continue
        yield item
    for reason, count in left.items():
        yield Problem(path, "", reason, "and more of the same", count)
