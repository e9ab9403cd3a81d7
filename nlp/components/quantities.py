"""Amounts of what is traded: weights, volumes, lengths and counts, each with its unit.

Sizes of three (55×35×9mm), ages, percentages, rates ("per kg"), prices and numbers without a unit are no quantities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import regex

from nlp.context import Context
from nlp.facts.cues import load
from nlp.facts.money import after as money_after
from nlp.facts.money import before as money_before
from nlp.facts.numbers import Amount, amounts
from nlp.facts.tables import spaced, stuck, tongues, view
from nlp.facts.units import Measure, unit_after, unit_before
from nlp.records import FieldName, Quantity
from nlp.text import Folded

_MOST = 400
_RATE = regex.compile(
    r"(?:/|\b(?:per|pro|je|mỗi|moi|tiap|setiap|por|par|за|в|every|each|kwa|kila|al|no|size|ni|nr|taille|talla|taglia|maat|gr\.|größe|grosse)|每|毎|प्रति|ต่อ|ต่อน้ำหนัก|لكل|№|#)\s*\Z"
)
_TIMES = regex.compile(r"[x×*хX✕]\s*\Z")
_SIZES = regex.compile(r"\s*(?:\p{L}{1,4}\.?|['\"″]{1,2})?\s*[x×*х✕]\s*[a-z]{0,2}[:.]?\s*\d")
_SET_OF = regex.compile(
    r"(?:\b(?:set|lot|bundle|pack|batch|collection|lote|juego|set|kit|conjunto|lotto|group|consignment|shipment) (?:of|de|di|com|van|aus|von)|\bset aus|\bisi)\s*\Z"  # noqa: E501
)
_GAP = regex.compile(r"[^\d.,;:!?\n()。，、،؛/%€$£¥₹]{0,34}\Z")
_WIDE_GAP = regex.compile(r"[^\d.,;:!?\n()。，、،؛/%]{0,8}\Z")
_STANDING = regex.compile(r"\b(?P<who>yapo|zipo|vipo|ipo|wapo|ninazo|ninayo|ninao|ninavyo|yako) \Z")
_AND_A_HALF = regex.compile(r" (?:e mei[ao]|y medi[ao]|et demie?|e mezz[oa]|and a half|setengah|na nusu|с половиной)\b")
# "15 to 20 animals a month" is no amount of a seizure.
_A_MONTH = regex.compile(
    r" (?:animals |birds |pieces |kg )?(?:an? (?:month|year|week|day)|"
    r"(?:per|each|every) (?:month|year|week|day)|par (?:mois|an)|"
    r"al (?:mes|mese)|por (?:mes|ano)|pro (?:monat|jahr)|per (?:maand|jaar|bulan)|в месяц|в год)\b"
)
# "64 paws of a bear" are parts, "12 ejemplares de tortuga" are tortoises.
_PART_OF = regex.compile(
    r" (?P<what>\p{L}+)(?: \p{L}+)? (?:of|de|di|von|van|vom|do|da|del|des|dos) "
    r"(?:the |el |la |los |le |les |der |den )?\Z"
)
_SPECIMEN = regex.compile(
    r"(?:ejempl|especi|exempl|indiv|esempl|specim|crias?\b|cachor|filhot|beb[ei]|cub|juven|jeun|jung|young|pairs?\b|kind|type|tipo|dozen|doz|docen|dezen|decin|"
    r"dizain|cente|hundred|thousand|mil|cuccio|pull|polluel|hatchl|welp|jong|soort|stuk|variet|parej|coppi|paar|casa|live|grup|group|shoal|flock|load|caisse|box|"
    r"cage|carg|ship|lot|case)"
)
_OF = regex.compile(r" (?:za|vya|ya|la|cha) ")
_MONTH = frozenset("月월")
_YEARS = range(1700, 2101)
_TOUCH = 2  # characters between a counted noun and its number
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})
_TERM = regex.compile(r"\b(?:miaka|miezi|siku|mwaka|wiki|saa) \Z")
_BEHIND = frozenset({"th", "lo", "km", "my"})  # the number follows the noun; a counter should follow the number
_SYLLABIC = _UNSPACED | {"ko"}  # their number words are also syllables of other words, and a counter follows them


class Noun(NamedTuple):
    """Words for something that is counted, at original offsets of a field: an animal, or a part or product of one."""

    field: str
    start: int
    end: int
    animal: bool


def nouns(words: Iterable[Any]) -> list[Noun]:
    """The nouns among lexicon words (`nlp.evidence.Word`): groups, names and taxa are animals, parts and products are not."""  # noqa: E501
    return [
        Noun(word.field, word.start, word.end, word.term.kind in ("group", "name", "taxon"))
        for word in words
        if word.term.kind in ("group", "name", "taxon", "part", "product", "code")
    ]


def find(field: FieldName, text: str, context: Context, counted: Sequence[Noun] = ()) -> list[Quantity]:
    """The quantities of one field, in order. `counted`: animals and products named, so that "12 star tortoises" counts."""  # noqa: E501
    folded = view(text)
    here = sorted(noun for noun in counted if noun.field == field)
    out: list[Quantity] = []
    seen: set[tuple[float, str]] = set()
    for amount in amounts(text, context.language.code, context.country)[:_MOST]:
        found = _measured(folded, amount, context) or _set_of(folded, amount) or _noun(folded, amount, here, context)
        if found is None:
            continue
        value, unit, start, end = found
        if unit == "animals" and context.language.code == "zh":
            first, last = folded.span(start, end)
            unit = "pieces" if _of_a_part(text, here, first, last) else unit
        if (value, unit) not in seen and 0 < value < 1e9:
            seen.add((value, unit))
            first, last = folded.span(start, end)
            out.append(Quantity(value, unit, text[first:last], field, first, last))
    return out


def _measured(folded: Folded, amount: Amount, context: Context) -> tuple[float, str, int, int] | None:
    """The amount with the unit beside it."""
    text, language, country = folded.text, context.language.code, context.country
    if amount.digits.startswith("0") and amount.digits[1:2].isdigit():
        return None
    if not amount.spoken and amount.start and spaced(text[amount.start - 1]):
        return None  # m3m3r4ng: digits inside a word
    measure = unit_after(folded, amount.end, language, country)
    start, end = amount.start, measure.end if measure else amount.end
    if measure is None and "sw" in tongues(language, country):
        measure = unit_before(folded, amount.start, frozenset({"sw", "en"}))
        if measure is not None:
            if (amount.spoken and amount.value == 1) or measure.unit.kind == "count" or amount.multiplied:
                return None
            start = measure.start
    if measure is None or not _fits(folded, amount, measure, context):
        return None
    before = text[max(0, start - 12) : start]
    if _RATE.search(before) or money_before(folded, amount.start, language, country):
        return None
    if measure.unit.kind == "length" and (
        _TIMES.search(before) or _SIZES.match(text, amount.end) or _SIZES.match(text, end)
    ):
        return None
    if context.kind == "news" and _A_MONTH.match(text, end):
        return None
    value = amount.value if amount.multiplied or measure.unit.kind == "count" else amount.measure
    half = _AND_A_HALF.match(text, end)
    if half is not None and value.is_integer():
        value, end = value + 0.5, half.end()
    return round(value, 4), measure.unit.name, start, end


def _fits(folded: Folded, amount: Amount, measure: Measure, context: Context) -> bool:
    """Whether the unit is one: not a month, a preposition, a size letter, or the "one" of an article."""
    text, unit = folded.text, measure.unit
    word, following = text[measure.start : measure.end], text[measure.end : measure.end + 1]
    first, last = folded.span(measure.start, measure.end)
    if (following in _MONTH and following) or following == "'" or stuck(text, measure.end):
        return False
    if amount.value in _YEARS and word.startswith("г") and amount.digits.isdigit():
        return False  # 1998 г.
    if unit.kind == "count":
        if not amount.value.is_integer() or amount.value > 10_000_000:
            return False
        if amount.multiplied and amount.value >= 10_000 and context.kind != "news":
            return False  # 3,2 jt sepasang: the price of a pair
        if word == "x" and (
            measure.start != amount.end
            or following.isdigit()
            or (following == " " and text[measure.end + 1 : measure.end + 2].isdigit())
        ):
            return False
        if (
            amount.spoken
            and amount.value == 1
            and (context.kind != "news" or unit.name == "pairs" or context.language.code in _BEHIND)
        ):
            return False  # un couple: two people; one car in the words for one piece
        return not (amount.value in _YEARS and "," not in amount.digits and unit.name == "sets")
    if amount.spoken and not amount.multiplied and len(word) == 1 and word.isascii():
        return False
    if word in ("g", "m", "l", "t") and folded.original[first:last].isupper() and measure.start == amount.end:
        return word == "l" or amount.value not in (3, 4, 5)
    if word == "in":
        return measure.start == amount.end or (
            not text[measure.end : measure.end + 1].strip() and _inches(text, measure.end)
        )
    if word in ('"', "''", "”"):
        return (
            measure.start == amount.end
            and text.count('"', text.rfind("\n", 0, amount.start) + 1, amount.start) % 2 == 0
        )
    return True


def _inches(text: str, end: int) -> bool:
    rest = text[end : end + 12].lstrip(" ")
    return (
        not rest
        or rest[0] in ".,;)x×\n"
        or rest.startswith(("long", "tall", "high", "wide", "x ", "diam", "length", "by "))
    )


def _set_of(folded: Folded, amount: Amount) -> tuple[float, str, int, int] | None:
    """ "set of 10": ten pieces."""
    found = _SET_OF.search(folded.text[max(0, amount.start - 20) : amount.start])
    standing = _STANDING.search(folded.text[max(0, amount.start - 10) : amount.start]) if amount.spoken else None
    if standing is not None:  # Swahili "yapo mawili": there are two (of a thing), "wapo wawili" (of a living being)
        return amount.value, "animals" if standing.group("who") == "wapo" else "pieces", amount.start, amount.end
    if (
        found is None
        or not amount.value.is_integer()
        or not 1 < amount.value < 100_000
        or stuck(folded.text, amount.end)
    ):
        return None
    return amount.value, "pieces", amount.start - (found.end() - found.start()), amount.end


def _of_a_part(text: str, here: Sequence[Noun], start: int, end: int) -> bool:
    """Whether a Chinese counter of animals counts parts: 5只熊掌, 虎牙4只. The noun beside the number says so."""
    behind = [noun for noun in here if 0 <= noun.start - end <= _TOUCH and text[end : noun.start].strip("的 ") == ""]
    before = [noun for noun in here if 0 <= start - noun.end <= _TOUCH and text[noun.end : start].strip("共 ") == ""]
    beside = [noun for noun in behind if noun.start == min(other.start for other in behind)] or before
    touching = {noun for noun in here for other in beside if noun.start <= other.end and other.start <= noun.end}
    return bool(touching) and any(not noun.animal for noun in touching)


def _noun(folded: Folded, amount: Amount, here: list[Noun], context: Context) -> tuple[float, str, int, int] | None:
    """ "12 live star tortoises", "deux défenses": the number before something that can be counted."""
    language, country = context.language.code, context.country
    if not here or not _countable(folded.text, amount, context) or _of_others(folded, amount, context):
        return None
    behind = _behind(folded, amount, here, language)
    if behind is not None:
        return amount.value, "animals" if behind.animal else "pieces", amount.start, amount.end
    _, stop = folded.span(amount.start, amount.end)
    number = next((number for number, noun in enumerate(here) if noun.start >= stop), None)
    if number is None:
        return None
    noun = here[number]
    between = folded.original[stop : noun.start]
    narrow = _WIDE_GAP if language in _UNSPACED else _GAP
    if not narrow.fullmatch(between) or between.count(" ") > 4:
        return None
    if amount.spoken and amount.value == 1 and (between.strip().count(" ") or "'" in between or "’" in between):
        return None  # "un trafiquant d'ivoire", "una bodega de ..."
    following = folded.text[amount.end : amount.end + len(between) + 8]
    for cue in load("people.tsv").find(following, tongues(language, country)):
        if cue.role == "many" or cue.start < len(between):
            return None  # three sellers of tiger skin, five years for ivory
    if language == "sw" and _OF.match(between):
        return amount.value, "pieces", amount.start, amount.end  # vipande vitatu vya, pembe nane za: parts of it
    of = _PART_OF.fullmatch(folded.text[amount.end : amount.end + len(between)])
    animal, end = noun.animal and (of is None or _SPECIMEN.match(of.group("what")) is not None), noun.end
    for other in here[number + 1 :]:
        if other.start > end + 14 or not _GAP.fullmatch(folded.original[end : max(end, other.start)]):
            break
        if not other.animal:  # tortoise shells
            animal, end = False, max(end, other.end)
    if _A_MONTH.match(folded.text, amount.end + end - stop):
        return None
    return amount.value, "animals" if animal else "pieces", amount.start, amount.end


def _of_others(folded: Folded, amount: Amount, context: Context) -> bool:
    """Whether a number counts money, people (Swahili "watatu") or years ("miaka 15"), or is a syllable of a word."""
    text, language, country = folded.text, context.language.code, context.country
    if amount.spoken and language in _SYLLABIC:
        return True
    if language == "sw" and _TERM.search(text[max(0, amount.start - 8) : amount.start]):
        return True
    cues = load("people.tsv").find(text[amount.start : amount.end], tongues(language, country))
    return (
        any(cue.role.isdigit() for cue in cues)
        or money_after(folded, amount.end, language, country, amount.value) is not None
        or money_before(folded, amount.start, language, country) is not None
    )


def _behind(folded: Folded, amount: Amount, here: list[Noun], language: str) -> Noun | None:
    """The noun right before its number: Swahili vinyonga 42; Thai and its neighbours where the counter is left out."""
    if not ((language in _BEHIND and not amount.spoken) or (language == "sw" and amount.value != 1)):
        return None
    for cue in load("people.tsv").find(folded.text[amount.end : amount.end + 8], frozenset({language})):
        if cue.start <= 1:
            return None  # จำคุก 4 ปี
    start, _ = folded.span(amount.start, amount.end)
    reach = 2 if language in _BEHIND else 1
    return next((noun for noun in here if noun.end < start <= noun.end + reach), None)


def _countable(text: str, amount: Amount, context: Context) -> bool:
    """A whole number that is no year, no article, no code, no rate and no part of another sign."""
    before, after = text[amount.start - 1 : amount.start] if amount.start else "", text[amount.end : amount.end + 1]
    return (
        amount.value.is_integer()
        and 1 <= amount.value < 1e7
        and not (amount.value in _YEARS and amount.digits.isdigit() and not amount.multiplied)
        and not (amount.spoken and amount.value == 1 and context.kind != "news")
        and not (stuck(text, amount.end) or amount.digits.startswith("0") or (after and after in "%/'-x×:"))
        and not (before and before in "-/.:#")
        and not _RATE.search(text[max(0, amount.start - 10) : amount.start])
    )
