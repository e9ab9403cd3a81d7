"""What a crawl made of the world, held against its hidden truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from urllib.parse import urlsplit

from osint.demo.truth import known, offers, sellers
from storage.leads import LeadQuery
from storage.store import Store


@dataclass(frozen=True)
class Judgement:
    """Counts over the reachable listings of the world, and the addresses that were judged wrongly."""

    real: int
    found: int
    innocent: int
    false_alarms: tuple[str, ...]
    missed: tuple[str, ...]
    offer_pairs: tuple[int, int, int] = field(default=(0, 0, 0))
    """(right, made, wanted) pairs of listings in one lead."""
    seller_pairs: tuple[int, int, int] = field(default=(0, 0, 0))

    @property
    def recall(self) -> float:
        """Share of the real offers that became leads, 0..1."""
        return self.found / self.real if self.real else 0.0

    @property
    def precision(self) -> float:
        """Share of the leads' listings that are real offers, 0..1."""
        return self.found / (self.found + len(self.false_alarms)) if self.found else 0.0

    def line(self) -> str:
        """One line for people."""
        return (
            f"held against what we know of this world: {self.found} of {self.real} real offers found, "
            f"{len(self.false_alarms)} false alarms among {self.innocent} look-alikes"
        )


def judge(store: Store) -> Judgement:
    """Compare the leads in the store with the truth."""
    real = {url for urls in offers().values() for url in urls}
    listings = {url for url, one in known().items() if one.kind in ("listing", "thread") and one.reachable}
    alarmed: set[str] = set()
    leads: list[set[str]] = []
    actors: dict[int, set[str]] = {}
    for lead in store.leads.query(LeadQuery(relevant=True, limit=100_000)).rows:
        members = store.listings.of_lead(lead.id)
        names = {one.id: bare(one.latest.url) for one in members}
        leads.append(set(names.values()))
        alarmed |= {names[one.id] for one in members if one.latest.analysis.get("relevant")}
        for listing, seller in store.sellers.of_listings(list(names)).items():
            actors.setdefault(seller, set()).add(names[listing])
    return Judgement(
        real=len(real),
        found=len(real & alarmed),
        innocent=len(listings - real),
        false_alarms=tuple(sorted((alarmed & listings) - real)),
        missed=tuple(sorted(real - alarmed)),
        offer_pairs=_pairs(leads, offers().values(), real),
        seller_pairs=_pairs(actors.values(), sellers().values(), real),
    )


def bare(url: str) -> str:
    """The address without port and fragment, as the truth knows it."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.hostname}{parts.path}{query}"


def _pairs(made: Iterable[set[str]], wanted: Iterable[Iterable[str]], within: set[str]) -> tuple[int, int, int]:
    got = {pair for urls in made for pair in combinations(sorted(urls & within), 2)}
    want = {pair for urls in wanted for pair in combinations(sorted(set(urls) & within), 2)}
    return len(got & want), len(got), len(want)
