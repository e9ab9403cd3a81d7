"""Taxa and CITES terms of what the verdict rests on."""

from __future__ import annotations

from collections.abc import Iterable

from nlp.evidence import Evidence, Word, rank
from nlp.records import Taxon, Term
from nlp.rules import Rules
from nlp.taxonomy import Entry, Taxonomy
from nlp.things import Thing, gap
from nlp.verdict import Verdict

_PLAIN = 7  # letters from which a scientific name of one word is no everyday word (Puma, Boa, Iguana)

_SHORT = 2  # letters of a word for jewellery that may stand by chance inside a product


def taxa(verdict: Verdict, taxonomy: Taxonomy, evidence: Evidence) -> tuple[Taxon, ...]:
    """One record a taxon, the clearest words first; a wider taxon is left out where a narrower one is named."""
    found: dict[str, tuple[Thing, Taxon]] = {}
    named = [thing for thing in verdict.things if thing.form != "emoji"]
    said = _said(evidence, taxonomy)
    for thing in sorted(named or verdict.things, key=lambda t: (-t.base, rank(t.word), -len(t.word.text))):
        wide = taxonomy.get(thing.taxon)
        if wide is None:
            continue
        for entry, word in _narrower(thing, wide, said) or [(wide, thing.word)]:
            if entry.name not in found:
                found[entry.name] = (thing, Taxon(entry.name, entry.rank, entry.lineage, entry.cites,
                                                  entry.group or next(iter(thing.groups), ""), word.text, word.field,
                                                  word.start, word.end))  # fmt: skip
    records = [record for _, record in found.values()]
    wider = {name for record in records for name in record.lineage}
    sure = [record for record in records if record.name not in wider]
    return tuple(_one_reading(sure, found))


def _said(evidence: Evidence, taxonomy: Taxonomy) -> list[tuple[Entry, Word]]:
    """The taxa that the text names, those inside a longer product or group too."""
    out = []
    for word in (*evidence.of("name", "taxon"), *evidence.inner):
        sure = not word.weak or (word.term.kind == "taxon" and len(word.term.key) >= _PLAIN)
        entry = taxonomy.get(word.term.cls) if sure and word.field != "seller_text" else None
        if entry is not None:
            out.append((entry, word))
    return out


def _narrower(thing: Thing, wide: Entry, said: list[tuple[Entry, Word]]) -> list[tuple[Entry, Word]]:
    """What the text names of the taxon that a word means; else the name that the same word or an overlapping one is
    (black coral is no stony coral), but not a name inside it (leopard in snow leopard).
    """
    below = [(entry, word) for entry, word in said if wide.name in entry.lineage]
    mine = thing.word
    if below or mine.term.kind not in ("group", "product", "code"):
        return below
    out = []
    for entry, word in said:
        meets = word.field == mine.field and word.start < mine.end and mine.start < word.end
        inside = word.start >= mine.start and word.end <= mine.end and len(word.text) < len(mine.text)
        if meets and not inside:
            out.append((entry, word))
    return out


def _one_reading(records: list[Taxon], found: dict[str, tuple[Thing, Taxon]]) -> Iterable[Taxon]:
    """Of two readings of the same words only the first: a doubtful name does not stand beside a sure one."""
    spans: list[Taxon] = []
    for record in records:
        thing = found[record.name][0]
        clash = any(
            record.field == other.field and record.start < other.end and other.start < record.end for other in spans
        )
        if clash or (thing.word.weak and spans and thing.form in ("animal", "name", "species")):
            continue
        spans.append(record)
    return spans


def terms(verdict: Verdict, evidence: Evidence, rules: Rules) -> tuple[Term, ...]:
    """CITES trade terms: the code of each product, LIV for animals offered alive; for elephant ivory IVC where it is
    carved,
    and IJW beside it where it is worn.
    """
    out: dict[str, Term] = {}
    best = max((thing.base for thing in verdict.things), default=0.0)
    for thing in sorted(verdict.things, key=lambda t: -t.base):
        word = thing.part or thing.word
        if thing.material and verdict.live and thing.word.weak and thing.base < best:
            continue  # a live animal is offered, the doubtful product word is not
        for code in _codes(thing, evidence, rules):
            if code and thing.base > best - 1.6:
                out.setdefault(code, Term(code, word.text, word.field, word.start, word.end))
        if thing.taxon in verdict.live and not thing.material and not out:
            word = thing.word
            out.setdefault("LIV", Term("LIV", word.text, word.field, word.start, word.end))
    return tuple(out.values())


def _codes(thing: Thing, evidence: Evidence, rules: Rules) -> tuple[str, ...]:
    """The codes of a thing; ivory by what is made of it."""
    if "elephant" not in thing.groups or not set(thing.codes) & {"IVC", "TUS", "IJW"}:
        return thing.codes
    items = {
        word.term.key for word in evidence.of("context") if word.term.cls == "item" and gap(word, thing.word) <= 60
    }
    worn = rules.among("worn")
    if items & worn or any(word in thing.word.term.key for word in worn if len(word) > _SHORT):
        return ("IVC", "IJW")
    return ("IVC",) if items and "TUS" in thing.codes else thing.codes
