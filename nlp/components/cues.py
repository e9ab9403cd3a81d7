"""What a text says beside its things: other groups, grain and cracks, trade cues, notices. Each speaks once."""

from __future__ import annotations

from collections.abc import Iterable

from nlp.evidence import HUSH, Evidence, Word
from nlp.rules import Rules
from nlp.things import Thing, apart
from nlp.verdict import Verdict

ONCE = ("sell", "buy", "price", "ship", "payment", "private_contact", "quantity_unit",
         "authenticity", "antique_claim", "no_papers", "with_papers", "discretion")  # fmt: skip


def more(rules: Rules, verdict: Verdict, best: Thing, things: Iterable[Thing]) -> None:
    """Other groups that are named: three at most."""
    others: dict[str, Word] = {}
    for thing in things:
        if thing.groups and not set(thing.groups) & set(best.groups) and not thing.exempt:
            others.setdefault(thing.groups[-1], thing.word)
    for word in list(others.values())[:3]:
        verdict.add(rules, "more", 1.0, word)


def said(rules: Rules, verdict: Verdict, evidence: Evidence, context: dict[str, list[Word]], best: Thing) -> None:
    """Worked items, grain and cracks, "not plastic": what is said of real material."""
    if best.form in ("emoji", "unnamed") or (best.material and best.word.weak):
        items = [w for w in context.get("item", []) if w.field != "seller_text"]
        if items:
            verdict.add(rules, "item", 1.0, items[0])
    hints = apart(w for w in (*context.get("hint", ()), *evidence.denied) if w.field != "seller_text")
    hints = list({word.term.key: word for word in hints}.values())
    if hints:
        verdict.add(rules, "hint", 1.0, hints[0])
        for word in hints[1:3]:
            verdict.add(rules, "hint.more", 1.0, word)
    unsaid = [w for w in context.get("unsaid", []) if w.field != "seller_text"]
    if unsaid:
        verdict.add(rules, "unsaid", 1.0, unsaid[0])
    if best.form == "emoji" and (hints or unsaid):
        verdict.add(rules, "emoji.support", 1.0, best.word)
    dealer = [w for w in context.get("dealer", []) if w.field == "seller_text"]
    plant = set(best.groups) & rules.among("plants")
    if dealer and best.material and not plant:
        verdict.add(rules, "dealer", 1.0, dealer[0])
    wild = [w for w in context.get("wild", []) if w.field != "seller_text"]
    if wild and (best.material or verdict.live):
        verdict.add(rules, "wild", 1.0, wild[0])


def cues(rules: Rules, verdict: Verdict, evidence: Evidence, best: Thing) -> None:
    """Each kind of trade cue once, its strongest word."""
    found: dict[str, tuple[float, Word]] = {}
    for word in evidence.of("trade"):
        if word.term.cls not in ONCE:
            continue
        value = (0.5 if "weak" in word.term.flags else 1.0) * (0.5 if word.field == "seller_text" else 1.0)
        if value > found.get(word.term.cls, (0.0, word))[0]:
            found[word.term.cls] = (value, word)
    plant = set(best.groups) & rules.among("plants")
    for cls in ONCE:
        if cls in found and not (plant and cls == "antique_claim"):
            value, word = found[cls]
            verdict.add(rules, cls, value, word)


def hushed(rules: Rules, verdict: Verdict, evidence: Evidence, best: Thing) -> None:
    """What is offered under a code word, a picture or a disguise by one who will not be found."""
    if not (best.form in ("code", "emoji", "unnamed", "described") or best.word.disguise or best.word.weak):
        return
    said = [word for word in evidence.words if word.term.cls in HUSH and word.field != "seller_text"]
    strong = apart(word for word in said if "weak" not in word.term.flags)
    weak = apart(word for word in said if "weak" in word.term.flags)
    for place, word in enumerate([*strong, *(weak[:1] if len(weak) > 1 else [])][:3]):
        verdict.add(rules, "hushed.more" if place else "hushed", 1.0, word)


def notices(rules: Rules, verdict: Verdict, evidence: Evidence, context: dict[str, list[Word]], best: Thing) -> None:
    """Museums, tours, laws, lost and found: two at most, full weight in a title or a post."""
    seen: set[str] = set()
    for word in sorted(context.get("notice", []), key=lambda w: w.field != "title"):
        if word.term.key not in seen and len(seen) < 2 and word.field != "seller_text":
            seen.add(word.term.key)
            times = 1.0 if word.field == "title" or evidence.text.kind == "post" else 0.35
            verdict.add(rules, "notice", times * (0.5 if best.material and not best.word.weak else 1.0), word)
