"""audit.jsonl: the log's entries for these leads in full; those between them by hash alone, so that the chain holds.

A chain can only be checked without gaps. Entries about other leads, and notes that were not to go along, are withheld:
of these the package holds number, hash, and the hash before. From the first entry in full to the head at the export
every link can be checked, and nobody learns what the withheld ones say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from osint.export import values
from osint.export.bag import Bag
from osint.export.dossier import Dossier
from osint.export.options import Options
from storage.records import Event
from storage.store import Store

SYSTEM = "system"
"""Who stands in entries that the program made by itself, such as the sealing of a WARC file."""
MOST = 1 << 40
"""No limit."""
PATH = "data/audit.jsonl"


def write(store: Store, bag: Bag, dossier: Dossier, options: Options) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Write the file. Returns what lead.json says of it, and the history: the entries in full, oldest first."""
    wanted = {event.object for lead in dossier.leads for event in store.reviews.events(f"lead:{lead.id}", limit=MOST)}
    wanted |= {f"warc:{capture.warc}" for capture in dossier.captures}
    wanted |= {f"seller:{seller.id}" for seller in dossier.sellers}
    wanted |= {f"capture:{capture.id}" for capture in dossier.captures}
    wanted |= {f"listing:{link.listing}" for lead in dossier.leads for link in lead.listings}
    history: list[dict[str, Any]] = []
    lines = full = 0
    first = head = None
    with bag.writing(PATH) as out:
        for event in events(store):
            head = event
            mine = event.object in wanted
            shown = mine and (options.notes or not event.note)
            if mine:
                history.append(row(event, shown))
            if not mine and first is None:
                continue
            first = first or event
            out.write(_line(entry(event) if shown else link(event)))
            lines += 1
            full += shown
            if mine and not shown:
                dossier.left_out["note"] += 1
    dossier.left_out["log_entry"] += lines - full
    about = {
        "entries": lines,
        "in_full": full,
        "first": {"seq": first.seq, "prev": first.prev} if first else None,
        "head": {"seq": head.seq, "hash": head.hash} if head and first else None,
    }
    return about, history


def events(store: Store) -> Iterator[Event]:
    """The whole log, oldest first."""
    yield from reversed(store.reviews.events(limit=MOST))


def entry(event: Event) -> dict[str, Any]:
    """An entry in full."""
    return {
        "seq": event.seq,
        "at": values.moment(event.at),
        "who": event.who,
        "action": event.action,
        "object": event.object,
        "note": event.note,
        "before": dict(event.before),
        "after": dict(event.after),
        "prev": event.prev,
        "hash": event.hash,
    }


def link(event: Event) -> dict[str, Any]:
    """An entry of which only its place in the chain is shown."""
    return {"seq": event.seq, "withheld": True, "prev": event.prev, "hash": event.hash}


def row(event: Event, shown: bool) -> dict[str, Any]:
    """An entry as the history in lead.json holds it; its note only when it may be shown."""
    plain = entry(event)
    del plain["prev"]
    plain["by"] = values.MACHINE if event.who == SYSTEM else values.PERSON
    if not shown:
        plain["note"] = ""
        plain["note_withheld"] = True
    return plain


def _line(data: dict[str, Any]) -> bytes:
    return (json.dumps(data, ensure_ascii=False, sort_keys=True) + "\n").encode()
