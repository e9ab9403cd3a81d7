"""What a text is about: each animal or product named, with the group, the taxon, the CITES code and how sure the
words are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nlp.evidence import HUSH, Evidence, Word
from nlp.rules import Rules
from nlp.taxonomy import Taxonomy

_BREAK = re.compile(r"[.!?;,]\s|\n|[。！？؛۔।，、]")
WOOD = frozenset({"TIM", "LOG", "ROO", "BAR", "CHP", "DPL", "STE"})
FLESH = frozenset(
    {"TUS", "IVC", "HOR", "BON", "SKU", "TEE", "CLA", "SKI", "FEA", "GAL", "FIN", "MEA", "EGG", "SCA", "CAP"}
)
_NEAR = 28  # characters between an animal and a part of it that still belong together
_WIDE_NEAR = 10  # the same in scripts without spaces


@dataclass(frozen=True, slots=True)
class Thing:
    """An animal or product. `form`: product, composite (animal + part), code, species, name, animal, emoji.

    `base` are the points that its words are worth before the surroundings speak.
    """

    word: Word
    form: str
    groups: tuple[str, ...]
    taxon: str
    codes: tuple[str, ...]
    base: float
    exempt: bool
    part: Word | None = None

    @property
    def material(self) -> bool:
        """A part or product, not an animal as such."""
        return bool(self.codes)


def gap(a: Word, b: Word) -> int:
    """Characters between two words: 0 when they touch or overlap, 60 between title and text, 200 to the seller's
    words."""
    if a.field != b.field:
        return 200 if "seller_text" in (a.field, b.field) else 60
    return max(0, b.start - a.end, a.start - b.end)


def things(evidence: Evidence, taxonomy: Taxonomy, rules: Rules) -> list[Thing]:
    """All things named, animals joined with their parts; single characters only when something beside them supports
    it."""
    parts = evidence.of("part")
    out: list[Thing] = []
    for word in evidence.of("product", "code"):
        thing = _product(word, parts, taxonomy, rules)
        out.append(thing if thing.codes or word.term.kind == "product" else _join(thing, parts, rules, evidence))
    animals = [_animal(word, taxonomy, rules) for word in evidence.of("group", "name", "taxon", "emoji")]
    named = {group for thing in out for group in thing.groups}
    for thing in animals:
        joined = _join(thing, parts, rules, evidence)
        if joined is not thing or not _tiny(thing.word) or named & set(thing.groups):
            out.append(joined)
    if not any(thing.material and not thing.exempt for thing in out):
        out.extend(_unnamed(evidence, rules))
    out = _described(evidence, out, taxonomy, rules)
    if not out:
        out.extend(_hushed(evidence, rules))
    return out


def _described(evidence: Evidence, out: list[Thing], taxonomy: Taxonomy, rules: Rules) -> list[Thing]:
    """Animals that are described instead of named: two features of one group ("grey", "with the red tail"), or one
    beside a picture of the wider group or the words of a seller who will not name it. A picture gives way to what the
    features say more narrowly.
    """
    traits: dict[str, dict[str, Word]] = {}
    for word in evidence.of("trait"):
        if word.field != "seller_text":
            traits.setdefault(word.term.cls, {}).setdefault(word.term.key, word)
    if not traits or any(thing.form != "emoji" and not thing.word.weak and thing.base >= 1.0 for thing in out):
        return out  # what is named needs no description
    named = {group for thing in out if thing.form != "emoji" for group in thing.groups}
    pictured = {thing.groups[0] for thing in out if thing.form == "emoji" and thing.groups}
    hush = {w.term.key for w in evidence.words if w.term.cls in HUSH and w.field != "seller_text"}
    found: list[Thing] = []
    for group, words in traits.items():
        groups = taxonomy.parents(group)
        beside = bool(pictured & set(groups))
        signs = len(apart(words.values())) + beside + (len(hush) > 1 or (bool(hush) and beside))
        if signs < 2 or group in named:
            continue
        word = next(iter(words.values()))
        code = next((one.term.means for one in words.values() if one.term.means), "")
        base = rules.points("described") + rules.points("described.more") * min(signs - 2, 2)
        found.append(Thing(word, "described", groups, taxonomy.groups[group].taxon, (code,) if code else (), base,
                           taxonomy.groups[group].priority == 0))  # fmt: skip
    best = max(found, key=lambda thing: thing.base, default=None)
    if best is None:
        return out
    return [best, *(t for t in out if not (t.form == "emoji" and t.groups and t.groups[0] in best.groups))]


def apart(words: Iterable[Word]) -> list[Word]:
    """Words that do not share letters, the longest first: "no papers at all" says no more than once."""
    kept: list[Word] = []
    for word in sorted(words, key=lambda one: one.start - one.end):
        if not any(word.field == k.field and word.start < k.end and k.start < word.end for k in kept):
            kept.append(word)
    return kept


def _hushed(evidence: Evidence, rules: Rules) -> list[Thing]:
    """An animal that the seller will not name: to those who know, no papers, from the wild, eats by itself.

    What it is stays open (no group, no taxon): nothing is inferred that the text does not say.
    """
    words = [w for w in evidence.words if w.field != "seller_text" and "weak" not in w.term.flags]
    if any(w.term.cls in ("domestic", "goods", "othercrime") for w in words):
        return []  # puppies without papers
    hush = apart(w for w in words if w.term.cls in HUSH)
    alive = apart(w for w in words if w.term.cls in ("live_care", "wild"))
    parts = [w for w in words if w.term.kind == "part" and w.term.cls not in WOOD]
    if not hush or not (alive or parts) or len(hush) + min(len(alive), 2) + bool(parts) < 3:
        return []
    word = (alive or parts)[0]
    codes = (parts[0].term.cls,) if parts and not alive else ()
    return [Thing(word, "unnamed", (), "", codes, rules.points("unnamed"), False)]


def _unnamed(evidence: Evidence, rules: Rules) -> list[Thing]:
    """A worked object whose material is not named but described: grain, "not bone, not resin", "you know what it is".

    Such words are said of elephant ivory, so that is what is asked after; the reader marks it as masked.
    """
    said: dict[str, Word] = {}
    for word in evidence.of("context"):
        if word.term.cls in ("hint", "unsaid", "item") and word.field != "seller_text":
            said.setdefault(word.term.cls, word)
    denied = len({word.term.key for word in evidence.denied})
    signs = ("item" in said) + ("unsaid" in said) + ("hint" in said) + min(denied, 2)
    if signs < 3 or ("unsaid" not in said and (denied < 2 or "item" not in said)):
        return []
    base = rules.points("unnamed")
    word = said.get("item") or said["unsaid"]
    return [Thing(word, "unnamed", ("elephant",), "Elephantidae", ("IVC",), base, False)]


def _tiny(word: Word) -> bool:
    return len(word.term.key) == 1 and word.term.kind != "emoji"


def _weight(word: Word, form: str, priority: int, rules: Rules) -> float:
    base = rules.points(f"{form}.weak" if word.weak else form)
    if form in ("animal", "name") and priority == 3:
        base *= 0.6
    if word.disguise:
        base += rules.points("disguise")
    return base


def _product(word: Word, parts: Sequence[Word], taxonomy: Taxonomy, rules: Rules) -> Thing:
    group = word.term.cls
    inside = {p.term.cls for p in parts if p.field == word.field and p.start >= word.start and p.end <= word.end}
    code = word.term.means
    # One row of the curated table stands for several parts (claw, paw, tooth): the part inside the word says which.
    if inside and code not in inside and code in ("CLA", "GEN", "TEE", "SKI", "MEA", "EGG", "FEA", "BON"):
        finer = sorted(inside - {"BOD", "POW", "LPS", "MED", "DER", "OIL"} or inside)
        code = finer[0]
    entry = taxonomy.groups[group]
    code = "" if code == "LIV" else code  # alive: what is said of its keeping tells more
    return Thing(word, "code" if word.term.kind == "code" else "product", taxonomy.parents(group), entry.taxon,
                 (code,) if code else (), _weight(word, word.term.kind, entry.priority, rules),
                 entry.priority == 0)  # fmt: skip


def _animal(word: Word, taxonomy: Taxonomy, rules: Rules) -> Thing:
    kind = word.term.kind
    if kind in ("group", "emoji"):
        group = taxonomy.groups[word.term.cls]
        form = "animal" if kind == "group" else "emoji"
        if kind == "group" and group.name in rules.codes:
            return Thing(word, "product", taxonomy.parents(group.name), group.taxon, (rules.codes[group.name],),
                         rules.points("product.weak" if word.weak else "product.named"),
                         group.priority == 0)  # fmt: skip
        return Thing(word, form, taxonomy.parents(group.name), group.taxon, (),
                     _weight(word, form, group.priority, rules), group.priority == 0)  # fmt: skip
    entry = taxonomy.get(word.term.cls)
    name = entry.group if entry else ""
    priority = taxonomy.groups[name].priority if name else 3
    form = "species" if kind == "taxon" else "name"
    return Thing(word, form, taxonomy.parents(name) if name else (), word.term.cls, (),
                 _weight(word, form, priority, rules), not (entry and entry.cites) or priority == 0)  # fmt: skip


def _pictured(thing: Thing, parts: Iterable[Word], rules: Rules, evidence: Evidence) -> Thing:
    """The animal of a picture with a part that it has, anywhere in the text: 🐘 and teeth, not 🐘 and horn; a live one
    has all its parts.
    """
    if any(w.term.cls == "live_care" and "weak" not in w.term.flags for w in evidence.of("trade")):
        return thing
    fits = rules.parts(thing.groups)
    part = next((p for p in parts if p.term.cls in fits and p.field != "seller_text"), None)
    if part is None:
        return thing
    code = "TUS" if "elephant" in thing.groups else part.term.cls
    return replace(thing, codes=(code,), base=thing.base + rules.points("emoji.part"), part=part)


def _join(thing: Thing, parts: Iterable[Word], rules: Rules, evidence: Evidence) -> Thing:
    """The animal with the nearest part of it beside it, if there is one."""
    word = thing.word
    if word.term.kind == "emoji":
        return _pictured(thing, parts, rules, evidence)
    wide = word.text[:1] > "\u0dff"
    best: Word | None = None
    value: str = getattr(evidence.text, word.field)
    plant = bool(set(thing.groups) & rules.among("plants"))
    for part in parts:
        if part.field != word.field or (part.start < word.end and word.start < part.end):
            continue
        if (part.term.cls in WOOD) != plant and (part.term.cls in WOOD or part.term.cls in FLESH):
            continue  # no elephant has logs, no tree has horns
        distance = gap(word, part)
        limit = (1 if _tiny(word) or len(part.term.key) == 1 else _WIDE_NEAR) if wide else _NEAR
        if distance > limit or (best is not None and distance >= gap(word, best)):
            continue
        between = value[min(word.end, part.end) : max(word.start, part.start)]
        if not _BREAK.search(between):
            best = part
    if best is None:
        return thing
    base = rules.points("composite.weak" if word.weak else "composite")
    if word.disguise or best.disguise:
        base += rules.points("disguise")
    return replace(thing, form="composite", codes=(best.term.cls,), base=max(base, thing.base), part=best)


def beside(best: Thing, thing: Thing) -> bool:
    """Whether a second thing is told of too, not a motif or a doubtful word beside the first."""
    if thing is best or set(thing.groups) & set(best.groups):
        return True
    if thing.word.weak or thing.form == "emoji" or thing.base < 0.55 * best.base:
        return False
    return thing.material or not best.material
