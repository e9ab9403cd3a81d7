"""Relevant or not: named rules with points and the words they rest on. The score is their sum; see `models/rules.toml`.

A listing or post is relevant when it offers or asks a real product of a wild animal or plant, or a live protected
animal;
news is relevant when it reports wildlife crime.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nlp.components import cues, news
from nlp.evidence import Evidence, Word
from nlp.rules import Rules
from nlp.things import Thing, beside, gap
from nlp.verdict import Verdict

_CRIME = ("seizure", "arrest", "conviction", "smuggling", "poaching")
_TOLD = ("seizure", "arrest", "conviction")  # who offers may say poached and smuggled of his own goods
_OFFERED = ("sell", "buy", "no_papers", "price", "ship", "quantity_unit", "private_contact", "with_papers")


class Judge:
    """Adds up what one text says. Holds no state but the rules; one instance a process."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def __call__(self, evidence: Evidence, things: Sequence[Thing]) -> Verdict:
        """The verdict on one text."""
        verdict = Verdict()
        kind = evidence.text.kind
        verdict.add(self._rules, f"bias.{kind}", 1.0, None)
        if not things:
            for word, cover in evidence.covered[:1]:
                verdict.add(self._rules, "covered", 1.0, cover if cover.text else word)
            return verdict
        if kind == "news":
            return news.judge(self._rules, evidence, things, verdict)
        return self._offer(evidence, things, verdict)

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
            part.base(thing)
            self._thing(part, thing, evidence, context, innocents, domestic, care)
            judged.append((part.points, part, thing))
        points, part, best = max(judged, key=lambda item: item[0])
        verdict.points += points
        verdict.reasons.extend(part.reasons)
        verdict.live |= part.live
        verdict.things = [
            thing
            for value, _, thing in judged
            if value > points - 2.5 and value > 0.2 and not thing.exempt and beside(best, thing)
        ]
        for _, other, thing in judged:
            if thing in verdict.things:
                verdict.live |= other.live
        cues.more(self._rules, verdict, best, verdict.things)
        cues.said(self._rules, verdict, evidence, context, best)
        cues.cues(self._rules, verdict, evidence, best)
        cues.hushed(self._rules, verdict, evidence, best)
        own = {word.term.cls for word in evidence.disowned}
        if own & set(best.groups[:1]) or (own and best.form in ("emoji", "unnamed", "described")):
            verdict.add(self._rules, "disowned", 1.0, evidence.disowned[0])
        crimes = {w.term.cls: w for w in evidence.of("enforcement")
                  if w.term.cls in _TOLD and not {"weak", "report"} & w.term.flags
                  and w.field != "seller_text"}  # fmt: skip
        if crimes:
            verdict.add(self._rules, "enforced", 1.0 if len(crimes) > 1 else 0.4, next(iter(crimes.values())))
        cues.notices(rules, verdict, evidence, context, best)
        if evidence.covered and best.form in ("animal", "emoji"):
            verdict.add(self._rules, "covered", 1.0, evidence.covered[0][1])
        return verdict

    def _thing(self, part: Verdict, thing: Thing, evidence: Evidence, context: dict[str, list[Word]],
               innocents: Iterable[Word], domestic: Sequence[Word], care: Sequence[Word]) -> None:  # fmt: skip
        """What the surroundings say of one thing."""
        rules, word = self._rules, thing.word
        self._exempt(part, thing, evidence, context)
        if not thing.material:
            self._alive(part, thing, evidence, context, care)
        strongest: dict[str, tuple[float, Word]] = {}
        items = {(w.field, w.start, w.end) for w in context.get("item", ())} if thing.material else set()
        for other in innocents:
            if other.field == "seller_text" or (other.field, other.start, other.end) in items:
                continue  # a figurine is a toy of plush, but a carving of ivory
            if other.term.cls == "food_recipe" and (part.live or (thing.word.field == "title" and care)):
                continue  # what it eats
            if other.term.cls == "image_media" and word.term.key in rules.among("painted"):
                continue
            if other.term.means != "*" and not set(other.term.means.split(";")) & set(thing.groups):
                continue
            near = _nearness(thing, other) * (0.5 if "weak" in other.term.flags else 1.0)
            if near > strongest.get(other.term.cls, (0.0, other))[0]:
                strongest[other.term.cls] = (near, other)
        ranked = sorted(strongest.items(), key=lambda item: rules.points(item[0]) * item[1][0])
        for cls, (near, other) in ranked[:2]:
            part.add(self._rules, cls, near, other)
        self._matter(part, thing, context, domestic, bool(evidence.text.text), "colour" in strongest)

    def _exempt(self, part: Verdict, thing: Thing, evidence: Evidence, context: dict[str, list[Word]]) -> None:
        """Against species outside the Appendices, and mammoth ivory."""
        rules, word = self._rules, thing.word
        if thing.exempt:
            free = context.get("wild") or any(w.term.cls == "no_papers" for w in evidence.of("trade"))
            wild = free and set(thing.groups) & rules.among("protected")
            if "mammoth_exempt" in thing.groups and evidence.text.kind == "post":
                part.add(self._rules, "mammoth.post", 1.0, word)
            else:
                part.add(self._rules, "exempt", 0.0 if wild else 1.0, word)
        mammoth = [w for w in evidence.of("group") if w.term.cls == "mammoth_exempt"]
        if mammoth and thing.material and "elephant" in thing.groups:
            part.add(self._rules, "mammoth.post" if evidence.text.kind == "post" else "mammoth", 1.0, mammoth[0])

    def _matter(self, part: Verdict, thing: Thing, context: dict[str, list[Word]], domestic: Sequence[Word],
                described: bool, tinted: bool) -> None:  # fmt: skip
        """Whether the material is another one: a fossil, a farm animal's, a colour of cloth or paint."""
        rules, word = self._rules, thing.word
        fossil = [w for w in context.get("broad_fossil", []) if w.field == "title" or gap(w, word) <= 30]
        if fossil and thing.material and described:
            part.add(self._rules, "fossil", 1.0, fossil[0])
        if thing.material and domestic:
            nearest = min(domestic, key=lambda other: gap(word, other))
            if gap(word, nearest) <= 25:
                part.add(self._rules, "domestic", 0.5 if thing.form == "product" and not word.weak else 1.0, nearest)
        if set(thing.groups) & rules.among("coloured"):
            tints = [w for w in context.get("colour", []) if w.field == word.field and gap(w, word) <= 3]
            if tints and not tinted:
                part.add(self._rules, "colour", 1.0, tints[0])
        if set(thing.groups) & rules.among("coloured") and thing.form in ("product", "animal"):
            cloth = [w for w in context.get("garment", []) if w.field != "seller_text"]
            nearest_cloth = min(cloth, key=lambda w: (gap(word, w), w.start), default=None)
            carved = [w for w in context.get("item", []) if w.field != "seller_text"]
            if nearest_cloth is not None and (gap(word, nearest_cloth) <= 30 or nearest_cloth.field == "title"):
                closer = any(gap(word, w) <= gap(word, nearest_cloth) for w in carved)
                sure = thing.form == "product" and not word.weak
                if not sure or gap(word, nearest_cloth) <= 25:
                    part.add(self._rules, "garment", (0.35 if closer else 1.0) * (0.6 if sure else 1.0), nearest_cloth)

    def _alive(self, part: Verdict, thing: Thing, evidence: Evidence, context: dict[str, list[Word]],
               care: Sequence[Word]) -> None:  # fmt: skip
        """Points for an animal that is offered alive, or against one that is only mentioned."""
        if not thing.groups or not set(thing.groups) & self._rules.among("live"):
            if thing.form != "emoji":
                part.add(self._rules, "still", 1.0, thing.word)
            return
        strong = [w for w in care if "weak" not in w.term.flags]
        goods = [w for w in context.get("goods", []) if _for_it(w, thing.word, context.get("extra", []))]
        if goods and len(strong) < 2 and thing.form != "emoji":
            part.add(self._rules, "goods", 1.0, goods[0])
            return
        if strong or len(care) > 1:
            first = (strong or list(care))[0]
            part.add(self._rules, "live", 1.0 if strong else 0.7, first)
            keys = {w.term.key for w in strong}
            if len(keys) > 1:
                part.add(self._rules, "live.more", 1.0, next(w for w in strong if w.term.key != first.term.key))
            part.live.add(thing.taxon)
            return
        if thing.form == "emoji":
            return
        offer = next((w for w in evidence.of("trade") if w.term.cls in _OFFERED and "weak" not in w.term.flags
                      and w.field != "seller_text"), None)  # fmt: skip
        everyday = thing.groups[0] in self._rules.among("everyday") and thing.form == "animal"
        known = not thing.word.weak and (not everyday or " " in thing.word.term.key)
        if offer is not None:
            part.add(self._rules, "live.sold", 0.4 if thing.word.weak else 1.0, offer)
        if known and thing.word.field == "title" and evidence.text.kind == "listing":
            part.add(self._rules, "live.title", 1.0, thing.word)
        if offer is not None or known:
            part.live.add(thing.taxon)


def _for_it(goods: Word, animal: Word, extras: Iterable[Word]) -> bool:
    """Whether a cage or feed in the title is what is offered: named before the animal, or right after it ("parrot
    cage"),
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
