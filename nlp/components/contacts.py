"""Ways to reach a seller: phones in any writing to E.164, messenger names, mail addresses, links."""

from __future__ import annotations

from nlp.context import Context
from nlp.facts.addresses import emails, links
from nlp.facts.cues import Cue, load
from nlp.facts.handles import handles, spelled_out
from nlp.facts.phones import phones
from nlp.facts.tables import view
from nlp.records import Contact, FieldName

_MOST = 1000  # cues of one field
_ANY = frozenset({"any"})
_ORDER = (
    "never",
    "whatsapp",
    "zalo",
    "wechat",
    "line",
    "telegram",
    "viber",
    "instagram",
    "facebook",
    "kakaotalk",
    "qq",
)


def find(field: FieldName, text: str, context: Context) -> list[Contact]:
    """All contacts of one field, in order; the same contact once.

    A number after the name of a messenger has that messenger as its kind and E.164 as its value. Numbers that the
    numbering plan only calls possible (not assigned) count when their form or a cue says that they are phones.
    """
    folded = view(text)
    cues: list[Cue] = load("contact_cues.tsv", order=_ORDER).find(folded.text, _ANY, folded)[:_MOST]
    cues = sorted([*cues, *spelled_out(folded.text)], key=lambda cue: cue.start)
    found: list[tuple[str, str, int, int]] = []
    for part in (links(folded, context), emails(folded), phones(folded, cues, context), handles(folded, cues, context)):
        for kind, value, start, end in part:
            if not any(start < other[3] and other[2] < end for other in found):
                found.append((kind, value, start, end))
    out: list[Contact] = []
    seen: set[tuple[str, str]] = set()
    for kind, value, start, end in sorted(found, key=lambda item: item[2]):
        if (kind, value.casefold()) not in seen:
            seen.add((kind, value.casefold()))
            first, last = folded.span(start, end)
            out.append(Contact(kind, value, text[first:last], field, first, last))
    return out
