"""What the words of one text are, before anything is judged: hits by field, gated by language, overlaps resolved."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from nlp.context import Context
from nlp.denial import denied
from nlp.disguise import Disguises
from nlp.facts.tables import view
from nlp.lexicon import Term
from nlp.match import Hit, Matcher
from nlp.patterns import script
from nlp.records import FieldName, Language, Text
from nlp.text import Folded

ANIMAL = frozenset({"group", "product", "code", "name", "taxon"})
FIELDS: tuple[FieldName, ...] = ("title", "text", "seller_text")
# Languages whose accents tell words apart, so that a term without its marks is another word.
MARKED = frozenset({"vi", "fr", "es", "pt", "de", "tr", "it"})
_KIN = {"id": "ms", "ms": "id", "tl": "en"}
# What a seller says who will not be found: to those who know, no names, no papers.
HUSH = frozenset({"discretion", "unsaid", "no_papers"})
_STYLED = "styled letters"
_INVISIBLE = "invisible characters"
_ACCENTS = "accents"
_REPEATS = 6  # times that one word counts in one field; more says nothing new
_MOST = 1500  # words of one field
_RANK = {"product": 0, "code": 1, "taxon": 2, "name": 3, "group": 4}


class Word(NamedTuple):
    """A hit that counts, at original offsets of its field. `weak`: it needs support from its surroundings."""

    term: Term
    field: FieldName
    start: int
    end: int
    text: str
    weak: bool
    disguise: tuple[str, ...]


@dataclass(slots=True)
class Scan:
    """The first pass over a text: its folded fields and raw hits."""

    folded: dict[FieldName, Folded]
    hits: dict[FieldName, list[Hit]]

    @property
    def animals(self) -> bool:
        """Whether any animal, product, code word or picture of one is named, or something that the seller will not
        name."""
        hints = set()
        hush = set()
        tile = "text" not in self.folded  # a title alone: its kind of goods may say enough
        for hits in self.hits.values():
            for hit in hits:
                if hit.term.kind in ANIMAL or hit.term.kind == "emoji":
                    return True
                if tile and hit.term.cls.startswith("broad_"):
                    return True
                if hit.term.cls in ("unsaid", "hint") and hit.term.kind == "context":
                    hints.add(hit.term.key)
                if hit.term.kind == "trait":
                    hints.add(hit.term.key)
                if hit.term.cls in HUSH and "weak" not in hit.term.flags:
                    hush.add(hit.term.key)
        return len(hints) > 1 or len(hush) > 1


@dataclass(slots=True)
class Evidence:
    """The words of a text by kind; `covered` holds animal words that an innocent phrase explains away, `denied` the
    materials that the text says it is not (not plastic), `disowned` the animals and products (not ivory), `inner`
    the names of taxa inside a longer product or group (blue shark in blue shark fins).
    """

    text: Text
    language: Language
    context: Context
    words: list[Word] = field(default_factory=list)
    covered: list[tuple[Word, Word]] = field(default_factory=list)
    denied: list[Word] = field(default_factory=list)
    disowned: list[Word] = field(default_factory=list)
    inner: list[Word] = field(default_factory=list)

    def of(self, *kinds: str) -> list[Word]:
        """The words of some kinds, in order of field and place."""
        return [word for word in self.words if word.term.kind in kinds]


def scan(text: Text, matcher: Matcher, disguises: Disguises) -> Scan:
    """Both lanes over every field. Linear; no language is needed yet."""
    folded: dict[FieldName, Folded] = {}
    hits: dict[FieldName, list[Hit]] = {}
    for name in FIELDS:
        value: str = getattr(text, name)
        if not value:
            continue
        lane = view(value)
        found = matcher.scan(lane.text)
        rewritten = disguises.rewrite(lane.text)
        if rewritten is not None:
            for hit in matcher.scan(rewritten.text):
                touched = rewritten.touched(hit.start, hit.end)
                if touched and hit.term.kind in ("group", "name", "product", "code", "part", "taxon"):
                    found.append(Hit(hit.term, *rewritten.back(hit.start, hit.end), touched))
        folded[name], hits[name] = lane, found
    return Scan(folded, hits)


def gather(text: Text, first: Scan, language: Language, context: Context) -> Evidence:
    """Gate the raw hits by language and marks, then resolve overlaps."""
    evidence = Evidence(text, language, context)
    for name, hits in first.hits.items():
        lane = first.folded[name]
        bare = lane.original.isascii()
        words: list[Word] = []
        seen: Counter[tuple[str, str]] = Counter()
        speaks: dict[int, bool] = {}
        for hit in hits:
            term = hit.term
            if id(term) not in speaks:
                speaks[id(term)] = _speaks(term, language)
            if not speaks[id(term)] or seen[term.kind, term.key] >= _REPEATS or len(words) >= _MOST:
                continue
            word = _word(hit, name, lane, language, bare)
            if word is not None:
                seen[term.kind, term.key] += 1
                words.append(word)
        kept, covered = _resolve(words)
        evidence.words.extend(kept)
        evidence.covered.extend(covered)
        evidence.inner.extend(_inner(words, kept))
    evidence.words, evidence.denied, evidence.disowned = denied(evidence.words, text, language.code)
    return evidence


def _speaks(term: Term, language: Language) -> bool:
    """Whether a term of its language is to be read in a text of this language."""
    lang, here = term.lang, language.code
    cue = term.kind in ("innocent", "trade", "enforcement") and lang != "any"
    if cue and len(term.key) == 1 and term.key > "\u2e7f":
        return False  # 本, 头, 有: too many meanings to be a cue
    if lang in ("any", here) or _KIN.get(here) == lang or here == "und":
        return True
    size = len(term.key)
    if lang == "en" and (size > 4 or " " in term.key):
        return term.kind in ANIMAL or term.kind in ("part", "innocent", "trade", "context")
    if script(term.key[0]) not in ("alpha", "kana", "plain") or (
        script(term.key[0]) == "plain" and here not in ("zh", "ja")
    ):
        return True
    if term.kind in ANIMAL or term.kind == "innocent":
        if language.confidence < 0.7:
            return size > 5
        return " " in term.key and size > 8 and term.kind != "name"
    return False


def _word(hit: Hit, name: FieldName, lane: Folded, language: Language, bare: bool) -> Word | None:
    """The hit at original offsets, or None when its marks make it another word."""
    term = hit.term
    start, end = lane.span(hit.start, hit.end)
    surface = lane.original[start:end]
    if language.code == "tr" and hit.disguise and ("'" in surface or "’" in surface):
        return None  # Van'da: in Van, and no orchid
    disguise = list(hit.disguise)
    if not surface.isascii() or not term.word.isascii():
        verdict = _marks(term, surface, bare, bool(hit.disguise), language)
        if verdict is None:
            return None
        disguise.extend(verdict)
    plain = script(term.key[0]) == "plain"
    size = len(term.key)
    short = size == 1 if term.key[0] > "\u2e7f" else size <= (2 if plain else 3)
    weak = "amb" in term.flags or short
    return Word(term, name, start, end, surface, weak, tuple(dict.fromkeys(disguise)))


def _marks(term: Term, surface: str, bare: bool, disguised: bool, language: Language) -> tuple[str, ...] | None:
    """Disguises of the letters themselves; None when the marks say that this is another word."""
    found = []
    if any(unicodedata.category(char) == "Cf" for char in surface):
        found.append(_INVISIBLE)
    if term.kind not in ANIMAL and term.kind != "part" and term.lang != "vi" and len(term.key) > 4:
        return tuple(found)
    wide = unicodedata.normalize("NFKC", surface)
    if wide != unicodedata.normalize("NFC", surface) and any(char.isalpha() and ord(char) > 0x2000 for char in surface):
        found.append(_STYLED)
    if script(term.key[0]) != "alpha" or term.key[0] > "\u024f":
        return tuple(found)
    mine = unicodedata.normalize("NFC", term.word).casefold()
    theirs = unicodedata.normalize("NFC", "".join(c for c in wide.casefold() if unicodedata.category(c) != "Cf"))
    if disguised:
        letters = "".join(char for char in theirs if char.isalpha())
        target = "".join(char for char in mine if char.isalpha())
        other = len(letters) == len(target) and letters != target and _accented(letters)
        return None if other and language.code in MARKED else tuple(found)
    if theirs.startswith(mine) or (not _accented(mine) and not _accented(theirs)):
        return tuple(found)
    if _accented(mine) and not _accented(theirs):
        if language.code == "vi" or term.lang == "vi":
            if term.kind not in ANIMAL and term.kind != "part":
                return () if bare else None
            return (*found, _ACCENTS) if (bare or " " in mine) and len(term.key) > 5 else None
        return tuple(found) if bare or len(term.key) > 5 else None
    if not _accented(mine) and language.code not in MARKED:
        return (*found, _ACCENTS)
    return tuple(found) if _accented(mine) and term.lang != "vi" and len(term.key) > 5 else None


def _accented(word: str) -> bool:
    return not word.isascii() and any(
        "\u0300" <= char <= "\u036f" or char in "đıø" for char in unicodedata.normalize("NFD", word)
    )


def _resolve(words: Iterable[Word]) -> tuple[list[Word], list[tuple[Word, Word]]]:
    """Longest reading first: a longer animal word or an innocent phrase takes the animal words inside it."""
    animals = [word for word in words if word.term.kind in ANIMAL]
    innocents = [word for word in words if word.term.kind == "innocent"]
    offices = [word for word in words if word.term.kind == "enforcement"]  # công is a peacock, công an the police
    kept: list[Word] = []
    covered: list[tuple[Word, Word]] = []
    for word in words:
        kind = word.term.kind
        if kind not in ANIMAL:
            if kind == "part" or not any(_inside(word, other, strict=True) and not other.weak for other in animals):
                kept.append(word)
            continue
        cover = next((other for other in innocents if _inside(word, other) and _may_cover(word, other)), None)
        if cover is not None:
            covered.append((word, cover))
        elif not any(_inside(word, other, strict=True) and _rules(word, other) for other in animals) and not any(
            _inside(word, other, strict=True) for other in offices
        ):
            kept.append(word)
    return kept, covered


def _inner(words: Iterable[Word], kept: Iterable[Word]) -> list[Word]:
    """Names of taxa that a longer product, code word or group took."""
    longer = [word for word in kept if word.term.kind in ("product", "code", "group")]
    names = [word for word in words if word.term.kind in ("name", "taxon")]
    return [name for name in names if any(_inside(name, other, strict=True) for other in longer)]


def _inside(word: Word, other: Word, strict: bool = False) -> bool:
    if other.start > word.start or other.end < word.end:
        return False
    return other.end - other.start > word.end - word.start or not strict


def _may_cover(word: Word, other: Word) -> bool:
    """A brand or colour phrase takes the animal inside it; an equal span only when the animal word is doubtful."""
    longer = other.end - other.start > word.end - word.start
    return longer or (word.weak and word.term.kind != "code") or word.term.kind in ("name", "taxon")


def _rules(word: Word, other: Word) -> bool:
    """Whether the longer animal word replaces the shorter one: always, but a doubtful name takes nothing from a
    product."""
    return not (other.term.kind in ("name", "taxon") and other.weak and word.term.kind in ("product", "group"))


def rank(word: Word) -> int:
    """Which of several readings of one span to prefer."""
    return _RANK.get(word.term.kind, 9)
