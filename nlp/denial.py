"""What a text says that it is not: "not plastic" speaks for real material, "not ivory" against it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlp.evidence import Word
    from nlp.records import Text

# Languages that say "not" after the thing that is not.
NOT_AFTER = frozenset({"tr", "ko", "ja", "hi", "bn", "my"})
# What may stand between "not" and the thing: nothing, an article, a case ending.
_GLUE = frozenset({"", "a", "an", "the", "real", "de", "du", "d'", "가", "이", "는", "은", "が", "は", "では", "じゃ"})
_IMITATIONS = frozenset({"imitation", "plant_ivory", "domestic", "mammoth_exempt", "BON"})
_FAR, _FAR_AFTER, _BESIDE = 22, 14, 4  # characters between "not" and what is not


def denied(words: Sequence[Word], text: Text, language: str) -> tuple[list[Word], list[Word], list[Word]]:
    """The words that stand, the materials that the text says it is not, and what it disowns (animals, products)."""
    negators = [word for word in words if word.term.cls == "negator"]
    if not negators:
        return list(words), [], []
    materials: list[Word] = []
    disowned: list[Word] = []
    for word in words:
        value: str = getattr(text, word.field)
        if word.term.cls in _IMITATIONS and _negated(word, negators, value, language):
            materials.append(word)
        elif (
            word.term.kind in ("product", "group")
            and word.term.lang != "any"
            and _flatly(word, negators, value, language)
        ):
            disowned.append(word)
    if disowned:
        materials.clear()  # "not ivory, not plastic": no claim of the real thing
    gone = {id(word) for word in (*materials, *disowned)}
    return [word for word in words if id(word) not in gone], materials, disowned


def _inside(word: Word, words: Iterable[Word]) -> bool:
    """Whether a longer word holds this one: กระ (hawksbill) in กระดูก (bone)."""
    return any(
        other.field == word.field and other.start <= word.start and word.end <= other.end
        and other.end - other.start > word.end - word.start
        for other in words
    )  # fmt: skip


def _negated(word: Word, negators: Iterable[Word], value: str, language: str) -> bool:
    """Whether a "not" stands before the word (after it in some languages), in the same sentence."""
    for negator in negators:
        if negator.field != word.field:
            continue
        before = 0 <= word.start - negator.end <= _FAR
        after = language in NOT_AFTER and 0 <= negator.start - word.end <= _FAR_AFTER
        if before or after:
            between = value[negator.end : word.start] if before else value[word.end : negator.start]
            if not any(sign in between for sign in ".!?;\n。！？।"):
                return True
    return False


def _flatly(word: Word, negators: Iterable[Word], value: str, language: str) -> bool:
    """Whether a "not" stands right beside the word: "no ivory", "상아 아닙니다", not "no papers for the ivory"."""
    after = language in NOT_AFTER
    for negator in negators:
        if negator.field != word.field or "weak" in negator.term.flags:
            continue
        between = value[word.end : negator.start] if after else value[negator.end : word.start]
        distance = negator.start - word.end if after else word.start - negator.end
        if 0 <= distance <= _BESIDE and between.strip() in _GLUE:
            return True
    return False
