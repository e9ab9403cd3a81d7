"""Which language a text is in: the script first, then py3langid among our languages."""

from __future__ import annotations

import functools
import re

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from nlp.records import Language

LANGUAGES = tuple("en vi id ms fr es pt de it nl ru ar hi sw tr tl".split())
_LIMIT = 600
_SCRIPTS = {
    "th": "\u0e00-\u0e7f", "lo": "\u0e80-\u0eff", "km": "\u1780-\u17ff\u19e0-\u19ff", "my": "\u1000-\u109f\uaa60-\uaa7f",
    "ko": "\uac00-\ud7af\u1100-\u11ff\u3130-\u318f", "ja": "\u3040-\u30ff\uff66-\uff9f", "zh": "\u4e00-\u9fff\u3400-\u4dbf",
    "bn": "\u0980-\u09ff", "hi": "\u0900-\u097f", "ar": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    "ru": "\u0400-\u04ff",
}  # fmt: skip
_PATTERNS = {code: re.compile(f"[{chars}]") for code, chars in _SCRIPTS.items()}
_LETTER = re.compile(r"[^\W\d_]")


@functools.cache
def _identifier() -> LanguageIdentifier:
    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(list(LANGUAGES))
    return found


def detect(text: str, country: str = "") -> Language:
    """The language of `text`; `und` with 0 where there are no letters. `country` weighs where the text leaves it open."""
    text = text[:_LIMIT]
    letters = len(_LETTER.findall(text))
    if not letters:
        return Language("und", 0.0)
    counts = {code: len(pattern.findall(text)) for code, pattern in _PATTERNS.items()}
    best = max(counts, key=lambda code: counts[code])
    if counts["ja"] and counts["ja"] + counts["zh"] >= letters / 3:
        best = "ja"
    if counts[best] >= letters / 4:
        return Language(best, min(1.0, 0.5 + counts[best] / letters / 2))
    code, probability = _identifier().classify(text)
    return Language(str(code), float(probability))
