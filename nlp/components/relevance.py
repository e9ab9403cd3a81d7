"""Relevant or not: named rules with points and the words they rest on. The score is their sum; see `models/rules.toml`.

A listing or post is relevant when it offers or asks a real product of a wild animal or plant, or a live protected animal;
news is relevant when it reports wildlife crime.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from nlp.evidence import Evidence, Word
from nlp.records import Reason
from nlp.rules import Rules
from nlp.things import Thing, gap

_CRIME = ("seizure", "arrest", "conviction", "smuggling", "poaching")
_NOT_NEWS = ("image_media", "sport_team", "toy_plush", "brand", "pattern_print", "campaign")
_OFFERED = ("sell", "buy", "no_papers", "price", "ship", "quantity_unit", "private_contact", "with_papers")
_ONCE = ("sell", "buy", "price", "ship", "payment", "private_contact", "quantity_unit",
         "authenticity", "antique_claim", "no_papers", "with_papers", "discretion")  # fmt: skip


@dataclass(slots=True)
class Verdict:
    """The sum of the points, the reasons behind it, and the things they are about."""

    points: float = 0.0
    reasons: list[Reason] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    live: set[str] = field(default_factory=set)

    @property
    def relevant(self) -> bool:
        """Whether the points speak for it."""
        return self.points > 0

    @property
    def score(self) -> float:
        """The points as a probability."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.points))))


