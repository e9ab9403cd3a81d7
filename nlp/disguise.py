"""Lane 2: words made hard to search for. Suspicious spots are rewritten to the known word they hide, then searched
again.

Only tokens that look disguised are touched (a digit or sign inside a word, letters of two scripts, masked or separated
letters), and only when what they hide is a word of the lexicon: "iphone11", "a4", "b2b" hide none.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from nlp.lexicon import Term
from nlp.match import script

LOOKALIKE = "look-alike letters"
DIGITS = "digits for letters"
MASKED = "masked letters"
SEPARATED = "separated letters"

# Letters of other scripts by the Latin letter they pass for (Cyrillic, Greek, small capitals).
_SAME = str.maketrans(
    "аеіїорсухѕјһԁԛԝѵɑοαεινυρτκχγωβηзпгмтвнкɩʀʏᴀʙᴄᴅᴇɢʜᴊᴋʟᴍɴᴏᴘᴛᴜᴠᴡᴢ",
    "aeiiopcyxsjhdqwvaoaeivuptkxywbhznrmtbhkiryabcdeghjklmnoptuvwz",
)
# Signs and digits by the letter they stand for; look-alikes of one shape fall together on both sides.
_LEET = str.maketrans({"0": "o", "1": "l", "i": "l", "|": "l", "!": "l", "3": "e", "4": "a", "@": "a",
"5": "s", "$": "s",
                       "7": "t", "+": "t", "8": "b", "9": "g", "2": "z", "€": "e", "£": "l", "¥": "y",
                       "¡": "l", "6": "g"})  # fmt: skip
_CYRILLIC_DIGITS = str.maketrans({"0": "о", "3": "з", "4": "ч", "6": "б", "1": "л", "@": "а", "$": "с"})
_SEPARATORS = ".·•*_-~^/\\|☆★♡♥●○°…,:;'\"`´"
_TOKEN = re.compile(r"\S+")
_LEAD = re.compile(r"(?s:.*\s)?")
# Letters with signs or digits between them, or with one before or behind. Written from the sign on, since a search
# that begins with a set of signs runs over plain letters several times as fast as one that begins with a letter.
_SIGNS = r"[\d@$!|+€£¥*#" + re.escape(_SEPARATORS) + "]"
_ODD = re.compile(_SIGNS + r"(?:(?<=[^\W\d_].)" + _SIGNS + r"*+[^\W\d_]|(?<=[@$!|+€£¥\d])(?<!\S.)[^\W\d_]{2}|"
                  r"(?<=[^\W\d_]{2}[@$!|€£¥\d])(?!\S))")  # fmt: skip
_MARKED = re.compile(r"(?<=[^\W_])[^\w\s'’]+(?=[^\W_])|\d")  # a term that is itself a disguise teaches no word
_JOIN = re.compile("[" + re.escape(_SEPARATORS) + "]+")
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*·•]{1,2}[^\W\d_]){2,24}(?![^\W_])")
_MASK = re.compile(r"[*#•●○×]+")
_WIDE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WIDE_SEPARATED = re.compile(
    rf"(?<=[{_WIDE}])(?:[._*·•☆★♡♥~/|+＊※\-\u2600-\u27bf\U0001f300-\U0001faff'\"]{{1,3}}|"
    rf"(?<=(?<![{_WIDE}])[{_WIDE}]) (?=[{_WIDE}](?![{_WIDE}])))(?=[{_WIDE}])"
)
_WIDE_MASKED = re.compile(
    rf"[{_WIDE}]{{0,5}}(?:[○〇◯＊*×●■□]{{1,2}}[{_WIDE}]{{1,5}})+|[{_WIDE}]{{2,6}}[○〇◯＊*×●■□]{{1,2}}"
)
_MIXED = re.compile("(?:[a-z][\u0370-\u052f]|[\u0370-\u052f][a-z]|[ᴀ-ᴢɩʀʏ])")
_MOST = 2000  # suspicious tokens looked at in one text
_LONGEST = 60  # characters of one that are looked at


class Rewritten(NamedTuple):
    """Text with the hidden words written out, the way back to the folded text, and the spots that were changed."""

    text: str
    starts: list[int]
    ends: list[int]
    spots: list[tuple[int, int, str]]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Folded offsets of rewritten `start:end`; a spot that was rewritten is taken whole."""
        return self.starts[start], self.ends[end - 1]

    def touched(self, start: int, end: int) -> tuple[str, ...]:
        """The disguises inside rewritten `start:end`."""
        at = bisect_right(self.spots, (start, -1, ""))
        at = at - 1 if at and self.spots[at - 1][1] > start else at
        kinds = []
        while at < len(self.spots) and self.spots[at][0] < end:
            kinds.append(self.spots[at][2])
            at += 1
        return tuple(dict.fromkeys(kinds))


