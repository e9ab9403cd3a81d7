"""Are two listings of one seller, and are they one offer? Pure; every answer carries its strength and its reasons."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

from osint.resolve.offer import Offer

SMALL = 1000.0
"""Grams. Below it a weight tells a piece, above it a stock."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`strength` is 0..1 for sellers, a sum of points for offers; `reason` says in words what weighed most."""

    joined: bool
    strength: float
    reason: str


class Put(Protocol):
    """Adds the points of a named weight."""

    def __call__(self, name: str, times: float = 1.0, detail: str = "") -> None: ...  # noqa: D102


@cache
def weights() -> dict[str, dict[str, float]]:
    """The tables of `weights.toml`."""
    return tomllib.loads((files("osint.resolve") / "weights.toml").read_text(encoding="utf-8"))


def same_seller(a: Offer, b: Offer, hubs: frozenset[str] = frozenset()) -> Verdict:
    """One actor behind both? `hubs` are contacts that many accounts share and that therefore join nobody."""
    w = weights()["seller"]
    shared = (a.contacts & b.contacts) - hubs
    found: list[tuple[float, str]] = []
    if shared:
        found.append((w["contact"], f"same contact {min(shared)}"))
    if a.account and a.account == b.account:
        found.append((w["account"], f"same account {a.account}"))
    differ = bool(a.contacts and b.contacts) and not shared
    item = bool((a.sizes & b.sizes) or (a.weights & b.weights)) or overlap(a.words, b.words) >= 0.6
    if len(a.name) >= 6 and same_name(a.name, b.name):
        if item:
            found.append((w["name_and_item"], f"same name {a.name} and the same item"))
        elif differ:
            found.append((w["name_contact_differs"], f"same name {a.name}, other contact"))
        elif a.groups & b.groups or a.terms & b.terms or not (a.groups and b.groups):
            found.append((w["name"], f"same name {a.name}"))
    if a.images & b.images and not differ and overlap(a.words, b.words) >= 0.6:
        found.append((w["image_and_text"], "same picture and wording"))
    strength, reason = max(found, default=(0.0, ""))
    return Verdict(strength >= w["join"], strength, reason)


def boilerplate(mine: Offer, others: Sequence[Offer]) -> frozenset[str]:
    """Words that a seller's other things on the same site have too: terms of sale, a footer, a house's address.

    Looked for in listings whose titles share nothing with this one; in fewer than three of them nothing can be told.
    """
    apart = [one.words for one in others if one.source == mine.source and one.title and not one.title & mine.title]
    if len(apart) < 3:
        return frozenset()
    seen = Counter(word for words in apart for word in words)
    return frozenset(word for word, times in seen.items() if times >= 0.6 * len(apart))


def same_offer(a: Offer, b: Offer, common: frozenset[str] = frozenset()) -> Verdict:
    """One thing offered twice? Asked of listings of one seller only: copies of a template differ in seller alone.

    `common` words say nothing about the thing and are left out (see `boilerplate`).
    """
    w = weights()["offer"]
    points: list[tuple[float, str]] = []

    def add(name: str, times: float = 1.0, detail: str = "") -> None:
        points.append((w[name] * times, (name.replace("_", " ") + (f" {detail}" if detail else ""))))

    if a.images & b.images:
        add("same_image")
    _measured(a, b, add)
    _kind(a, b, add)
    _price(a, b, add)
    share = overlap(a.words - common, b.words - common)
    if share >= w["words_floor"]:
        add("words_all", share, f"{share:.0%}")
    elif a.language == b.language:
        add("words_none")
    if a.language == b.language and len(a.title) >= 3 and len(b.title) >= 3:
        same = len(a.title & b.title) / min(len(a.title), len(b.title))
        if same:
            add("title_all", same, f"{same:.0%}")
        else:
            add("title_differs")
    total = round(sum(value for value, _ in points), 3)
    best = max(points, default=(0.0, ""))
    return Verdict(total >= w["join"], total, best[1])


def overlap(a: frozenset[str], b: frozenset[str]) -> float:
    """Share of the shorter text's words that the longer has too, 0..1; texts of under three words share nothing."""
    small = min(len(a), len(b))
    return len(a & b) / small if small >= 3 else 0.0


def same_name(a: str, b: str) -> bool:
    """Equal, or one goes on where the other ends ("gordonscabinet", "gordonscabinetwhitby")."""
    return a == b or (min(len(a), len(b)) >= 8 and (a.startswith(b) or b.startswith(a)))


def _measured(a: Offer, b: Offer, put: Put) -> None:
    if a.sizes and b.sizes:
        common = a.sizes & b.sizes
        put("same_size", detail=f"{min(common):g} cm") if common else put("size_differs")
    if a.weights and b.weights:
        common = a.weights & b.weights
        if common:
            put("same_weight", detail=f"{min(common):g} g")
        else:
            put("weight_differs" if max(a.weights | b.weights) < SMALL else "stock_differs")
    if a.counts and b.counts:
        put("same_count" if a.counts & b.counts else "count_differs")


def _kind(a: Offer, b: Offer, put: Put) -> None:
    if a.groups and b.groups:
        if not a.groups & b.groups:
            put("group_differs")
        elif a.taxa and b.taxa and not a.taxa & b.taxa:
            put("taxon_differs")
        else:
            put("same_group")
    if a.terms and b.terms:
        put("same_term" if a.terms & b.terms else "term_differs")


def _price(a: Offer, b: Offer, put: Put) -> None:
    if not a.price or not b.price or min(a.price[0], b.price[0]) <= 0:
        return
    if a.price[1] and b.price[1] and a.price[1] != b.price[1]:
        return  # two currencies are not compared: there is no rate that holds for both days
    ratio = max(a.price[0], b.price[0]) / min(a.price[0], b.price[0])
    if ratio == 1:
        put("same_price")
    elif ratio <= 4 / 3:
        put("near_price")
    elif ratio > 3:
        put("far_price")
