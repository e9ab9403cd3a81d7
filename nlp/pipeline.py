"""The reader: text in, `Analysis` out. A fast pass over the raw text decides whether a spaCy Doc is built at all."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, NamedTuple

from nlp import compiled
from nlp.calibration import LEARNED, calibration
from nlp.components.factories import ORDER, State, joined
from nlp.components.relevance import Judge
from nlp.context import Context
from nlp.disguise import Disguises
from nlp.evidence import Evidence, Scan, gather, scan
from nlp.facts.whole import Facts, read
from nlp.language import detect, identifier
from nlp.learned import Model, Models
from nlp.lexicon import FOLDER, further, load
from nlp.light import blank
from nlp.match import Matcher
from nlp.places.gazetteer import gazetteer
from nlp.records import Analysis, Language, Text
from nlp.rules import rules
from nlp.taxonomy import taxonomy
from nlp.things import Thing, things
from nlp.tokenizer import ScriptTokenizer
from nlp.verdict import Verdict

log = logging.getLogger(__name__)

VERSION = "2026.11"
_BATCH = 200  # texts a memory zone: strings of unseen words are given back at its end


@contextmanager
def tables_at_rest() -> Iterator[None]:
    """Load tables with the garbage collector off, and leave what was loaded out of its later rounds.

    Half a million records that live as long as the process: collecting while they are made costs a third of the
    start, and every full round afterwards would walk them all.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


class Weighed(NamedTuple):
    """A text as the rules see it. `named`: whether it names anything, so that a model may speak."""

    evidence: Evidence
    things: list[Thing]
    verdict: Verdict
    named: bool


