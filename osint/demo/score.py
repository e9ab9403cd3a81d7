"""How well a crawl of the world was read: leads against the hidden truth."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from osint.demo.truth import known, offers

_ASIDE = re.compile(r"(?<=\.example):\d+|#.*")
"""Of an address: the port it was served on, and the post of a thread that an offer was found in."""


@dataclass(frozen=True, slots=True)
class Score:
    """Addresses without the port. `read` were made into leads or judged harmless; `unread` never became a listing."""

    found: tuple[str, ...]
    """Real offers that are in a relevant lead."""
    missed: tuple[str, ...]
    """Real offers that were read as harmless."""
    unread: tuple[str, ...]
    """Real offers that were not read at all."""
    false: tuple[str, ...]
    """Innocent offers in a relevant lead."""
    split: tuple[str, ...]
    """Offers whose listings are in several leads."""
    merged: tuple[str, ...]
    """Relevant leads that hold listings of several offers."""

    @property
    def precision(self) -> float:
        """Share of the offers shown that are real; 1 when none is shown."""
        shown = len(self.found) + len(self.false)
        return len(self.found) / shown if shown else 1.0

    @property
    def recall(self) -> float:
        """Share of the real offers that are shown."""
        real = len(self.found) + len(self.missed) + len(self.unread)
        return len(self.found) / real if real else 1.0


def score(rows: Iterable[tuple[str, str, bool]]) -> Score:
    """From (address, lead, whether the lead is relevant) of every listing; addresses may have the port."""
    lead_of: dict[str, str] = {}
    relevant: dict[str, bool] = {}
    for url, lead, says in rows:
        plain = _ASIDE.sub("", url)
        lead_of[plain] = lead
        relevant[plain] = says
    truth = {url: one.truth for url, one in known().items() if one.reachable and one.kind in {"listing", "thread"}}
    real = [url for url, one in truth.items() if one.relevant]
    groups = offers()
    offer_of = {url: name for name, urls in groups.items() for url in urls}
    held: defaultdict[str, set[str]] = defaultdict(set)
    for url, lead in lead_of.items():
        if url in truth and relevant[url]:
            held[lead].add(offer_of.get(url, url))
    return Score(
        found=tuple(url for url in real if relevant.get(url)),
        missed=tuple(url for url in real if relevant.get(url) is False),
        unread=tuple(url for url in real if url not in relevant),
        false=tuple(url for url, one in truth.items() if not one.relevant and relevant.get(url)),
        split=tuple(name for name, urls in groups.items() if len({lead_of[u] for u in urls if u in lead_of}) > 1),
        merged=tuple(lead for lead, names in held.items() if len(names) > 1),
    )
