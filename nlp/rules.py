"""The weights of the rules and the small tables they use, from `models/rules.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "models" / "rules.toml"


class Rules:
    """Points by rule name, and word tables by name."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._points: dict[str, float] = {name: float(value) for name, value in tables["points"].items()}
        self._lists: dict[str, frozenset[str]] = {name: frozenset(values) for name, values in tables["lists"].items()}
        self.codes: dict[str, str] = dict(tables["codes"])
        self._parts: dict[str, frozenset[str]] = {group: frozenset(codes) for group, codes in tables["parts"].items()}
        self.version = str(tables["version"])

    def points(self, name: str) -> float:
        """The points of a rule; an unknown name is a mistake in the program and raises KeyError."""
        return self._points[name]

    def among(self, name: str) -> frozenset[str]:
        """A table of names."""
        return self._lists[name]

    def parts(self, groups: tuple[str, ...]) -> frozenset[str]:
        """The parts in trade of an animal: of the narrowest of its groups that the table names."""
        return next((self._parts[group] for group in groups if group in self._parts), frozenset())


@cache
def rules() -> Rules:
    """The shipped rules, read once."""
    return Rules(tomllib.loads(FILE.read_text(encoding="utf-8")))
