"""How the package came about: software, versions that read the pages, settings, clock. Facts that were looked up."""

from __future__ import annotations

import platform
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from osint.export.options import Options

PARTS = ("wildlife-osint", "scrapy", "scrapy-playwright", "playwright", "beautifulsoup4", "parsel", "selectolax",
         "lxml", "extruct", "trafilatura", "spacy", "py3langid", "langdetect", "ahocorasick-rs", "phonenumbers",
         "sqlalchemy", "warcio", "cryptography", "typst", "xlsxwriter", "pillow", "jinja2")  # fmt: skip
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd touches this file when the clock has been set from a time server."""


def software() -> str:
    """Name and version of this product."""
    return f"wildlife-osint {_version('wildlife-osint')}"


def describe(options: Options, listings: Iterable[Mapping[str, Any]], created_at: str) -> dict[str, Any]:
    """method.json. `listings` as in lead.json: the versions that read them are counted, whatever is installed now."""
    readers: dict[str, dict[str, int]] = {}
    for listing in listings:
        for version in listing["versions"]:
            for name, value in sorted(version["analysis"].get("versions", {}).items()):
                counts = readers.setdefault(name, {})
                counts[str(value)] = counts.get(str(value), 0) + 1
    return {
        "format": "osint-method",
        "version": 1,
        "software": software(),
        "installed": {name: version for name in PARTS if (version := _version(name))},
        "platform": {
            "python": platform.python_version(),
            "implementation": platform.python_implementation(),
            "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "sqlite": sqlite3.sqlite_version,
            "openssl": ssl.OPENSSL_VERSION,
        },
        "readers": readers,
        "steps": [
            "capture: request and response are written to a WARC file before anything else sees them, by software",
            "read: page kind and fields are taken from the captured bytes, by software",
            "understand: species, terms, prices, quantities, contacts and places are found by word lists and rules;"
            " every finding names the words it rests on",
            "resolve: listings of one offer become one lead, with a reason for each link, by software",
            "decide: people confirm or dismiss leads; each decision is an entry of the log",
            "export: captured bytes are copied unchanged, hashed with SHA-256 and signed with Ed25519",
        ],
        "settings": {name: _plain(value) for name, value in sorted(options.settings.items())},
        "clock": {"created_at": created_at, "zone": "UTC", **_clock()},
    }


def _clock() -> dict[str, str]:
    """Where the time comes from, as far as this machine tells."""
    if sys.platform != "linux":
        return {"source": "system clock", "synchronised": "not known"}
    if SYNCHRONISED.exists():
        return {"source": "system clock set by systemd-timesyncd", "synchronised": "yes"}
    try:
        said = subprocess.run(
            ["timedatectl", "show", "--property=NTPSynchronized", "--value"],  # noqa: S607  # wherever it lies
            capture_output=True, timeout=5, check=False,
        )  # fmt: skip
        answer = said.stdout.decode("ascii", "replace").strip()
    except (OSError, subprocess.SubprocessError):
        answer = ""
    return {"source": "system clock", "synchronised": answer if answer in ("yes", "no") else "not known"}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _plain(value: Any) -> Any:
    """JSON form of a setting: what is no plain value becomes its text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
