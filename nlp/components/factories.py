"""spaCy factories, one a component. Each reads and adds to `doc.user_data["state"]`; see `nlp.pipeline` for the
order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from nlp.components.quantities import nouns
from nlp.components.relevance import Judge
from nlp.components.taxa import taxa, terms
from nlp.components.trade import trade
from nlp.evidence import ANIMAL, FIELDS, Evidence
from nlp.facts.whole import Facts, read
from nlp.learned import Model, Models, sharpen
from nlp.light import Doc, Span
from nlp.light import Language as Pipeline
from nlp.records import FieldName
from nlp.rules import rules
from nlp.taxonomy import taxonomy
from nlp.things import Thing, things
from nlp.verdict import Verdict

_HALVES = re.compile("[\ud800-\udfff]")  # lone halves of surrogate pairs: spaCy refuses them


@dataclass(slots=True)
class State:
    """What the components of one text hand on to each other."""

    evidence: Evidence
    starts: dict[FieldName, int]
    models: Models
    things: list[Thing] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    out: dict[str, Any] = field(default_factory=dict)
    facts: Facts | None = None
    model: Model | None = None


def joined(text: Any) -> tuple[str, dict[FieldName, int]]:
    """The text of the Doc (the fields, a line end between) and where each field starts in it."""
    parts, starts, at = [], {}, 0
    for name in FIELDS:
        value: str = getattr(text, name)
        if value:
            starts[name] = at
            parts.append(value)
            at += len(value) + 1
    return _HALVES.sub("\ufffd", "\n".join(parts)), starts


def _state(doc: Doc) -> State:
    state: State = doc.user_data["state"]
    return state


@Pipeline.factory("osint_things")
def make_things(nlp: Pipeline, name: str) -> Any:
    """Animals and products named; also as spans `doc.spans["things"]`, labelled with their group."""
    tables, weights = taxonomy(), rules()

    def component(doc: Doc) -> Doc:
        state = _state(doc)
        state.things = things(state.evidence, tables, weights)
        spans = []
        for word in state.evidence.of(*ANIMAL):
            start = state.starts[word.field]
            span = doc.char_span(start + word.start, start + word.end, label=word.term.cls, alignment_mode="expand")
            if isinstance(span, Span):
                spans.append(span)
        doc.spans["things"] = spans
        return doc

    return component


@Pipeline.factory("osint_relevance")
def make_relevance(nlp: Pipeline, name: str) -> Any:
    """The verdict and its reasons, the share of the learned part among them."""
    judge = Judge(rules())

    def component(doc: Doc) -> Doc:
        state = _state(doc)
        state.verdict = judge(state.evidence, state.things)
        state.model = sharpen(state.models, state.evidence, state.verdict, state.things)
        return doc

    return component


@Pipeline.factory("osint_taxa")
def make_taxa(nlp: Pipeline, name: str) -> Any:
    """Taxa that the verdict rests on."""
    tables = taxonomy()

    def component(doc: Doc) -> Doc:
        state = _state(doc)
        state.out["taxa"] = taxa(state.verdict, tables, state.evidence)
        return doc

    return component


@Pipeline.factory("osint_products")
def make_products(nlp: Pipeline, name: str) -> Any:
    """CITES trade terms."""
    weights = rules()

    def component(doc: Doc) -> Doc:
        state = _state(doc)
        state.out["terms"] = terms(state.verdict, state.evidence, weights)
        return doc

    return component


@Pipeline.factory("osint_trade")
def make_trade(nlp: Pipeline, name: str) -> Any:
    """Offered, wanted or sent."""

    def component(doc: Doc) -> Doc:
        state = _state(doc)
        state.out["trade"] = trade(state.evidence, state.verdict.relevant)
        return doc

    return component


@Pipeline.factory("osint_facts")
def make_facts(nlp: Pipeline, name: str) -> Any:
    """Price, amounts, contacts, places, dates, and the events of relevant news; settled across the fields."""

    def component(doc: Doc) -> Doc:
        state = _state(doc)
        evidence = state.evidence
        state.facts = read(
            evidence.text,
            evidence.context,
            counted=nouns(evidence.words),
            taxa=state.out.get("taxa", ()),
            relevant=state.verdict.relevant,
            alive=[term.code for term in state.out.get("terms", ())] == ["LIV"] and evidence.text.kind != "news",
        )
        return doc

    return component


ORDER = ("osint_things", "osint_relevance", "osint_taxa", "osint_products", "osint_trade", "osint_facts")
