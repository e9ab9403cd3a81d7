"""No text can make the reader hang: a second a megabyte on an idle machine, whatever is repeated in it.

Judged by the time the processor spent on it, not by the clock: others may use the machine.
"""

from __future__ import annotations

import random
import time

import pytest

from nlp.pipeline import Reader
from nlp.records import Text

SIZE = 60_000  # enough to show what grows faster than the text: at twice the length a square takes four times as long
# Seconds. The aim is one on an idle core; a core that others share is several times slower.
PER_MEGABYTE = 8.0
PIECES = {
    "one letter": "a", "capitals": "A", "letter and mark": "e\u0301", "deep marks": "a" + "\u0301" * 60, "numbers": "12345 ",  # noqa: E501
    "right to left": "\u202eابجد ", "digits": "7", "a.b.c.": "a.b.c.", "spaced letters": "a b c ", "brackets": "([{<",
    "closing": ")]}>", "quotes": "\"'«“‘", "emoji": "🐘", "Thai": "งา", "Thai letters": "ก", "Khmer": "ភ្លុក", "at": "@",
    "at words": "a@b.", "scripts in turn": "aж", "more scripts": "iд象ก", "money": "$€£ ", "phones": "0900 000 117, ",
    "phone-like": "+84 90", "masked": "t**th ", "digits for letters": "iv0ry ", "zero width": "i\u200b", "line ends": "\n",  # noqa: E501
    "spaces": " ", "Han": "象牙", "masked Han": "象*牙", "blots": "象○", "hyphens": "ivory-", "slashes": "a/",
    "places": "Hà Nội, ", "dates": "5 May 2024 ", "links": "www.a.a", "a term": "elephant tooth ", "negated": "not plastic ",  # noqa: E501
    "Hangul": "상아", "Arabic": "عاج ", "Hindi": "हाथी दांत ", "number words": "two ", "surrogates": "\ud800", "nul": "\x00",  # noqa: E501
    "an offer": "tiger bone 5 kg $5k ",
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Reader:
    reader = Reader()
    reader.read(Text("warm", title="Ivory in Paris", text="elephant ivory, 4 cm, £200, call 07700 900142"))
    reader.read(Text("warm too", title="งาช้าง เชียงใหม่", text="象牙 北京 4 cm"))  # tables of scripts without spaces
    return reader


@pytest.mark.parametrize("name", PIECES)
def test_a_hostile_text_is_read_in_time(reader: Reader, name: str) -> None:
    text = (PIECES[name] * (SIZE // len(PIECES[name]) + 1))[:SIZE]
    start = time.process_time()
    reader.read(Text("1", text=text, published="2024-05-05"))
    spent = time.process_time() - start
    assert spent < PER_MEGABYTE * SIZE / 1_000_000, f"{spent:.2f} s for {SIZE} characters"


def test_a_text_of_random_masks_is_read_in_time(reader: Reader) -> None:
    size = 300_000  # the first 200 masks cost 0.3 s by themselves, whatever follows
    rng = random.Random(3)
    text = "".join(rng.choice("象牙虎骨犀角*○×abiv0ry@.") for _ in range(size))
    start = time.process_time()
    reader.read(Text("1", text=text))
    assert time.process_time() - start < PER_MEGABYTE * size / 1_000_000
