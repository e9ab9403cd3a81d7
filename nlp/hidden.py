"""What a disguised token hides: the known word behind separators, digits, look-alikes, blots, pictures or initials.

Only words of the lexicon can be hidden, so "iphone11", "a4" and "b2b" hide none. `nlp.disguise` finds the tokens.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from nlp.lexicon import Term
from nlp.patterns import script

LOOKALIKE = "look-alike letters"
DIGITS = "digits for letters"
MASKED = "masked letters"
SEPARATED = "separated letters"
STRETCHED = "stretched letters"
INITIALS = "initials"

EMOJI = "\u2600-\u27bf\U0001f300-\U0001faff"
SEPARATORS = ".·•*_-~^/\\|☆★♡♥●○°…,:;'\"`´"
BLOTS = "○〇◯＊*×●■□#x"  # between letters of scripts without spaces
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
_TAIL = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "@": "a", "5": "s", "$": "s", "7": "t", "!": "i"})
_VOWELS = "\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # marks that are no \\w
# A term that is itself a disguise teaches no word.
_MARKED = re.compile(rf"(?<=[^\W_])[^\w\s'’{_VOWELS}]+(?=[^\W_])|\d")
_JOIN = re.compile(f"[{re.escape(SEPARATORS)}{EMOJI}]+")
_MASK = re.compile(r"[*#•●○×]")
_SOFT = re.compile(rf"[*#•●○×._\-{EMOJI}]")
_GAPS = re.compile(r"[\s\-]+")
_RUN = re.compile(r"([^\W\d_])\1{2,}")
_BLOT = re.compile(f"[{re.escape(BLOTS)}]")
_SHORTEST, _LONGEST_WIDE = 5, 12  # letters of a word that may be read behind a single dot; of a wide word
_UNKNOWN: tuple[str, str] = ("", "")


def skeleton(word: str) -> str:
    """What is left of a word when look-alikes are made one; the same for the term and its disguise."""
    return word.translate(_SAME).translate(_LEET)


def initials(word: str) -> str:
    """The first consonants of Hangul syllables, as folding writes them: 호랑이 is ㅎㄹㅇ (U+1112 U+1105 U+110B)."""
    return "".join(chr(0x1100 + (ord(char) - 0xAC00) // 588) for char in word if 0xAC00 <= ord(char) <= 0xD7A3)


class Vocabulary(NamedTuple):
    """The words that may be hidden: terms by themselves, words of longer ones, Vietnamese syllables, initials, and
    phrases that may be spelled without their spaces.
    """

    whole: set[str]
    other: set[str]
    syllables: set[str]
    initials: dict[str, str]
    phrases: set[str]

    def joined(self, more: Vocabulary) -> Vocabulary:
        """These and more."""
        whole = self.whole | more.whole
        other = (self.other | more.other) - whole
        marks = {**more.initials, **self.initials}
        return Vocabulary(whole, other, self.syllables | more.syllables, marks, self.phrases | more.phrases)


def vocabulary(terms: Iterable[Term]) -> Vocabulary:
    """What the terms let a disguise hide."""
    words: set[str] = set()
    syllables: set[str] = set()  # two letters are a word in Vietnamese (hổ, tê), but only between dots
    marks: dict[str, str] = {}
    phrases: set[str] = set()  # doi moi, spelled đ ồ i m ồ i
    whole: set[str] = set()  # words that are terms by themselves: the likelier readings of a mask
    for term in terms:
        if term.kind not in ("group", "name", "product", "code", "part"):
            continue
        parts = [word for word in _GAPS.split(term.key) if not _MARKED.search(word)]
        words.update(word for word in parts if len(word) >= 3)
        if term.lang == "vi":
            syllables.update(word for word in parts if len(word) == 2)
        if len(parts) > 1 and term.kind in ("group", "product", "code") and len(term.key) > _SHORTEST:
            phrases.add(" ".join(parts))
        if term.lang == "ko" and term.kind in ("group", "product") and "amb" not in term.flags:
            mark = initials(term.key)
            if 3 <= len(mark) == len(term.key) and len(set(mark)) > 1:
                marks.setdefault(mark, term.key)
        if " " not in term.key and term.kind in ("group", "product"):
            whole.add(term.key)
    return Vocabulary(whole & words, words - whole, syllables, marks, phrases)


class Hidden:
    """Knows the words of the lexicon by skeleton, length, ends and initials; answers are kept, within bounds."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words.whole | words.other
        self._syllables, self._initials = words.syllables, words.initials
        self._phrases = {phrase.replace(" ", ""): phrase for phrase in words.phrases}
        self._skeletons: dict[str, str] = {}
        self._stems: dict[str, str] = {}  # without the last vowel: per3zos1ta is a perezoso
        self._alike: dict[tuple[int, str], list[str]] = defaultdict(list)
        self._wide: dict[tuple[int, int, str], list[str]] = defaultdict(list)  # by length, place and letter
        ordered = [*sorted(words.whole), *sorted(words.other)]
        spaced = {char: script(char) in ("alpha", "arabic") for char in {word[0] for word in ordered}}
        alphabetic = [word for word in ordered if spaced[word[0]]]
        for word, bones in zip(alphabetic, skeleton("\n".join(alphabetic)).split("\n"), strict=True):
            self._skeletons.setdefault(bones, word)
            if len(word) > _SHORTEST + 1 and word[-1] in "aeio":
                self._stems.setdefault(bones[:-1], word)
            if len(word) >= 4:
                self._alike[len(word), word[0]].append(word)
        for word in ordered:
            if not spaced[word[0]] and 3 <= len(word) <= _LONGEST_WIDE:
                for place, char in enumerate(word):
                    self._wide[len(word), place, char].append(word)
        self._known: dict[str, tuple[str, str]] = {}

    def joined(self, letters: str) -> str:
        """The word or phrase that letters written apart make, "" for none."""
        if len(letters) >= 3 and letters in self.words:
            return letters
        return self._phrases.get(letters, "")

    def word(self, token: str) -> tuple[str, str] | None:
        """The word that a token of an alphabetic script hides, and how; None for no known word."""
        known = self._known.get(token)
        if known is None:
            known = self._look(token) or _UNKNOWN
            if len(self._known) > 20_000:
                self._known.clear()
            self._known[token] = known
        return known if known[0] else None

    def _look(self, token: str) -> tuple[str, str] | None:
        if len(token) < 3 or token in self.words or not any(char.isalpha() for char in token):
            return None
        joined = _JOIN.sub("", token)
        blotted = self._unmask(token) if _MASK.search(token) else None
        if blotted is not None:
            return blotted  # "ti*er" is a tiger, though "tier" is a word somewhere
        if joined != token:
            known = self.joined(joined) or (joined if joined in self._syllables else "")
            if known:
                return known, SEPARATED
            if self._stem(joined):
                return joined, SEPARATED
        for form in (token, joined, token.rstrip("!+"), joined.lstrip("+")):
            found = self._letters(form)
            if found is not None:
                return found
        if _RUN.search(token):
            short = next((w for w in (_RUN.sub(r"\1", token), _RUN.sub(r"\1\1", token)) if w in self.words), "")
            return (short, STRETCHED) if short else None
        return self._unmask(token)

    def _letters(self, form: str) -> tuple[str, str] | None:
        """Digits and look-alikes read as letters: a whole word, or a word with an ending."""
        letters = sum(char.isalpha() for char in form)
        if len(form) < 3 or letters < 2 or letters * 2 < len(form):
            return None
        cyrillic = form.translate(_CYRILLIC_DIGITS)
        if cyrillic != form and (cyrillic in self.words or (cyrillic.isalpha() and self._stem(cyrillic))):
            return cyrillic, DIGITS
        kind = LOOKALIKE if form.isalpha() else DIGITS
        if form.isalpha() and form.isascii():
            return None
        bones = skeleton(form)
        known = self._skeletons.get(bones)
        if known:
            return (known, kind) if known != form else None
        for size in range(len(bones) - 1, max(_SHORTEST, len(bones) - 10) - 1, -1):
            known = self._skeletons.get(bones[:size])
            rest = form[size:].translate(_SAME).translate(_TAIL)
            if not rest.isalpha() or (len(rest) > 3 and size < _SHORTEST + 2):
                continue
            if known and known != form[:size]:
                return known + rest, kind
            known = self._stems.get(bones[:size]) if len(rest) < 5 else None
            if known and form[:size] != known[:size]:
                return known, kind
        return None

    def _stem(self, joined: str) -> bool:
        """Whether a word with an ending begins with a known one."""
        sizes = range(len(joined) - 1, max(_SHORTEST, len(joined) - 3) - 1, -1)
        return joined.isalpha() and any(joined[:size] in self.words for size in sizes)

    def _unmask(self, token: str) -> tuple[str, str] | None:
        """The known word that fits letters with signs for the missing ones; the first of several of one stem."""
        if not token[0].isalpha():
            return None
        hard = _MASK.search(token) is not None
        mask = _MASK if hard else _SOFT
        blots = len(mask.findall(token))
        letters = sum(char.isalpha() for char in token)
        if not blots or letters < (2 if hard else 4) or letters < blots or (not hard and blots > 4):
            return None
        pattern = re.compile("".join("." if mask.match(char) else re.escape(char) for char in token) + r"\Z")
        found = [known for known in self._alike.get((len(token), token[0]), ()) if pattern.match(known)]
        if 0 < len(found) <= 4 and (hard or len(found[0]) >= _SHORTEST):
            return found[0], MASKED
        return None

    def wide(self, token: str) -> Iterator[tuple[int, int, str]]:
        """A term of a script without spaces with characters blotted out, most of them left: start, end, word."""
        for size in range(min(_LONGEST_WIDE, len(token)), 2, -1):
            for start in range(len(token) - size + 1):
                part = token[start : start + size]
                blots = len(_BLOT.findall(part))
                if not blots or size - blots < max(2, blots * 1.5 if size > 4 else 2):
                    continue
                known = self._fit(part)
                if known:
                    yield start, start + size, known
                    return

    @lru_cache(maxsize=1 << 13)  # noqa: B019 - one a process; a hostile text repeats its parts a hundred thousand times
    def _fit(self, part: str) -> str:
        """The first known word of a script without spaces that fits a blotted one, "" for none."""
        first, *others = [(place, char) for place, char in enumerate(part) if not _BLOT.match(char)]
        for known in self._wide.get((len(part), *first), ()):
            if all(known[place] == char for place, char in others):
                return known
        return ""

    def consonants(self, token: str) -> str:
        """The Korean word that initials stand for (ㅎㄹㅇ), "" for none."""
        return self._initials.get(token, "")