class Reader:
    """Reads texts. Costs about two seconds to build; keep one a process (it cannot be pickled: build one in each
    worker).

    `facts="named"` draws prices, places and the like only from texts that name an animal, a product or an innocent
    use of
    one; it is for streams in which most texts name none. `extra_lexicon` is a folder of further word tables in the
    form of `nlp/lexicons`; a wrong row raises
    `nlp.lexicon.LexiconError` naming file and line. `models` is a folder of models of single sources, as `osint train`
    writes them; one that cannot be used is named in `models.problems`, and the rules go on without it.
    """

    def __init__(
        self, extra_lexicon: Path | None = None, facts: Literal["all", "named"] = "all", models: Path | None = None
    ) -> None:
        self._facts_of_all = facts == "all"
        with tables_at_rest():
            self._build(extra_lexicon, models)

    def _build(self, extra_lexicon: Path | None, models: Path | None) -> None:
        words = self._words(extra_lexicon)
        identifier(), gazetteer(), taxonomy()  # now, so that they are left out of the collector's rounds
        self._judge = Judge(rules())
        self.models = Models(models)
        for problem in self.models.problems:
            log.warning(problem)
        self._calibration = calibration()
        self._pipeline = blank("xx")
        self._pipeline.tokenizer = ScriptTokenizer(self._pipeline.vocab)
        self._pipeline.max_length = (
            100_000_000  # characters; no parser runs here, the tokenizer stops splitting earlier
        )
        for name in ORDER:
            self._pipeline.add_pipe(name)
        extra = sum(1 for path in extra_lexicon.glob("*.tsv") for _ in path.open()) if extra_lexicon else 0
        self.versions: tuple[tuple[str, str], ...] = (
            ("reader", VERSION),
            ("lexicon", f"{words} words" + (f" (+{extra} lines of {FOLDER.name} added)" if extra else "")),
            ("rules", rules().version),
            ("models", self.models.version),
            ("calibration", self._calibration.version),
            ("spacy", version("spacy")),
        )

    def _words(self, extra: Path | None) -> int:
        """Build what finds words, from the compiled tables where they will do; the number of words of the lists."""
        added = further(extra)
        try:
            # Rows that switch words off change what a disguise may hide: they are rare, and all is read again.
            ready = None if any("off" in term.flags for term in added) else compiled.load()
        except compiled.CompiledError as error:
            ready = None
            log.warning("%s: reading the word tables instead (seconds longer)", error)
        if ready is not None:
            self.matcher, self.disguises = Matcher(added, ready), Disguises(added, ready)
            return ready.words + len(added)
        words, tables = load(extra), taxonomy()
        self.matcher = Matcher([*words, *tables.name_terms(), *tables.scientific_terms()])
        self.disguises = Disguises(words)
        return len(words)

    def read(self, text: Text) -> Analysis:
        """The analysis of one text."""
        return next(self.read_many([text]))

    def weigh(self, text: Text) -> Weighed:
        """What the rules alone make of a text: what the learned part learns from."""
        first = scan(text, self.matcher, self.disguises)
        language = self._language(text)
        evidence = Evidence(text, language, Context(text.kind, text.country, language, text.published))
        if not first.animals:
            return Weighed(evidence, [], self._judge(evidence, []), False)
        evidence = gather(text, first, language, evidence.context)
        named = things(evidence, taxonomy(), rules())
        return Weighed(evidence, named, self._judge(evidence, named), True)

    def read_many(self, texts: Iterable[Text]) -> Iterator[Analysis]:
        """The analyses of many texts, in their order."""
        batch: list[Text] = []
        for text in texts:
            batch.append(text)
            if len(batch) == _BATCH:
                yield from self._zone(batch)
                batch = []
        if batch:
            yield from self._zone(batch)

    def _zone(self, texts: list[Text]) -> list[Analysis]:
        with self._pipeline.memory_zone():
            return [self._read(text) for text in texts]

    def _read(self, text: Text) -> Analysis:
        first = scan(text, self.matcher, self.disguises)
        language = self._language(text)
        context = Context(text.kind, text.country, language, text.published)
        if not first.animals:
            return self._plain(text, language, context)
        return self._full(text, first, language, context)

    @staticmethod
    def _language(text: Text) -> Language:
        return detect(f"{text.title}\n{text.text}".strip() or text.seller_text, text.country)

    def _plain(self, text: Text, language: Language, context: Context) -> Analysis:
        """Nothing of interest is named: no Doc, the facts alone."""
        found = read(text, context, relevant=False) if self._facts_of_all else None
        verdict = self._judge(Evidence(text, language, context), [])
        return self._analysis(text, language, verdict, {}, found, ())

    def _full(self, text: Text, first: Scan, language: Language, context: Context) -> Analysis:
        evidence = gather(text, first, language, context)
        whole, starts = joined(text)
        doc = self._pipeline.make_doc(whole)
        state = State(evidence, starts, self.models)
        doc.user_data["state"] = state
        for _, component in self._pipeline.pipeline:
            doc = component(doc)
        return self._analysis(
            text, language, state.verdict, state.out, state.facts, _masked(state.verdict), state.model
        )

    def _analysis(self, text: Text, language: Language, verdict: Verdict, out: dict[str, Any], found: Facts | None,
                  masked: tuple[str, ...], model: Model | None = None) -> Analysis:  # fmt: skip
        facts = found or Facts(None, (), (), (), (), ())
        return Analysis(
            id=text.id,
            language=language,
            relevant=verdict.relevant,
            score=round(self._calibration.score(LEARNED if model else text.kind, verdict.points), 6),
            reasons=tuple(verdict.reasons),
            taxa=out.get("taxa", ()),
            terms=out.get("terms", ()),
            trade=out.get("trade", "none"),
            price=facts.price,
            quantities=facts.quantities,
            contacts=facts.contacts,
            locations=facts.locations,
            dates=facts.dates,
            events=facts.events,
            masked=masked,
            versions=(*self.versions, ("model", f"{model.name} {model.version}")) if model else self.versions,
        )


def _masked(verdict: Verdict) -> tuple[str, ...]:
    """The disguises of the words that the verdict rests on."""
    found: list[str] = []
    for thing in verdict.things:
        found.extend(thing.word.disguise)
        if thing.part is not None:
            found.extend(thing.part.disguise)
        if thing.form == "code":
            found.append("code word")
        if thing.form in ("described", "unnamed"):
            found.append("described, not named")
        if thing.form == "emoji" and not any(other.form != "emoji" for other in verdict.things):
            found.append("emoji for the animal")
    return tuple(dict.fromkeys(found))
