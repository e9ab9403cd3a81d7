"""The table of formats (`formats.toml`): media types, their other names, endings of file names, and who reads them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

UNKNOWN = "application/octet-stream"


@cache
def _table() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    text = (resources.files(__package__) / "formats.toml").read_text(encoding="utf-8")
    modules: dict[str, str] = {}
    names: dict[str, str] = {}
    endings: dict[str, str] = {}
    for media_type, entry in tomllib.loads(text).items():
        if set(entry) != {"module", "endings", "aliases"}:
            raise ValueError(f'formats.toml: ["{media_type}"] must have module, endings and aliases')
        modules[media_type] = entry["module"]
        names |= dict.fromkeys([media_type, *entry["aliases"]], media_type)
        endings |= dict.fromkeys(entry["endings"], media_type)
    return modules, names, endings


def reader_of(media_type: str) -> str:
    """Name of the module that reads documents of this media type, "" when none does."""
    return _table()[0].get(media_type, "")


def is_document(media_type: str) -> bool:
    """Whether `read_document` reads this media type (as `sniff` says it)."""
    return bool(reader_of(media_type))


def canonical(media_type: str) -> str:
    """The media type under its usual name, without parameters; "" for one not in the table."""
    return _table()[1].get(media_type.partition(";")[0].strip().lower(), "")


def of_name(name: str) -> str:
    """Media type by the ending of a file name, a member name or a URL; "" when it says nothing."""
    return _table()[2].get(ending(name), "")


def ending(name: str) -> str:
    """`pdf` of `https://x/a%20b/Report.PDF?v=1` or `Report.PDF`; at most 12 characters, else ""."""
    if "://" in name[:12] or name.startswith("file:"):
        try:
            name = unquote(urlsplit(name).path)
        except ValueError:
            return ""
    suffix = PurePosixPath(name.replace("\\", "/").rstrip("/")).suffix[1:].lower()
    return suffix if len(suffix) <= 12 else ""
