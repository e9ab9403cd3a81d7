"""Load profiles: every `*.toml` of the folders, checked whole; a mistake is an error that names file and key."""

from __future__ import annotations

import importlib.util
import logging
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any

from pydantic import ValidationError

from spiders.items import Page
from spiders.profile import Kind, Profile

__all__ = [
    "OURS",
    "FieldFunction",
    "Kind",
    "Profile",
    "ProfileError",
    "functions",
    "load",
    "parse",
    "read_profile",
]

OURS = Path(__file__).parent / "sites"
"""The profiles that ship with the product."""

FieldFunction = Callable[[Page], object]
"""A field that no selector can say: takes the page, returns text, a list of texts, or None."""

_log = logging.getLogger(__name__)


class ProfileError(ValueError):
    """A profile that cannot be used; the message names file and key."""


def parse(text: str, name: str, where: str = "") -> Profile:
    """The profile written in `text`. ProfileError names `where` (default the name) and each wrong key."""
    where = where or f"{name}.toml"
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{where}: not TOML: {error}") from None
    for taken in ("name", "code"):
        if taken in table:
            raise ProfileError(f"{where}: {taken}: is not written here (it is the file's name, the .py beside it)")
    try:
        return Profile.model_validate(_tuples(table | {"name": name}))
    except ValidationError as error:
        lines = [f"{where}: {_key(item['loc'])}: {_message(item)}" for item in error.errors()]
        raise ProfileError("\n".join(lines)) from None


def read_profile(path: Path) -> Profile:
    """The profile of one file, with the `.py` beside it when there is one."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: cannot be read: {error}") from None
    profile = parse(text, path.stem, str(path))
    code = path.with_suffix(".py")
    return profile.model_copy(update={"code": str(code)}) if code.is_file() else profile


def load(folders: Iterable[Path] = (OURS,)) -> dict[str, Profile]:
    """All profiles of the folders by name. Of two files with one name the later folder's wins, and the log says so.

    Raises ProfileError with one line for each mistake of each file; a folder that is absent holds no profiles.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(Path(folder).glob("*.toml")):
            if path.stem in found:
                _log.warning("source %s: %s replaces %s", path.stem, path, found[path.stem])
            found[path.stem] = path
    profiles, mistakes = {}, []
    for name, path in sorted(found.items()):
        try:
            profiles[name] = read_profile(path)
        except ProfileError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ProfileError("\n".join(mistakes))
    return profiles


def functions(profile: Profile) -> Mapping[str, FieldFunction]:
    """The field functions beside a profile, by field name. ProfileError when the file fails or names no field."""
    return _functions(profile.code) if profile.code else {}


@lru_cache(maxsize=256)
def _functions(code: str) -> Mapping[str, FieldFunction]:
    path = Path(code)
    spec = importlib.util.spec_from_file_location(f"spiders_site_{path.stem.replace('-', '_').replace('.', '_')}", path)
    if spec is None or spec.loader is None:
        raise ProfileError(f"{code}: cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ProfileError(f"{code}: {type(error).__name__}: {error}") from error
    found = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, FunctionType) and not name.startswith("_") and value.__module__ == module.__name__
    }
    fields = set(Profile.model_fields["fields"].annotation.__args__[0].__args__)  # type: ignore[union-attr]
    if strange := sorted(set(found) - fields):
        raise ProfileError(f"{code}: {', '.join(strange)}: no such field (helpers start with an underscore)")
    return found


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _key(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "profile"


def _message(item: Mapping[str, Any]) -> str:
    if item["type"] == "extra_forbidden":
        return "unknown key"
    return str(item["msg"]).removeprefix("Value error, ")