class Judge:
    """Adds up what one text says. Holds no state but the rules; one instance a process."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def __call__(self, evidence: Evidence, things: Sequence[Thing]) -> Verdict:
        """The verdict on one text."""
        verdict = Verdict()
        kind = evidence.text.kind
        self._add(verdict, f"bias.{kind}", 1.0, None)
        if not things:
            for word, cover in evidence.covered[:1]:
                self._add(verdict, "covered", 1.0, cover if cover.text else word)
            return verdict
        if kind == "news":
            return self._news(evidence, things, verdict)
        return self._offer(evidence, things, verdict)

    def _add(self, verdict: Verdict, rule: str, times: float, word: Word | None, name: str = "") -> None:
        points = round(self._rules.points(rule) * times, 3)
        verdict.points += points
        if word is None:
            verdict.reasons.append(Reason(name or rule, points, "", "title", 0, 0))
        else:
            verdict.reasons.append(Reason(name or rule, points, word.text, word.field, word.start, word.end))

    def _base(self, verdict: Verdict, thing: Thing, times: float = 1.0) -> None:
        points = round(thing.base * times, 3)
        verdict.points += points
        word = thing.word
        name = thing.form if not word.disguise else f"{thing.form}, {word.disguise[0]}"
        verdict.reasons.append(Reason(name, points, word.text, word.field, word.start, word.end))

    def _news(self, evidence: Evidence, things: Sequence[Thing], verdict: Verdict) -> Verdict:
        best = max(things, key=lambda thing: thing.base - (2 if thing.exempt else 0))
        verdict.things = [thing for thing in things if not thing.exempt]
        self._base(verdict, best)
        if best.exempt:
            self._add(verdict, "exempt", 1.0, best.word)
        # A doubtful word ("El Jaguar") lets crime words count for little.
        trust = min(1.0, best.base)
        other = [w for w in evidence.of("context") if w.term.cls == "othercrime"]
        nick = _nickname(evidence, best)
        if nick or (other and not best.material and sum(1 for t in things if t.groups == best.groups) < 2):
            trust *= 0.3
            self._add(verdict, "news.other", 1.0, other[0] if other else best.word)
        around = [w for w in evidence.of("innocent") if gap(w, best.word) <= 12 and w.term.cls in _NOT_NEWS]
        if around:
            trust *= 0.3
            self._add(verdict, around[0].term.cls, 1.0, around[0])
        crimes: dict[str, Word] = {}
        for word in evidence.of("enforcement"):
            if word.field != "seller_text" and "weak" not in word.term.flags:
                crimes.setdefault(word.term.cls, word)
        found = [crimes[cls] for cls in _CRIME if cls in crimes]
        for place, word in enumerate(found):
            self._add(verdict, "news.crime.more" if place else "news.crime", trust, word, f"news: {word.term.cls}")
        if not found and "police" in crimes and "customs" in crimes:
            self._add(verdict, "news.crime", 0.8 * trust, crimes["customs"], "news: customs")
        for cls in ("police", "customs"):
            if cls in crimes:
                self._add(verdict, "news.police", trust, crimes[cls], f"news: {cls}")
        self._more(verdict, best, things)
        return verdict

    def _offer(self, evidence: Evidence, things: Sequence[Thing], verdict: Verdict) -> Verdict:
        rules = self._rules
        context: dict[str, list[Word]] = {}
        for word in evidence.of("context"):
            context.setdefault(word.term.cls, []).append(word)
        innocents, domestic = evidence.of("innocent"), context.get("domestic", [])
        care = [w for w in evidence.of("trade") if w.term.cls == "live_care" and w.field != "seller_text"]
        judged = []
        # "Budgerigar parrots": the wider word says no more than the exempt one beside it.
        spoken = {group for thing in things if thing.exempt for group in thing.groups[1:]}
        things = [replace(t, exempt=True) if t.form == "animal" and t.groups[0] in spoken else t for t in things]
        for thing in things:
            part = Verdict()
            self._base(part, thing)
            self._thing(part, thing, evidence, context, innocents, domestic, care)
            judged.append((part.points, part, thing))
        points, part, best = max(judged, key=lambda item: item[0])
        verdict.points += points
        verdict.reasons.extend(part.reasons)
        verdict.live |= part.live
        verdict.things = [thing for value, p, thing in judged if (value > points - 2.5 and value > 0.2 and not thing.exempt)]
        for _, other, thing in judged:
            if thing in verdict.things:
                verdict.live |= other.live
        self._more(verdict, best, verdict.things)
        self._said(verdict, evidence, context, best)
        self._cues(verdict, evidence, best)
        crimes = {w.term.cls: w for w in evidence.of("enforcement") if w.term.cls in _CRIME and "weak" not in w.term.flags
                  and w.field != "seller_text"}  # fmt: skip
        if crimes:
            self._add(verdict, "enforced", 1.0 if len(crimes) > 1 else 0.4, next(iter(crimes.values())))
        notices = sorted(context.get("notice", []), key=lambda w: w.field != "title")
        seen: set[str] = set()
        for word in notices:
            if word.term.key not in seen and len(seen) < 2 and word.field != "seller_text":
                seen.add(word.term.key)
                times = 1.0 if word.field == "title" or evidence.text.kind == "post" else 0.35
                self._add(verdict, "notice", times * (0.5 if best.material and not best.word.weak else 1.0), word)
        if rules.points("covered") and evidence.covered and best.form in ("animal", "emoji"):
            self._add(verdict, "covered", 1.0, evidence.covered[0][1])
        return verdict

    def _thing(self, part: Verdict, thing: Thing, evidence: Evidence, context: dict[str, list[Word]],
               innocents: Iterable[Word], domestic: Sequence[Word], care: Sequence[Word]) -> None:  # fmt: skip
        """What the surroundings say of one thing."""
        rules, word = self._rules, thing.word
        if thing.exempt:
            wild = context.get("wild") and set(thing.groups) & rules.among("protected")
            if "mammoth_exempt" in thing.groups and evidence.text.kind == "post":
                self._add(part, "mammoth.post", 1.0, word)
            else:
                self._add(part, "exempt", 0.2 if wild else 1.0, word)
        mammoth = [w for w in evidence.of("group") if w.term.cls == "mammoth_exempt"]
        if mammoth and thing.material and "elephant" in thing.groups:
            self._add(part, "mammoth.post" if evidence.text.kind == "post" else "mammoth", 1.0, mammoth[0])
        if not thing.material:
            self._alive(part, thing, evidence, context, care)
        strongest: dict[str, tuple[float, Word]] = {}
        items = {(w.field, w.start, w.end) for w in context.get("item", ())} if thing.material else set()
        for other in innocents:
            if other.field == "seller_text" or (other.field, other.start, other.end) in items:
                continue  # a figurine is a toy of plush, but a carving of ivory
            if other.term.cls == "image_media" and word.term.key in rules.among("painted"):
                continue
            if other.term.means != "*" and not set(other.term.means.split(";")) & set(thing.groups):
                continue
            near = _nearness(thing, other)
            if near > strongest.get(other.term.cls, (0.0, other))[0]:
                strongest[other.term.cls] = (near, other)
        ranked = sorted(strongest.items(), key=lambda item: rules.points(item[0]) * item[1][0])
        for cls, (near, other) in ranked[:2]:
            self._add(part, cls, near, other)
        if thing.material and domestic:
            nearest = min(domestic, key=lambda other: gap(word, other))
            if gap(word, nearest) <= 25:
                self._add(part, "domestic", 0.5 if thing.form == "product" and not word.weak else 1.0, nearest)
        if set(thing.groups) & rules.among("coloured"):
            tints = [w for w in context.get("colour", []) if w.field == word.field and gap(w, word) <= 3]
            if tints and "colour" not in strongest:
                self._add(part, "colour", 1.0, tints[0])
        if set(thing.groups) & rules.among("coloured") and thing.form in ("product", "animal"):
            cloth = [w for w in context.get("garment", []) if w.field != "seller_text"]
            near = min(cloth, key=lambda w: (gap(word, w), w.start), default=None)
            carved = [w for w in context.get("item", []) if w.field != "seller_text"]
            if near is not None and (gap(word, near) <= 30 or near.field == "title"):
                closer = any(gap(word, w) <= gap(word, near) for w in carved)
                sure = thing.form == "product" and not word.weak
                if not sure or gap(word, near) <= 25:
                    self._add(part, "garment", (0.35 if closer else 1.0) * (0.6 if sure else 1.0), near)

    def _alive(self, part: Verdict, thing: Thing, evidence: Evidence, context: dict[str, list[Word]],
               care: Sequence[Word]) -> None:  # fmt: skip
        """Points for an animal that is offered alive, or against one that is only mentioned."""
        if not thing.groups or not set(thing.groups) & self._rules.among("live"):
            if thing.form != "emoji":
                self._add(part, "still", 1.0, thing.word)
            return
        strong = [w for w in care if "weak" not in w.term.flags]
        goods = [w for w in context.get("goods", []) if _for_it(w, thing.word, context.get("extra", []))]
        if goods and len(strong) < 2 and thing.form != "emoji":
            self._add(part, "goods", 1.0, goods[0])
            return
        if strong or len(care) > 1:
            first = (strong or list(care))[0]
            self._add(part, "live", 1.0 if strong else 0.7, first)
            keys = {w.term.key for w in strong}
            if len(keys) > 1:
                self._add(part, "live.more", 1.0, next(w for w in strong if w.term.key != first.term.key))
            part.live.add(thing.taxon)
            return
        if thing.form == "emoji":
            return
        offer = next((w for w in evidence.of("trade") if w.term.cls in _OFFERED and "weak" not in w.term.flags
                      and w.field != "seller_text"), None)  # fmt: skip
        known = not thing.word.weak and not set(thing.groups[:1]) & self._rules.among("everyday")
        if offer is not None:
            self._add(part, "live.sold", 0.4 if thing.word.weak else 1.0, offer)
        if known and thing.word.field == "title" and evidence.text.kind == "listing":
            self._add(part, "live.title", 1.0, thing.word)
        if offer is not None or known:
            part.live.add(thing.taxon)

    def _more(self, verdict: Verdict, best: Thing, things: Iterable[Thing]) -> None:
        others: dict[str, Word] = {}
        for thing in things:
            if thing.groups and not set(thing.groups) & set(best.groups) and not thing.exempt:
                others.setdefault(thing.groups[-1], thing.word)
        for word in list(others.values())[:3]:
            self._add(verdict, "more", 1.0, word)

    def _said(self, verdict: Verdict, evidence: Evidence, context: dict[str, list[Word]], best: Thing) -> None:
        """Worked items, grain and cracks, "not plastic": what is said of real material."""
        if best.form in ("emoji", "unnamed") or (best.material and best.word.weak):
            items = [w for w in context.get("item", []) if w.field != "seller_text"]
            if items:
                self._add(verdict, "item", 1.0, items[0])
        hints = list({w.term.key: w for w in (*context.get("hint", ()), *evidence.denied) if w.field != "seller_text"}.values())
        if hints:
            self._add(verdict, "hint", 1.0, hints[0])
            for word in hints[1:3]:
                self._add(verdict, "hint.more", 1.0, word)
        unsaid = [w for w in context.get("unsaid", []) if w.field != "seller_text"]
        if unsaid:
            self._add(verdict, "unsaid", 1.0, unsaid[0])
        if best.form == "emoji" and (hints or unsaid):
            self._add(verdict, "emoji.support", 1.0, best.word)
        dealer = [w for w in context.get("dealer", []) if w.field == "seller_text"]
        plant = set(best.groups) & self._rules.among("plants")
        if dealer and best.material and not plant:
            self._add(verdict, "dealer", 1.0, dealer[0])
        wild = [w for w in context.get("wild", []) if w.field != "seller_text"]
        if wild and (best.material or verdict.live):
            self._add(verdict, "wild", 1.0, wild[0])

    def _cues(self, verdict: Verdict, evidence: Evidence, best: Thing) -> None:
        """Each kind of trade cue once, its strongest word."""
        found: dict[str, tuple[float, Word]] = {}
        for word in evidence.of("trade"):
            if word.term.cls not in _ONCE:
                continue
            value = (0.5 if "weak" in word.term.flags else 1.0) * (0.5 if word.field == "seller_text" else 1.0)
            if value > found.get(word.term.cls, (0.0, word))[0]:
                found[word.term.cls] = (value, word)
        plant = set(best.groups) & self._rules.among("plants")
        for cls in _ONCE:
            if cls in found and not (plant and cls == "antique_claim"):
                value, word = found[cls]
                self._add(verdict, cls, value, word)


def _for_it(goods: Word, animal: Word, extras: Iterable[Word]) -> bool:
    """Whether a cage or feed in the title is what is offered: named before the animal, or right after it ("parrot cage"),
    not "parrot with cage".
    """
    if goods.field != "title":
        return False
    if any(w.field == "title" and 0 <= goods.start - w.end <= 4 for w in extras):
        return False
    return animal.field != "title" or goods.end <= animal.start or goods.start - animal.end <= 4


def _nearness(thing: Thing, other: Word) -> float:
    """How much an innocent word says of a thing: all when beside it or in the title, less far away in the text."""
    word = thing.word
    distance = gap(word, other)
    if distance <= 25:
        return 1.0
    if other.field == "title":
        return 0.9
    strong = thing.material and not word.weak
    if other.term.cls in ("imitation", "plant_ivory"):
        return 0.6 if strong else 0.85
    if distance <= 60:
        return 0.45 if strong else 0.7
    return 0.15 if strong else 0.35


def _nickname(evidence: Evidence, thing: Thing) -> bool:
    """An animal in quotation marks ("El Jaguar") is a person or a gang."""
    word = thing.word
    value: str = getattr(evidence.text, word.field)
    before, after = value[max(0, word.start - 6) : word.start], value[word.end : word.end + 2]
    return any(mark in before for mark in "\"'«“‘„") and any(mark in after for mark in "\"'»”’“")
