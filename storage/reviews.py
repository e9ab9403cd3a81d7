"""Decisions on leads and the append-only log of who did what, each entry chained to the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

from sqlalchemy import Row, select, update

from storage import chain, lead_rows
from storage.columns import micros, storable
from storage.database import Database
from storage.errors import Conflict
from storage.hashing import key63
from storage.records import Event, LeadStatus
from storage.schema import events, leads

STATUSES: tuple[str, ...] = get_args(LeadStatus)
BATCH = 5000


class Reviews:
    """The log, and the decisions that go through it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(self, lead: int, status: LeadStatus, who: str, note: str = "", version: int | None = None) -> Event:
        """Set a lead's status, and log it. `version`: the lead's version that the decision was made on.

        Raises Conflict when the lead has moved on since that version or was merged into another, KeyError when there is
        no such lead, ValueError for an unknown status.
        """
        if status not in STATUSES:
            raise ValueError(f"unknown status {status!r}; one of {', '.join(STATUSES)}")
        with self._database.write() as connection:
            query = select(leads.c.num, leads.c.status, leads.c.version, leads.c.merged_into).where(leads.c.num == lead)
            row = connection.execute(query.with_for_update()).first()
            if row is None:
                raise KeyError(f"no lead {lead}")
            if row.merged_into is not None:
                raise Conflict(f"Lead {lead} has been merged into lead {row.merged_into}.")
            if version is not None and version != row.version:
                raise Conflict(
                    f"Lead {lead} has changed since you looked at it (version {version}, now {row.version})."
                )
            moved = lead_rows.moved(connection, {"version": row.version})
            connection.execute(update(leads).where(leads.c.num == lead).values(status=status, **moved))
            return self.log(
                who=who,
                action=status,
                object=f"lead:{lead}",
                note=note,
                before={"status": row.status, "version": row.version},
                after={"status": status, "version": row.version + 1},
            )

    def log(
        self,
        who: str,
        action: str,
        object: str,
        note: str = "",
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> Event:
        """Append to the log. TypeError for floats in `before` or `after`: their text differs between programs."""
        old, new = chain.canonical(chain.plain(before)), chain.canonical(chain.plain(after))
        old, new = storable(old), storable(new)
        who, action, object, note = (storable(one) for one in (who, action, object, note))
        with self._database.write(lock="log") as connection:
            last = connection.execute(
                select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
            ).first()
            seq, prev = (last.seq + 1, last.hash) if last else (1, chain.START)
            at = datetime.now(UTC)
            made = chain.digest(prev, seq, micros(at), who, action, object, note, old, new)
            connection.execute(
                events.insert(),
                {
                    "seq": seq, "at": at, "who": who, "action": action, "object": object, "object_key": key63(object),
                    "note": note, "before": old, "after": new, "prev": prev, "hash": made,
                },
            )  # fmt: skip
        return Event(seq, at, who, action, object, note, json.loads(old), json.loads(new), prev, made)

    def log_at_commit(
        self, who: str, action: str, object: str, note: str = "", after: Any = None, before: Any = None
    ) -> None:
        """`log`, done as the last thing of the open transaction: the lock of the log is then held for a moment only."""
        self._database.before_commit(
            lambda: self.log(who=who, action=action, object=object, note=note, before=before, after=after)
        )

    def events(self, object: str | None = None, limit: int = 100, after_seq: int = 0) -> tuple[Event, ...]:
        """Entries, newest first; with `object` those on it. A lead's history holds that of leads merged into it."""
        query = select(events).where(events.c.seq > after_seq).order_by(events.c.seq.desc()).limit(limit)
        with self._database.read() as connection:
            if object is not None:
                names = [object]
                if object.startswith("lead:") and object[5:].isdecimal():
                    names += [f"lead:{other}" for other in _merged(connection, int(object[5:]))]
                query = query.where(
                    events.c.object_key.in_([key63(name) for name in names]), events.c.object.in_(names)
                )
            return tuple(_event(row) for row in connection.execute(query))

    def head(self) -> tuple[int, str]:
        """Number and hash of the last entry: kept elsewhere, they show a log that was cut. (0, START) when empty."""
        with self._database.read() as connection:
            last = connection.execute(
                select(events.c.seq, events.c.hash).order_by(events.c.seq.desc()).limit(1)
            ).first()
        return (last.seq, last.hash) if last else (0, chain.START)

    def verify(self, head: tuple[int, str] | None = None) -> tuple[str, ...]:
        """What is wrong with the log, in words; empty when it is intact. `head`: as it was kept elsewhere."""
        return chain.check(self._all(), head if head and head[0] else None)

    def _all(self) -> Iterator[Event]:
        seq = None
        while True:
            query = select(events).order_by(events.c.seq).limit(BATCH)
            with self._database.read() as connection:
                rows = connection.execute(query if seq is None else query.where(events.c.seq > seq)).all()
            yield from (_event(row) for row in rows)
            if len(rows) < BATCH:
                return
            seq = rows[-1].seq


def _merged(connection: Any, lead: int) -> list[int]:
    """The leads that ended in this one, directly or by way of others."""
    found: list[int] = []
    front = [lead]
    while front:
        front = list(connection.execute(select(leads.c.num).where(leads.c.merged_into.in_(front))).scalars())
        found += front
    return found


def _event(row: Row[Any]) -> Event:
    return Event(
        row.seq, row.at, row.who, row.action, row.object, row.note, json.loads(row.before), json.loads(row.after),
        row.prev, row.hash,
    )  # fmt: skip
