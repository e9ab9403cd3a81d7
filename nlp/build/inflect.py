"""Inflected forms of a word, made when the lexicon is built so that matching stays plain string search.

Russian goes through pymorphy3: the head noun and the adjectives that agree with it change, the rest (genitives) stays.
Other languages need no expansion here: their plurals are in the tables, and `nlp.match` allows their endings.
"""

from __future__ import annotations

from functools import cache
from typing import Any

CASES = ("nomn", "gent", "datv", "accs", "ablt", "loct")


@cache
def _analyser() -> Any:
    import pymorphy3  # noqa: PLC0415  (only the data build needs it)

    return pymorphy3.MorphAnalyzer()


def _nominative(token: str) -> Any:
    """The reading of a word that is a noun or adjective in the nominative, else the likeliest reading."""
    parses = _analyser().parse(token)
    return next((p for p in parses if p.tag.POS in ("NOUN", "ADJF", "PRTF") and "nomn" in p.tag), parses[0])


def inflected(word: str, lang: str, kind: str) -> list[tuple[str, str]]:
    """Other forms of `word` with their flag; none where no library does it well."""
    if lang != "ru" or kind not in ("group", "product", "part", "code") or len(word.split()) > 4:
        return []
    tokens = word.lower().split()
    parsed = [_nominative(token) for token in tokens]
    head = next((at for at, parse in enumerate(parsed) if parse.tag.POS == "NOUN" and "nomn" in parse.tag), None)
    if head is None:
        return []
    forms = set()
    for number in ("sing", "plur"):
        for case in CASES:
            out = list(tokens)
            for at, parse in enumerate(parsed):
                agrees = at == head or (parse.tag.POS in ("ADJF", "PRTF") and "nomn" in parse.tag)
                if not agrees:
                    continue
                form = parse.inflect({number, case})
                if form is None:
                    break
                out[at] = form.word
            else:
                forms.add(" ".join(out))
    return [(form, "inf") for form in sorted(forms) if form != word.lower()]
