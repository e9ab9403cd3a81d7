"""`osint doctor`: what would stop the work, each finding with a word on what to do."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

from osint.settings import Settings

ROOTS = ("osint", "spiders", "nlp", "storage")
DISTRIBUTION = "wildlife-osint"
DISK_LOW = 2 * 1024**3
"""Bytes free below which a crawl should not be started: a day of one busy source fills about 1 GB."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check. `needed` is False for what the product works without."""

    check: str
    ok: bool
    word: str
    needed: bool = True


def examine(settings: Settings) -> list[Finding]:
    """Every check, in order. A check that itself fails is a finding, never a traceback."""
    findings = [_owner(root) for root in ROOTS]
    checks: list[tuple[str, Callable[[Settings], Finding]]] = [
        ("browser", _browser),
        ("data", _data),
        ("sources", _sources),
        ("home", _home),
        ("database", _database),
        ("log", _log),
        ("contact", _contact),
    ]
    for name, check in checks:
        try:
            findings.append(check(settings))
        except Exception as error:  # the doctor must not fall ill
            findings.append(Finding(name, False, f"{type(error).__name__}: {error}"))
    return findings


def _owner(root: str) -> Finding:
    """PyPI has other packages called `nlp` and `spiders`; installed beside ours, the later one silently wins."""
    owners = set(packages_distributions().get(root, ()))
    found = importlib.util.find_spec(root)
    where = str(Path(found.origin).parent) if found and found.origin else "nowhere"
    foreign = sorted(owners - {DISTRIBUTION})
    if foreign:
        return Finding(
            f"package {root}", False, f"{', '.join(foreign)} also owns {where}: pip uninstall {' '.join(foreign)}"
        )
    if not owners:
        try:  # an editable install has no file list; a bare checkout no distribution at all
            distribution(DISTRIBUTION)
        except PackageNotFoundError:
            return Finding(f"package {root}", True, f"run from a checkout, {where}")
    ours = Path(__file__).parent.parent
    if found is None or not found.origin or Path(found.origin).parent.parent != ours:
        return Finding(f"package {root}", False, f"{where} is not ours ({ours / root}): another package shadows it")
    return Finding(f"package {root}", True, where)


def _browser(settings: Settings) -> Finding:
    from spiders.chromium import find_chromium

    found = find_chromium(settings.chromium)
    if found:
        return Finding("browser", True, str(found), needed=False)
    if settings.chromium:
        return Finding("browser", False, f"{settings.chromium} cannot be run: mend the setting `chromium`")
    word = "none: pages that need one are skipped; install Debian's chromium or run `playwright install chromium`"
    return Finding("browser", False, word, needed=False)


def _data(settings: Settings) -> Finding:
    from nlp.pipeline import Reader

    extra = settings.home / "lexicon"
    reader = Reader(extra if extra.is_dir() else None, models=settings.home / "models")
    if reader.models.problems:
        return Finding("data", False, "; ".join(reader.models.problems) + ": run `osint train` for that source again")
    versions = dict(reader.versions)
    return Finding("data", True, "lexicon and models read: " + ", ".join(f"{k} {v}" for k, v in versions.items()))


def _sources(settings: Settings) -> Finding:
    from osint.cli.common import source_folders
    from spiders.sources import load

    found = load(source_folders(settings.home))
    return Finding("sources", bool(found), f"{len(found)} profiles" if found else "no source profile found")


def _home(settings: Settings) -> Finding:
    home = settings.home
    folder = next(place for place in (home, *home.parents) if place.exists())
    if not os.access(folder, os.W_OK):
        return Finding("home", False, f"{folder} cannot be written: set OSINT_HOME to a folder of yours")
    free = shutil.disk_usage(folder).free
    word = f"{home}, {free / 1024**3:.1f} GB free"
    return Finding("home", free > DISK_LOW, word if free > DISK_LOW else f"{word}: make room before the next crawl")


def _database(settings: Settings) -> Finding:
    from storage.database import schema_state

    state, word = schema_state(settings.home, settings.database or None)
    return Finding("database", state in ("current", "empty", "behind"), word)


def _log(settings: Settings) -> Finding:
    from storage.database import schema_state
    from storage.store import Store

    if schema_state(settings.home, settings.database or None)[0] != "current":
        return Finding("log", True, "no log yet", needed=False)
    store = Store.open(settings.home, settings.database or None)
    try:
        findings = store.reviews.verify()
    finally:
        store.close()
    return Finding("log", not findings, "; ".join(findings) or "the chain of decisions is intact")


def _contact(settings: Settings) -> Finding:
    if settings.contact:
        return Finding("contact", True, f"requests name {settings.contact}", needed=False)
    word = "no contact set: sites cannot ask you to slow down; set `contact` to an e-mail or web address"
    return Finding("contact", False, word, needed=False)
