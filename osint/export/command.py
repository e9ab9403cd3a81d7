"""What `osint export` does: a package, or one table of leads on its own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from osint.export import audit, method, record, values
from osint.export.bag import sync_folder
from osint.export.dossier import gather
from osint.export.formats import FORMATS
from osint.export.options import ExportError, Options
from osint.export.package import build, log
from osint.settings import Settings
from storage.store import Store

NO_PURPOSE = "not stated"


def write(
    store: Store,
    settings: Settings,
    leads: Sequence[int],
    form: str = "package",
    out: Path | None = None,
    who: str = "",
    why: str = "",
    **more: Any,
) -> list[Path]:
    """Export leads as a package or in one of the FORMATS; the files and folders written. `more`: further Options.

    Raises ExportError, in words. Every export is logged, tables too.
    """
    folder = out or settings.home / "exports"
    options = Options(
        who=who or settings.analyst or "unknown",
        purpose=why or NO_PURPOSE,
        keys=settings.home / "keys",
        settings=shown(settings),
        **more,
    )
    if form == "package":
        built = build(store, leads, folder, options)
        beside = built.parent / built.name.removesuffix(".zip")
        return [beside, built] if options.keep == "both" else [built]
    return [table(store, leads, form, folder, options)]


def table(store: Store, leads: Sequence[int], form: str, folder: Path, options: Options) -> Path:
    """One format on its own, named after the leads and the time. Logged; nothing half bears its name."""
    if form not in FORMATS:
        raise ExportError(f"no export format {form!r}; there are: package, {', '.join(FORMATS)}")
    folder.mkdir(parents=True, exist_ok=True)
    moment = (options.now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    with tempfile.TemporaryDirectory(prefix=".osint-unfinished-", dir=folder) as work:
        dossier = gather(store, leads, Path(work) / "listings.jsonl", options)
        numbers = dossier.numbers
        captures = [record.capture_row(one, numbers[one.id], "", "", ()) for one in dossier.captures]
        history = [
            audit.row(event, options.notes or not event.note)
            for lead in dossier.leads
            for event in reversed(store.reviews.events(f"lead:{lead.id}", limit=audit.MOST))
        ]
        about = {"created_at": values.moment(moment), "created_by": options.who, "software": method.software()}
        head = record.head(dossier, about, captures, history, {})
        part = Path(work) / FORMATS[form].file
        FORMATS[form].write({**head, "listings": dossier.listings}, part)
        digest = values.sha256(part)
        target = folder / f"{dossier.name(moment)}-{FORMATS[form].file}"
        if target.exists():
            raise ExportError(f"{target} is there already; an export is never written over")
        log(store, dossier, options, {"package": digest[:32], "name": target.name, "format": form, "sha256": digest})
        part.chmod(0o600)
        part.rename(target)
    sync_folder(folder)
    return target


def shown(settings: Settings) -> Mapping[str, Any]:
    """Settings for method.json: no passwords, and no paths of this machine."""
    plain = settings.model_dump(exclude={"home", "chromium", "database"})
    return {**plain, "database": settings.database.split(":", 1)[0] or "sqlite"}
