"""Runs of crawls and imports, their counters, and what they skipped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, Select, func, select, update

from storage.database import Database, insert_for
from storage.records import Run, RunState, Skip
from storage.schema import run_counters, runs, skips


class Runs:
    """`recover(run)` is called before a run is resumed, so that what its dead writer left is in order first."""

    def __init__(self, database: Database, recover: Callable[[str], object]) -> None:
        self._database = database
        self._recover = recover

    def start(self, source: str, kind: Literal["crawl", "import"]) -> Run:
        """A new run, counting from zero."""
        run = Run(id=uuid4().hex, source=source, kind=kind, state="running", started_at=datetime.now(UTC))
        with self._database.write() as connection:
            connection.execute(
                runs.insert().values(
                    id=run.id, source=source, kind=kind, state="running", started_at=run.started_at, note=""
                )
            )
        return run

    def resume(self, source: str) -> Run | None:
        """The source's newest run if it never finished, its files recovered and marked running again; else None.

        Raises StoreBusy when another process is still writing it.
        """
        with self._database.read() as connection:
            newest = (
                connection.execute(select(runs).where(runs.c.source == source).order_by(runs.c.num.desc()).limit(1))
                .mappings()
                .first()
            )
        if newest is None or newest["state"] not in ("running", "interrupted"):
            return None
        self._recover(newest["id"])
        with self._database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == newest["id"]).values(state="running", finished_at=None))
        return self.get(newest["id"])

    def count(self, run: str, counters: Mapping[str, int]) -> None:
        """Add to the run's counters."""
        rows = [{"run": run, "name": name, "value": value} for name, value in counters.items() if value]
        if not rows:
            return
        with self._database.write() as connection:
            insert = insert_for(connection, run_counters)
            connection.execute(
                insert.on_conflict_do_update(
                    index_elements=["run", "name"], set_={"value": run_counters.c.value + insert.excluded.value}
                ),
                rows,
            )

    def finish(self, run: str, state: RunState, note: str = "") -> Run:
        """The run is over. An earlier note (of a recovery) stays before this one. KeyError when there is none."""
        with self._database.write() as connection:
            _note(connection, run, note)
            connection.execute(update(runs).where(runs.c.id == run).values(state=state, finished_at=datetime.now(UTC)))
            return self.get(run)

    def note(self, run: str, words: str) -> None:
        """Add a sentence to the run's note."""
        with self._database.write() as connection:
            _note(connection, run, words)

    def get(self, run: str) -> Run:
        """KeyError when there is no such run."""
        with self._database.read() as connection:
            row = connection.execute(select(runs).where(runs.c.id == run)).mappings().first()
            if row is None:
                raise KeyError(f"no run {run}")
            return _with_counters(connection, [row])[0]

    def list(self, source: str | None = None, limit: int = 100) -> tuple[Run, ...]:
        """Runs, newest first."""
        query = select(runs).order_by(runs.c.num.desc()).limit(limit)
        if source is not None:
            query = query.where(runs.c.source == source)
        with self._database.read() as connection:
            return tuple(_with_counters(connection, connection.execute(query).mappings().all()))

    def skip(self, run: str, source: str, url: str, reason: str, detail: str = "") -> None:
        """Count something that was left out, with its reason."""
        with self._database.write() as connection:
            connection.execute(
                skips.insert(),
                {"run": run, "source": source, "url": url, "reason": reason, "detail": detail, "at": datetime.now(UTC)},
            )

    def skips(self, run: str | None = None, limit: int = 1000) -> tuple[Skip, ...]:
        """What was left out, newest first."""
        query = select(skips).order_by(skips.c.num.desc()).limit(limit)
        if run is not None:
            query = query.where(skips.c.run == run)
        with self._database.read() as connection:
            return tuple(
                Skip(row.run, row.source, row.url, row.reason, row.detail, row.at) for row in connection.execute(query)
            )

    def skip_counts(self, run: str | None = None) -> dict[str, int]:
        """How often each reason was given."""
        query: Select[str, int] = select(skips.c.reason, func.count()).group_by(skips.c.reason)
        if run is not None:
            query = query.where(skips.c.run == run)
        with self._database.read() as connection:
            return {reason: number for reason, number in connection.execute(query)}  # noqa: C416 - Row is no pair to mypy


def _note(connection: Connection, run: str, words: str) -> None:
    """KeyError when there is no such run."""
    row = connection.execute(select(runs.c.note).where(runs.c.id == run)).first()
    if row is None:
        raise KeyError(f"no run {run}")
    note = "; ".join(part for part in (row.note, words) if part)
    connection.execute(update(runs).where(runs.c.id == run).values(note=note))


def _with_counters(connection: Connection, rows: Sequence[RowMapping]) -> list[Run]:
    counted: dict[str, dict[str, int]] = {row["id"]: {} for row in rows}
    query = select(run_counters).where(run_counters.c.run.in_(list(counted))).order_by(run_counters.c.name)
    for counter in connection.execute(query):
        counted[counter.run][counter.name] = counter.value
    return [
        replace(
            Run(row["id"], row["source"], row["kind"], row["state"], row["started_at"], row["finished_at"]),
            counters=counted[row["id"]],
            note=row["note"],
        )
        for row in rows
    ]
