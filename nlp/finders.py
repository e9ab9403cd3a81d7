"""The facts of a text, drawn by the pure finders of `nlp.components`, one a kind; whether the text is relevant or
not."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from typing import Any

from nlp.context import Context
from nlp.evidence import FIELDS
from nlp.records import Text

KINDS = ("prices", "quantities", "contacts", "places", "dates")
Find = Callable[[str, str, Context], list[Any]]


def finders() -> dict[str, Find]:
    """The finders by kind."""
    found: dict[str, Find] = {}
    for kind in KINDS:
        if importlib.util.find_spec(f"nlp.components.{kind}"):
            found[kind] = importlib.import_module(f"nlp.components.{kind}").find
    return found


def facts(kind: str, find: Find, text: Text, context: Context) -> list[Any]:
    """All facts of one kind, in order of field and place."""
    out: list[Any] = []
    for name in FIELDS:
        value: str = getattr(text, name)
        if value:
            out.extend(find(name, value, context))
    return out
