"""`osint import`: files become captures of a run of their own, and are read like what a crawl fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from osint import ingest
from osint.reading import Outcome, Readers, finish_run, read_pending
from spiders.archive import Archived, Problem, Row, open_file
from spiders.items import Page
from storage.records import NewCapture
from storage.store import Store
from storage.writer import CaptureWriter

BATCH = 500
"""Items of one file kept in one transaction."""


def import_files(
    store: Store, readers: Readers, files: Iterable[Path], source: str, tell: Callable[[str], None] = lambda _: None
) -> Outcome:
    """Keep and read everything in these files and folders. Bad items are named, counted and passed over."""
    run = store.runs.start(source, "import").id
    whole = Outcome()
    with store.captures.writer(run) as writer:
        for file in files:
            items = _Batches(store, writer, run, source, whole, tell)
            items.keep_all(open_file(file))
            tell(f"{file}: {items.kept} kept, {items.problems} problems")
    while (outcome := read_pending(store, readers, run=run)) is not None:
        whole.add(outcome)
        for reason, count in outcome.problems.items():
            tell(f"{count} captures could not be read: {reason}")
    whole.add(finish_run(store, readers, run))
    counters = {"listings": whole.listings, "texts": whole.texts, "leads": whole.leads}
    store.runs.count(run, counters | {f"{kind} pages": count for kind, count in sorted(whole.kinds.items())})
    note = ", ".join(f"{count} {reason}" for reason, count in sorted(whole.problems.items()))
    store.runs.finish(run, "finished", f"not read: {note}" if note else "")
    return whole


class _Batches:
    """Keeps the items of one file, some hundred to a transaction."""

    def __init__(
        self,
        store: Store,
        writer: CaptureWriter,
        run: str,
        source: str,
        outcome: Outcome,
        tell: Callable[[str], None],
    ) -> None:
        self._store, self._writer, self._run, self._source = store, writer, run, source
        self._outcome, self._tell = outcome, tell
        self.kept = self.problems = 0

    def keep_all(self, items: Iterable[Page | Row | Problem]) -> None:
        batch: list[Page | Row | Problem] = []
        for item in items:
            batch.append(item)
            if len(batch) >= BATCH:
                self._keep(batch)
                batch = []
        self._keep(batch)

    def _keep(self, batch: list[Page | Row | Problem]) -> None:
        with self._store.transaction():
            for item in batch:
                if isinstance(item, Problem):
                    self._problem(item)
                else:
                    self._writer.write(self._capture(item))
                    self.kept += 1

    def _problem(self, problem: Problem) -> None:
        where = "!/".join(part for part in (problem.path, problem.member) if part)
        if problem.reason == "passed_over":  # requests and metadata of a WARC: nothing to read, nothing wrong
            self._store.runs.count(self._run, {"records passed over": problem.count})
            return
        self.problems += problem.count
        self._outcome.problems[problem.reason] += problem.count
        self._store.runs.skip(self._run, self._source, where, problem.reason, problem.detail)
        self._tell(f"not read: {where}: {problem.reason}: {problem.detail}")

    def _capture(self, item: Page | Row) -> NewCapture:
        now = datetime.now(UTC)
        if isinstance(item, Row):
            return ingest.row_capture(self._run, self._source, item, now)
        if isinstance(item, Archived):
            dated = item if item.fetched_at else replace(item, fetched_at=now)
            return ingest.new_capture(self._run, dated.exchange(self._source), media_type=item.media_type)
        raise TypeError(f"open_file gave a {type(item).__name__}")
