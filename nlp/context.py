"""What is known about a text before its facts are read."""

from __future__ import annotations

from dataclasses import dataclass

from nlp.records import Kind, Language

UNKNOWN = Language("und", 0.0)


@dataclass(frozen=True, slots=True)
class Context:
    """`country` (ISO 3166 alpha-2, "" unknown) is the home of the site; `published` an ISO date or date-time, or ""."""

    kind: Kind = "listing"
    country: str = ""
    language: Language = UNKNOWN
    published: str = ""
