"""Who acted: the police, customs, a wildlife service, as the sentences that report it name it."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.facts.cues import load
from nlp.facts.reports import Part, away
from nlp.facts.tables import tongues, view
from nlp.records import Text


def acted(text: Text, group: Sequence[Part], what: str, langs_of: tuple[str, str]) -> tuple[str, str]:
    """Kind and words of the agency, ("", "") where none is named. `what`: the kind of event; courts convict, they do not seize."""  # noqa: E501
    langs = tongues(*langs_of)
    best: tuple[float, str, str] | None = None
    for field in ("text", "title"):
        value: str = getattr(text, field)
        spans = [part for part in group if part.field == field]
        if not value or not spans:
            continue
        folded = view(value)
        for number, cue in enumerate(load("agencies.tsv").find(folded.text, langs, folded)):
            start, end = folded.span(cue.start, cue.end)
            part = next((part for part in spans if part.start <= start < part.end), None)
            if part is None or (what == "conviction") != (cue.role == "court"):
                continue
            score = 2.0 if part.roles & {"seizure", "arrest", "conviction"} else 0.0
            score -= 0.01 * number + (0.5 if field == "title" else 0.0)
            score -= 2.5 if away(part, start) or cue.role == "prosecutor" else 0.0
            if best is None or score > best[0]:
                best = (score, cue.role, value[start:end])
    return (best[1], best[2]) if best else ("", "")
