"""News: relevant when it reports wildlife crime. An animal that is no part or product must be what the report is about:
counted, or named among words of wildlife; in reports of drugs, matches and films it is a name or a logo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nlp.components import cues, quantities
from nlp.evidence import Evidence, Word
from nlp.facts.agencies import acted
from nlp.facts.cues import Cue, load
from nlp.facts.reports import parts
from nlp.facts.tables import tongues, view
from nlp.records import FieldName, Quantity
from nlp.rules import Rules
from nlp.things import Thing, beside, gap
from nlp.verdict import Verdict

_CRIME = ("seizure", "arrest", "conviction", "smuggling", "poaching")
_NOT_NEWS = ("image_media", "sport_team", "toy_plush", "brand", "pattern_print", "campaign")
_AMOUNTS = frozenset({"kg", "g", "t", "lb", "pieces", "animals", "pairs", "viss"})
_WIDER = {"Taeniopygia guttata": "Passeriformes"}  # the group holds leafbirds and bulbuls too
_NEAR = 16  # characters between a number and the animal that it counts


def judge(rules: Rules, evidence: Evidence, things: Sequence[Thing], verdict: Verdict) -> Verdict:
    """Adds up what a report says; see `models/rules.toml`."""
    things = [thing for thing in things if not _agent(evidence, thing) and not _small_genus(thing)]
    return _judged(rules, evidence, things, verdict) if things else verdict


def _judged(rules: Rules, evidence: Evidence, things: Sequence[Thing], verdict: Verdict) -> Verdict:
    """The points of a report that names animals."""
    # A wild bird outside the Appendices is protected at home all the same.
    things = [_protected(thing) for thing in things]
    best = max(things, key=lambda thing: thing.base - (2 if thing.exempt else 0))
    verdict.things = [
        t for t in things if not t.exempt and (t is best or (t.base >= 1.0 and (beside(best, t) or not t.word.weak)))
    ]
    verdict.base(best)
    if best.exempt:
        verdict.add(rules, "exempt", 1.0, best.word)
    counted = _counted(evidence, verdict.things)
    # A doubtful word ("El Jaguar") lets crime words count for little.
    trust = 1.0 if counted else min(1.0, best.base)
    if counted and best.base < 1.0:
        verdict.add(rules, "news.counted", 1.0, best.word)
    around = [w for w in evidence.of("innocent") if gap(w, best.word) <= 12 and w.term.cls in _NOT_NEWS]
    aside = _aside(evidence, best, things, counted)
    if aside is not None:
        trust *= 0.3
        verdict.add(rules, "news.other", 1.0, aside)
    if around:
        trust *= 0.3
        verdict.add(rules, around[0].term.cls, 1.0, around[0])
    crimes: dict[str, Word] = {}
    for word in evidence.of("enforcement"):
        if word.field != "seller_text" and "weak" not in word.term.flags:
            crimes.setdefault(word.term.cls, word)
    found = [crimes[cls] for cls in _CRIME if cls in crimes]
    for place, word in enumerate(found):
        verdict.add(rules, "news.crime.more" if place else "news.crime", trust, word, f"news: {word.term.cls}")
    if not found and "police" in crimes and "customs" in crimes:
        verdict.add(rules, "news.crime", 0.8 * trust, crimes["customs"], "news: customs")
    elif not found and _acted(evidence, counted):
        verdict.add(rules, "news.crime", trust, best.word, "news: an agency acted")
    elif not found:
        verdict.add(rules, "news.quiet", 1.0, best.word)
    for cls in ("police", "customs"):
        if cls in crimes:
            verdict.add(rules, "news.police", trust, crimes[cls], f"news: {cls}")
    cues.more(rules, verdict, best, things)
    return verdict


def _protected(thing: Thing) -> Thing:
    """A wild bird outside the Appendices, no longer as exempt."""
    if not "".join(thing.groups[:1]).endswith("_noncites"):
        return thing
    return replace(thing, exempt=False, taxon=_WIDER.get(thing.taxon, thing.taxon))


def _small_genus(thing: Thing) -> bool:
    """Whether a genus is written small: Spanish "martes" is Tuesday, Martes the martens."""
    word = thing.word
    return word.term.kind == "taxon" and " " not in word.term.key and word.text[:1].islower()


def _agent(evidence: Evidence, thing: Thing) -> bool:
    """Whether the words are those of an agency: the Guardia Civil is also a hammerhead."""
    word = thing.word
    return any(
        other.field == word.field and other.start <= word.start and word.end <= other.end
        for other in evidence.of("enforcement")
        if other.term.cls in ("police", "customs")
    )


def _acted(evidence: Evidence, counted: bool) -> bool:
    """Whether an agency is named in a sentence that reports an arrest, or a seizure of what is counted."""
    langs = (evidence.context.language.code, evidence.context.country)
    roles = {"arrest", "conviction", "seizure"} if counted else {"arrest", "conviction"}
    every = [part for part in parts(evidence.text, tongues(*langs)) if part.roles & roles]
    return bool(every) and acted(evidence.text, every, "seizure", langs)[0] != ""


def _counted(evidence: Evidence, things: Sequence[Thing]) -> bool:
    """Whether animals or parts are counted or weighed right beside one of the things: "320 wild birds"."""
    nouns = quantities.nouns(evidence.words)
    classes = {thing.word.term.cls for thing in things}
    fields: tuple[FieldName, ...] = ("title", "text")
    for field in fields:
        words = [word for word in evidence.words if word.field == field and word.term.cls in classes]
        if not words:
            continue
        for item in quantities.find(field, getattr(evidence.text, field), evidence.context, nouns):
            if item.unit in _AMOUNTS and item.value > 1 and any(_beside(word, item) for word in words):
                return True
    return False


def _beside(word: Word, item: Quantity) -> bool:
    """Whether an amount covers a word, stands right before it, or right behind it."""
    covers = item.start < word.end and word.start < item.end
    return covers or 0 <= word.start - item.end <= _NEAR or 0 <= item.start - word.end <= _NEAR // 2


def _aside(evidence: Evidence, best: Thing, things: Sequence[Thing], counted: bool) -> Word | None:
    """The word that shows that the animal is not what is reported: other crime, a nickname, a match, a debate."""
    other = [w for w in evidence.of("context") if w.term.cls == "othercrime"]
    wild = [w for w in evidence.of("context") if w.term.cls == "wild"]
    if all(_named(evidence, thing) for thing in things if thing.groups == best.groups):
        return best.word
    material = best.material and best.form != "composite"
    if other and not (material or counted or wild):
        return other[0]
    topics = {field: _topics(evidence, field) for field in ("title", "text")}
    told = {w.term.cls for w in evidence.of("enforcement") if w.field == "title" and w.term.cls in _CRIME}

    def about(role: str) -> bool:
        return role in topics["title"] or len(topics["text"].get(role, ())) > 1

    if not (material or counted or wild) and any("sport" in said for said in topics.values()):
        return best.word
    if about("stage") and not (counted and told):
        return best.word
    for role in ("research", "policy", "zoo"):
        both = role in topics["title"] and len(topics["text"].get(role, ())) > 1
        if about(role) and (both or not counted) and (role in topics["title"] or not told):
            return best.word
    if about("zoo") and not told and not material:
        return best.word
    if about("conflict") and not told and not material:
        return best.word
    return None


def _topics(evidence: Evidence, field: str) -> dict[str, set[str]]:
    """The distinct words of each topic in one field."""
    out: dict[str, set[str]] = {}
    folded = view(getattr(evidence.text, field))
    for cue in _cues(evidence, field):
        out.setdefault(cue.role, set()).add(folded.text[cue.start : cue.end])
    return out


def _cues(evidence: Evidence, field: str) -> list[Cue]:
    folded = view(getattr(evidence.text, field))
    context = evidence.context
    return load("topics.tsv").find(folded.text, tongues(context.language.code, context.country), folded)


def _named(evidence: Evidence, thing: Thing) -> bool:
    """Whether an animal is a person, a gang or a brand: in quotation marks ("El Jaguar"), or after "known as"."""
    word = thing.word
    value: str = getattr(evidence.text, word.field)
    if thing.material:
        return value[word.end : word.end + 2].lstrip("\"'”’」》").startswith("牌")
    before, after = value[max(0, word.start - 12) : word.start], value[word.end : word.end + 12]
    if any(mark in before for mark in "\"'«“‘„「『") and any(mark in after for mark in "\"'»”’“」』"):
        return True
    folded = view(value)
    spans = (folded.span(cue.start, cue.end) for cue in _cues(evidence, word.field) if cue.role == "nick")
    return any(0 <= word.start - end <= 3 or 0 <= start - word.end <= 1 for start, end in spans)
