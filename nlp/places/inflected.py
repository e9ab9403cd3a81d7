"""Names of places with what their language glues to them: Korean particles, Arabic prefixes, Russian cases."""

from __future__ import annotations

from collections.abc import Iterator

from nlp.places.gazetteer import gazetteer

_BIG = 100_000  # people of a town whose adjective is taken for its name
_HANGUL_TAILS = frozenset(
    ["시", "군", "구", "동", "도", "역", "에서", "에", "은", "는", "이", "가", "을", "를", "의", "로", "으로", "와", "과", "쪽", "근처", "지역", "까지", "부터", "시내", "인근", "시에서", "시내에서", "구에서", "동에서", "군에서", "에서만", "직거래", "에", "있는", "공항", "항", "발", "산", "행", "거주", "시장", "세관", "경찰서", "지법", "지법은", "지법이", "지방법원", "지방법원은", "지검", "지검은", "본부세관", "본부세관은", "세관은", "세관이", "경찰서는", "경찰청", "경찰청은", "해경", "해경은", "해양경찰서", "해양경찰서는", "공항에서", "공항으로", "공항을", "공항세관", "공항세관은", "항에서", "항으로", "항을", "항에", "시의", "의"]  # noqa: E501
)  # fmt: skip
_ARABIC_HEADS = (
    ("وال", "ال"),
    ("بال", "ال"),
    ("لل", "ال"),
    ("كال", "ال"),
    ("فال", "ال"),
    ("و", ""),
    ("ب", ""),
    ("ل", ""),
    ("ف", ""),
)
_RUSSIAN_ADJECTIVES = ("скими", "ского", "ские", "скии", "ских", "ским", "ская", "скои", "скую")
_RUSSIAN_ENDINGS = ("ского", "скои", "ом", "ем", "ои", "еи", "ах", "ях", "ов", "ью", "а", "е", "у", "ы", "и", "я", "ю")
_RUSSIAN_STEMS = ("", "а", "я", "ь", "о", "е", "ы", "и", "ии", "ск", "скии")


def inflected(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A name with what its language glues to it: Korean particles, Arabic prefixes."""
    names, word = gazetteer(), text[start:end]
    code = ord(word[0])
    if 0xAC00 <= code < 0xD7B0:
        for size in range(min(len(word) - 1, 6), 1, -1):
            if word[size:] in _HANGUL_TAILS and word[:size] in names:
                yield start, start + size
                return
    elif 0x600 <= code < 0x700:
        for head, instead in _ARABIC_HEADS:
            if word.startswith(head) and len(word) > len(head) + 2 and instead + word[len(head) :] in names:
                yield start + len(head) - len(instead), end
                return


def stem(word: str) -> str:
    """The nominative of a Russian place name in another case, "" where none is known."""
    names = gazetteer()
    for ending in _RUSSIAN_ADJECTIVES:  # Оренбургские таможенники
        base = word[: -len(ending)]
        if word.endswith(ending) and len(base) >= 4 and any(p.population >= _BIG for p in names.places(base)):
            return base
    for ending in _RUSSIAN_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            base = word[: -len(ending)]
            for tail in _RUSSIAN_STEMS:
                if base + tail != word and any(p.population >= 30_000 for p in names.places(base + tail)):
                    return base + tail
    return ""
