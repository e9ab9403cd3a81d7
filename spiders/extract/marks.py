"""Patterns of class names, ids and addresses, from `marks.toml`: what the makers of pages call their parts."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((Path(__file__).parent / "marks.toml").read_text(encoding="utf-8"))


def mark(module: str, name: str, *, ignore_case: bool = True) -> re.Pattern[str]:
    """The pattern `name` of a module's table. KeyError when the table lacks it, re.error when it is no pattern."""
    return re.compile("|".join(_tables()[module][name]), re.I if ignore_case else 0)
