"""WACZ: a ZIP of web archives with a description that promises a digest for each member."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from spiders.archive_zip import Budget

_DESCRIPTION_MAX = 16 << 20
_READ = 1 << 20


def is_web_archive(name: str) -> bool:
    """Whether a member is a WARC or ARC by its name."""
    return name.lower().endswith((".warc", ".warc.gz", ".arc", ".arc.gz"))


def broken_promises(
    archive: zipfile.ZipFile, description: zipfile.ZipInfo, budget: Budget
) -> Iterator[tuple[str, str]]:
    """Members whose size or digest is not what `datapackage.json` says, as (name, what is wrong). The description
    itself is named when it cannot be read."""
    try:
        with archive.open(description) as file:
            resources = json.loads(file.read(_DESCRIPTION_MAX))["resources"]
        stated = [(entry["path"], entry) for entry in resources if isinstance(entry["path"], str)]
    except (
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
    ) as error:
        yield description.filename, f"not readable: {type(error).__name__}"
        return
    for name, entry in stated[: budget.limits.members]:
        wrong = _wrong(archive, name, entry, budget)
        if wrong:
            yield name, wrong


def _wrong(archive: zipfile.ZipFile, name: str, entry: dict[str, Any], budget: Budget) -> str:
    stats = entry.get("stats") if isinstance(entry.get("stats"), dict) else entry  # version 1.0 has them in `stats`
    stated = str((stats or {}).get("hash", ""))
    kind, _, digest = stated.rpartition(":")
    kind = kind or str(entry.get("hashing", "sha256"))
    if not digest or kind not in {"sha256", "md5", "sha1", "sha512"}:
        return ""
    found = hashlib.new(kind, usedforsecurity=False)
    try:
        info = archive.getinfo(name)
        with archive.open(info) as file:
            while piece := file.read(_READ):
                if info.compress_type != zipfile.ZIP_STORED:
                    budget.spend(len(piece))
                found.update(piece)
    except KeyError:
        return "promised, but not there"
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    return "" if found.hexdigest() == digest.lower() else f"{kind} is {found.hexdigest()}"
