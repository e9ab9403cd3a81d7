"""Models of single sources: from analysts' decisions to files in `OSINT_HOME/models`, and back to the one before."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.learned import packed
from nlp.train.labelled import Labelled
from osint import dismissals, ingest
from storage.leads import LeadQuery
from storage.records import Lead, LeadStatus
from storage.store import Store

if TYPE_CHECKING:
    from nlp.train.learn import Trained

FOLDER = "models"
PREVIOUS = "previous"
DECIDED: tuple[LeadStatus, ...] = ("confirmed", "referred", "dismissed", "closed")
MOST = 5000
"""Newest decided listings that a model learns from: more take minutes and no longer change it."""
_ENDINGS = (".npz", ".json")
_ODD = re.compile(r"[^A-Za-z0-9_.-]")


@dataclass
class Decisions:
    """What analysts decided of one source. `unused` counts decided listings that say nothing, by reason."""

    rows: list[Labelled] = field(default_factory=list)
    unused: Counter[str] = field(default_factory=Counter)


def decisions(store: Store, country: Callable[[str], str], only: str | None = None) -> dict[str, Decisions]:
    """Labelled texts by source, newest first. A lead's decision stands for each of its listings.

    Confirmed and referred leads are relevant; dismissed ones are not when the reason says so. What was opened again, or
    closed without any of these, is undecided. Listings of one seller, else of one lead, are one group.
    """
    found: dict[str, Decisions] = {}
    everything = 1_000_000_000
    for status in DECIDED:
        leads = store.leads.query(
            LeadQuery(status=status, source=only, relevant=None, order="newest", limit=everything)
        )
        for lead in leads.rows:
            relevant, unused = _decided(store, lead)
            group = f"S{lead.sellers[0]}" if lead.sellers else f"L{lead.id}"
            for listing in store.listings.many(link.listing for link in lead.listings):
                source = listing.latest.source
                if only not in (None, source):
                    continue
                mine = found.setdefault(source, Decisions())
                if relevant is None:
                    mine.unused[unused] += 1
                else:
                    text = ingest.version_text(listing.id, listing.latest, country(source))
                    mine.rows.append(Labelled(text, relevant, group))
    for mine in found.values():
        mine.unused["older than the newest 5,000"] += max(0, len(mine.rows) - MOST)
        mine.unused = +mine.unused
        mine.rows = mine.rows[:MOST]
    return found


def _decided(store: Store, lead: Lead) -> tuple[bool | None, str]:
    """Whether the lead's last decision calls it relevant; None with the reason when it says nothing."""
    if lead.status in ("confirmed", "referred"):
        return True, ""
    for event in store.reviews.events(object=f"lead:{lead.id}"):
        if event.action in ("confirmed", "referred") and lead.status == "closed":
            return True, ""
        if event.action == "dismissed":
            why = dismissals.reason(event.note)
            return (False, "") if dismissals.REASONS.get(why) else (None, f"dismissed: {why or 'no reason given'}")
        if event.action == "new":
            break
    return None, f"{lead.status} without a decision"


def file_name(source: str) -> str:
    """The name of a source's files: its own where that is a plain name, else made plain and unmistakable."""
    plain = _ODD.sub("_", source)[:80].strip(".") or "source"
    return plain if plain == source else f"{plain}-{hashlib.sha256(source.encode('utf-8', 'replace')).hexdigest()[:8]}"


def card(home: Path, source: str) -> Mapping[str, Any] | None:
    """The card of the model in use; None when there is none that can be read."""
    try:
        made = json.loads((home / FOLDER / f"{file_name(source)}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return made if isinstance(made, dict) else None


def keep(store: Store, home: Path, source: str, trained: Trained, who: str) -> str:
    """Use the model from now on; the one before it stays beside for `undo`. The version, as the log names it."""
    folder, name = home / FOLDER, file_name(source)
    before = card(home, source)
    (folder / PREVIOUS).mkdir(mode=0o700, parents=True, exist_ok=True)
    for ending in _ENDINGS:
        (folder / PREVIOUS / f"{name}{ending}").unlink(missing_ok=True)
        if before is not None and (folder / f"{name}{ending}").is_file():
            shutil.copy2(folder / f"{name}{ending}", folder / PREVIOUS / f"{name}{ending}")
    data, made = packed(trained.model)
    made["trained_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    # Weights first: a card whose weights are not there yet is refused, and the rules go on.
    _write(folder / f"{name}.npz", data)
    _write(folder / f"{name}.json", (json.dumps(made, indent=1, sort_keys=True) + "\n").encode())
    version = str(made["weights_sha256"])[:8]
    store.reviews.log(
        who=who,
        action="train",
        object=f"source:{source}",
        note=f"learned from {made['texts']} decided listings",
        before={"model": _version(before)},
        after={"model": version, "f1": _told(trained, "f1"), "average_precision": _told(trained, "ap")},
    )
    return version


def undo(store: Store, home: Path, source: str, who: str) -> str | None:
    """Go back to the model before, or to none; its version. KeyError when the source has no model."""
    folder, name = home / FOLDER, file_name(source)
    if not any((folder / f"{name}{ending}").exists() for ending in _ENDINGS):
        raise KeyError(source)
    before = card(home, source)
    for ending in _ENDINGS:
        previous = folder / PREVIOUS / f"{name}{ending}"
        if previous.exists():
            previous.replace(folder / f"{name}{ending}")
        else:
            (folder / f"{name}{ending}").unlink(missing_ok=True)
    now = _version(card(home, source))
    store.reviews.log(
        who=who,
        action="train undone",
        object=f"source:{source}",
        before={"model": _version(before)},
        after={"model": now},
    )
    return now


def _version(made: Mapping[str, Any] | None) -> str | None:
    return str(made["weights_sha256"])[:8] if made and "weights_sha256" in made else None


def _told(trained: Trained, figure: str) -> str:
    """Before and after, as text: the log takes no floats."""
    return f"{getattr(trained.before, figure):.3f} -> {getattr(trained.after, figure):.3f}"


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