def skeleton(word: str) -> str:
    """What is left of a word when look-alikes are made one; the same for the term and its disguise."""
    return word.translate(_SAME).translate(_LEET)


class Disguises:
    """Knows the words of the lexicon by their skeletons and lengths."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._words: set[str] = set()
        self._syllables: set[str] = set()  # two letters are a word in Vietnamese (hổ, tê), but only between dots
        for term in terms:
            if term.kind in ("group", "name", "product", "code", "part"):
                self._words.update(
                    word for word in re.split(r"[\s\-]+", term.key) if len(word) >= 3 and not _MARKED.search(word)
                )
                if term.lang == "vi":
                    self._syllables.update(word for word in term.key.split() if len(word) == 2)
        self._skeletons: dict[str, str] = {}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._wide_words: dict[tuple[int, int, str], list[str]] = defaultdict(list)
        for word in sorted(self._words):
            if script(word[0]) in ("alpha", "arabic"):
                self._skeletons.setdefault(skeleton(word), word)
                if len(word) >= 4:
                    self._by_length[len(word)].append(word)
            elif 3 <= len(word) <= 6:
                for place, char in enumerate(word):
                    self._wide_words[len(word), place, char].append(word)

    def rewrite(self, folded: str) -> Rewritten | None:
        """The text with hidden words written out, or None when nothing suspicious hides a known word."""
        changes = sorted(self._changes(folded))
        if not changes:
            return None
        parts: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        spots: list[tuple[int, int, str]] = []
        at = 0
        size = 0
        for start, end, word, kind in changes:
            if start < at:
                continue
            parts.append(folded[at:start])
            starts.extend(range(at, start))
            ends.extend(range(at + 1, start + 1))
            size += start - at
            parts.append(word)
            starts.extend([start] * len(word))
            ends.extend([end] * len(word))
            # A dropped separator marks the letters on both sides of it.
            spots.append((size - (not word), size + len(word) + (not word), kind))
            size += len(word)
            at = end
        parts.append(folded[at:])
        starts.extend(range(at, len(folded)))
        ends.extend(range(at + 1, len(folded) + 1))
        return Rewritten("".join(parts), starts, ends, spots)

    def _changes(self, folded: str) -> Iterator[tuple[int, int, str, str]]:
        taken: list[tuple[int, int]] = []
        for found in _SPACED.finditer(folded) if not folded.isascii() or _apart(folded) else ():
            for part in re.finditer(r"\S(?:\S| (?! ))*", found.group()):
                joined = re.sub(r"[^\w]|_", "", part.group())
                if len(joined) >= 3 and joined in self._words:
                    start = found.start() + part.start()
                    taken.append((start, found.start() + part.end()))
                    yield *taken[-1], joined, SEPARATED
        looked = 0
        for first, last in _suspicious(folded):
            if last - first > _LONGEST:
                continue
            looked += 1
            if looked > _MOST:
                break
            if any(start < last and first < end for start, end in taken):
                continue
            yield from self._hidden(folded[first:last], first)
        if folded.isascii():
            return
        for found in islice(_WIDE_MASKED.finditer(folded), _MOST):
            yield from self._wide(found.group()[:_LONGEST], found.start())
        for found in _WIDE_SEPARATED.finditer(folded):
            yield found.start(), found.end(), "", SEPARATED

    def _wide(self, token: str, at: int) -> Iterator[tuple[int, int, str, str]]:
        """A term of a script without spaces with one or two characters blotted out; two at least must be left."""
        for size in range(min(6, len(token)), 2, -1):
            for start in range(len(token) - size + 1):
                part = token[start : start + size]
                blots = sum(char in "○〇◯＊*×●■□" for char in part)
                if not blots or size - blots < 2:
                    continue
                known = self._fit(part)
                if known:
                    yield at + start, at + start + size, known, MASKED
                    return

    @lru_cache(maxsize=1 << 13)  # noqa: B019 - one a process; a hostile text repeats its parts a hundred thousand times
    def _fit(self, part: str) -> str:
        """The first known word of a script without spaces that fits a masked one, "" for none."""
        signs = [(place, char) for place, char in enumerate(part) if char not in "○〇◯＊*×●■□"]
        first, *others = signs
        for known in self._wide_words.get((len(part), *first), ()):
            if all(known[place] == char for place, char in others):
                return known
        return ""

    def _hidden(self, token: str, at: int) -> Iterator[tuple[int, int, str, str]]:
        """What a suspicious token hides: whole, or without the punctuation around it, or one of its hyphened parts."""
        core = token.strip(".,;:()[]{}\"'«»“”?…")
        start = at + token.find(core) if core else at
        for word, offset in [(core, 0), *_parts(core)]:
            answer = self._word(word)
            if answer:
                yield start + offset, start + offset + len(word), *answer
                if not offset:
                    return

    def _word(self, word: str) -> tuple[str, str] | None:
        if len(word) < 3 or word in self._words:
            return None
        if not any(char.isalpha() for char in word):
            return None
        joined = _JOIN.sub("", word)
        if joined != word and ((len(joined) >= 3 and joined in self._words) or joined in self._syllables):
            return joined, SEPARATED
        for form in (word, joined, word.rstrip("!+"), joined.lstrip("+")):
            letters = sum(char.isalpha() for char in form)
            if len(form) < 3 or letters < 2 or letters * 2 < len(form):
                continue
            cyrillic = form.translate(_CYRILLIC_DIGITS)
            if cyrillic != form and cyrillic in self._words:
                return cyrillic, DIGITS
            known = self._skeletons.get(skeleton(form))
            if known and known != form and not (form.isalpha() and form.isascii()):
                return known, LOOKALIKE if form.isalpha() else DIGITS
        if _MASK.search(word) and word[0].isalpha():
            return self._unmask(word)
        return None

    @lru_cache(maxsize=1 << 13)  # noqa: B019 - as above
    def _unmask(self, word: str) -> tuple[str, str] | None:
        """The one known word that fits letters with signs for the missing ones; the first of several of one stem."""
        letters = sum(char.isalpha() for char in word)
        if letters < 2 or letters * 2 < len(word):
            return None
        pattern = re.compile("".join("." if _MASK.match(char) else re.escape(char) for char in word) + r"\Z")
        found = [known for known in self._by_length.get(len(word), ()) if pattern.match(known)]
        return (found[0], MASKED) if 0 < len(found) <= 4 else None


def _suspicious(folded: str) -> Iterator[tuple[int, int]]:
    """The words that hold something odd, in order."""
    places = [found.start() for found in _ODD.finditer(folded)]
    if not folded.isascii():
        places = sorted([*places, *(found.start() for found in _MIXED.finditer(folded))])
    end = 0
    for place in places:
        if place >= end:
            lead = _LEAD.match(folded, end, place)
            word = _TOKEN.match(folded, lead.end() if lead else end)
            if word is not None:
                end = word.end()
                yield word.span()


class _Shapes(dict[int, str]):
    """Letters as "a", separators of spaced-out words as spaces, all else as "#"."""

    def __missing__(self, code: int) -> str:
        value = "a" if chr(code).isalpha() else " " if chr(code) in " .-_*·•" else "#"
        self[code] = value
        return value


_SHAPES = _Shapes()


def _apart(folded: str) -> bool:
    """Whether two letters stand alone beside each other, as in a spaced-out word: five times faster than its pattern."""  # noqa: E501
    shape = f"#{folded}#".translate(_SHAPES)
    return " a a " in shape or "#a a " in shape or " a  a " in shape or "#a  a " in shape


def _parts(core: str) -> Iterator[tuple[str, int]]:
    """Hyphened or slashed parts of a token, with their offsets."""
    if not re.search(r"[-/]", core):
        return
    for found in re.finditer(r"[^-/]+", core):
        if found.group() != core:
            yield found.group(), found.start()
