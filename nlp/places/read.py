"""Names of places in one text: candidates first, then which of them are meant as places, and which place each is."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import regex

from nlp.context import Context
from nlp.facts.cues import Cues
from nlp.facts.tables import countries, home, tongues, view
from nlp.places.gazetteer import FOLDER, WORD, Place, gazetteer, unspaced
from nlp.places.inflected import inflected
from nlp.text import Folded

_ASCII_TOKEN = re.compile(r"[a-z]++(?:'s\b)?")
_MOST_WORDS, _MOST_TOKENS = 4, 20_000
_JOINTS = str.maketrans("-'", "  ")
_ROMANCE = frozenset({"fr", "es", "it", "pt"})
_ALONE_BEFORE = frozenset(".,;:!?\n()[]|/·•–—-。，、；：！？။៖។၊→📍🏠")
# What stands behind the name of a place in reports.
_PLACED = regex.compile(
    r"(?:'s)? (?:international |national |sea ?|land |border )?(?:airport|port|border|road|highway|county|district|province|region|state|village|town|"  # noqa: E501
    r"city|park|reserve|forest|market|island|station|checkpoint|customs|court|area|municipality|prefecture|crossing|flughafen|hafen|havaliman|limani|"
    r"sinir|luchthaven|haven|जिले|जिला|में|हवाई)"
)
_KATAKANA = regex.compile(r"[\u30a1-\u30fa\u30fc]+")
_SURE, _BIG = 3.0, 100_000


@dataclass(frozen=True, slots=True)
class Hit:
    """A name that may be a place: folded offsets, the folded name, and what speaks for it."""

    start: int
    end: int
    name: str
    cue: str
    alone: bool
    capital: bool
    attributive: bool = False
    inside: bool = False
    glued: bool = False
    placed: bool = False


@lru_cache(maxsize=1)
def _cues() -> Cues:
    lines = (FOLDER / "cues.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split("\t") for line in lines]
    entries = [(role, lang, phrase) for role, lang, phrases in rows for phrase in phrases.split("|")]
    return Cues(sorted(entries, key=lambda entry: entry[0] != "seat"))


def candidates(text: str, context: Context) -> Iterator[Hit]:
    """Names of the gazetteer in a text, the longest at each place."""
    folded = view(text)
    spans = [*_spaced(folded, context), *gazetteer().wide(folded.text)]
    if not spans:
        return
    ends = {
        cue.end: cue.role for cue in _cues().find(folded.text, tongues(context.language.code, context.country), folded)
    }
    others = gazetteer().phrases(folded.text)
    for start, end in spans:
        if any(first <= start and end <= last for first, last in others) or _in_katakana(folded.text, start, end):
            continue
        hit = _hit(folded, start, end, ends, context)
        if hit is not None:
            yield hit


def _hit(folded: Folded, start: int, stop: int, ends: dict[int, str], context: Context) -> Hit | None:
    """What speaks for the name at these offsets; None for a small-lettered word that nothing speaks for (most words)."""  # noqa: E501
    text = folded.text
    floor, left = max(0, start - 200), start
    while left > floor and text[left - 1] in " :：":
        left -= 1
    cue, letter = ends.get(left, ""), folded.original[folded.span(start, stop)[0]]
    apart = left == floor or text[left - 1] in _ALONE_BEFORE
    if (
        letter.islower()
        and not (cue or apart or context.kind == "news" or _PLACED.match(text, stop))
        and letter != letter.upper()
    ):
        return None  # it could not reach three points: see `_sure`
    end = stop - 1 if text[stop - 1 : stop + 1] == "市内" and text[start : stop - 1] in gazetteer() else stop
    name = text[start:end] if text[start:end] in gazetteer() else " ".join(text[start:end].translate(_JOINTS).split())
    right = text[end : end + 8].lstrip(" ")[:1] or "."
    return Hit(
        start,
        end,
        name,
        cue=cue,
        alone=apart and right in _ALONE_BEFORE,
        capital=letter.isupper(),
        attributive=context.language.code in _ROMANCE and _attributive(text, start),
        inside=_inside(text, start, end),
        glued=_glued(text, start),
        placed=_PLACED.match(text, end) is not None,
    )


def _in_katakana(text: str, start: int, end: int) -> bool:
    """Katakana go on beside a name in katakana: a piece of another word (リュウキュウヤマガメ)."""
    around = text[start - 1 : start] if start else "", text[end : end + 1]
    return _KATAKANA.fullmatch(text, start, end) is not None and any(
        _KATAKANA.fullmatch(char) for char in around if char
    )


def _glued(text: str, start: int) -> bool:
    """Letters of such a script (but Han and kana) stand right before the name."""
    return 0xE00 <= ord(text[start]) < 0x1800 and start > 0 and unspaced(text[start - 1])


def _inside(text: str, start: int, end: int) -> bool:
    """Letters of a script without spaces go on at both sides, so that the name may be a piece of other words."""
    return (0xE00 <= ord(text[start]) < 0x1800 and start > 0 and end < len(text)
            and unspaced(text[start - 1]) and unspaced(text[end]))  # fmt: skip


def _spaced(folded: Folded, context: Context) -> Iterator[tuple[int, int]]:
    """Runs of one to four words that are names, in scripts with spaces. In cased scripts they begin with a capital;
    small letters are let through for single words and pairs of people who write no capitals at all.
    """
    text, names, original, starts = folded.text, gazetteer().names, folded.original, folded.starts
    pattern: Any = _ASCII_TOKEN if text.isascii() else WORD
    tokens = [found.span() for found in islice(pattern.finditer(text), _MOST_TOKENS)]
    words = [text[start:stop] for start, stop in tokens]
    words.append("")
    names_of, german = gazetteer().places, context.language.code == "de" and context.kind == "news"
    heads, seconds, skip = gazetteer().heads, gazetteer().seconds, 0
    # Where a name may begin: most words of a text begin none, and no language but later ones glues anything to it.
    hopeful = [
        at
        for at, word in enumerate(words[:-1])
        if word in names
        or (word in heads and words[at + 1] in seconds)
        or word >= "\u0600"
        or (german and word.endswith("er"))
    ]
    for at in hopeful:
        start, stop = tokens[at]
        if at < skip or stop - start > 60 or unspaced(text[start]):
            continue
        first = original[start if starts is None else starts[start]]
        small = first.islower()
        if small and context.kind == "news":
            continue
        last, most = at, min(at + (1 if small else _MOST_WORDS - 1), len(tokens) - 1)
        while last < most and _joined(text, tokens[last][1], tokens[last + 1][0]):
            last += 1
        for end_token in range(last, at - 1, -1):
            end = tokens[end_token][1]
            name = text[start:end]
            if name in names or (end_token > at and "-" in name and name.replace("-", " ") in names):
                yield start, end
                skip = end_token + 1
                break
        else:
            if german and text[start:stop].endswith("er"):
                if first.isupper() and any(p.population >= _BIG for p in names_of(text[start : stop - 2])):
                    yield start, stop - 2  # Hamburger Hafen
            elif stop - start > 1 and ord(first) >= 0x600:
                yield from inflected(text, start, stop)


def _joined(text: str, end: int, start: int) -> bool:
    gap = start - end
    return (gap == 1 and text[end] in " -'") or (gap == 2 and text[end:start] == ". ")


_ATTRIBUTE = regex.compile(r"[\p{Ll}]{3,} (?:de|di|du|da|do|d'|von|del|des)\s?\Z")
_PLACE_NOUN = regex.compile(r"(?:pres|cerca|perto|ville|ciudad|cidade|region|regiao|zona|puerto|porto|aeropuerto|aeroporto|aeroport|departement|"  # noqa: E501
                            r"provincia|estado|envio|desde|distrito|municipio|port|commune|mairie|environs|alrededores|frontera|gare|"
                            r"douane|douanes|parc|selva|mercado|marche|tribunal|juzgado|policia|police) (?:de|di|du|da|do|d'|von|del|des)\s?\Z")  # fmt: skip  # noqa: E501


def _attributive(text: str, start: int) -> bool:
    """ "dentelle de Calais": the place tells where a thing is from, not where it is sold."""
    before = text[max(0, start - 24) : start]
    return _ATTRIBUTE.search(before) is not None and _PLACE_NOUN.search(before) is None


def only(name: str) -> bool:
    """Whether all places of a name lie in one country."""
    return len({place.country for place in gazetteer().places(name)}) == 1


@lru_cache(maxsize=64)
def _kin(language: str) -> frozenset[str]:
    """Countries where a language is one of trade."""
    return frozenset(code for code, (_, _, langs) in countries().items() if language in langs)


def choose(hit: Hit, context: Context, named: frozenset[str]) -> tuple[Place, float] | None:
    """The place that a name means here, and how sure; None for an ordinary word. `named`: countries of other sure names."""  # noqa: E501
    places = gazetteer().places(hit.name)
    at = home(context.language.code, context.country)
    kin = _kin(context.language.code) if not context.country else frozenset()
    best: tuple[float, Place] | None = None
    for place in places:
        score = math.log10(place.population + 10) / 2
        score += 4 if place.country == at else 2.5 if place.country in named else 1.0 if place.country in kin else 0
        score += 0.3 if place.precision != "province" else 0
        if best is None or score > best[0]:
            best = (score, place)
    if best is None:
        return None
    place = best[1]
    sure = _sure(hit, place, context, at, named)
    return (place, sure) if sure >= _SURE else None


def _sure(hit: Hit, place: Place, context: Context, at: str, named: frozenset[str]) -> float:
    """Points for a name being meant as this place; three are enough."""
    first, at_home = hit.name[0], bool(context.country)
    cased = first.isalpha() and (first.upper() != first)
    near = place.country == at or place.country in named
    langs = gazetteer().words.get(hit.name, frozenset())
    ordinary = bool(langs & {context.language.code}) or (
        bool(langs & {"en"}) and context.language.code in ("tl", "ms", "id", "hi", "sw")
    )
    foreign_word = bool(langs) and not ordinary and context.language.code == "und"
    points = 1.0 + (1.5 if near else 0.0)
    points += 1.0 if hit.cue else 0.0
    points += 0.7 if hit.alone else 0.0
    points += 0.6 if place.population >= _BIG else 0.0
    points += 0.5 if place.population >= 1_000_000 else 0.0
    points += 0.5 if not at and not langs and place.population >= 500_000 else 0.0  # nothing says where we are
    if cased:
        points += 0.6 if hit.capital else -1.6
    elif len(hit.name) >= 3 or near:
        points += 0.5
    if not cased and len(hit.name) == 2 and place.population < _BIG:
        points -= 1.0
    points += 1.2 if hit.placed else 0.0
    points += 0.8 if context.kind == "news" and cased and hit.capital and len(hit.name) > 3 else 0.0
    if hit.inside and not hit.cue:
        points -= 1.5
    if hit.glued and not hit.cue:
        points -= 1.2
    if 0xE00 <= ord(first) < 0x1800 and len(hit.name) <= 4 and not hit.cue and not hit.alone:
        points -= 1.5
    if hit.attributive and context.kind != "news":
        points -= 2.5
    if ordinary or foreign_word:
        points -= 1.7 if not (hit.cue and hit.capital) else 0.9
    kin = context.kind == "news" and not at_home and place.country in _kin(context.language.code)
    points += 0.8 if kin and not near else 0.0  # Voi in Swahili, whatever country most of its readers live in
    if len(hit.name) <= 3 and cased:
        points -= 0.4 if hit.name.isascii() and place.precision in ("city", "province") and (near or kin) else 1.2
    if place.precision == "country":
        points = 4.0 if hit.cue or context.kind == "news" else 2.0
    return points
