"""No text can make a finder hang: its size times a constant, even on a busy machine."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.components import contacts, dates, places, prices, quantities
from nlp.context import Context
from nlp.facts.short import parse_amount
from nlp.language import detect
from nlp.records import Language

SIZE = 300_000
HOSTILE = {
    "digits": "1", "letters": "a", "capitals": "A", "spaced digits": "1 ", "numbers": "123 ", "dots": "1.", "at signs": "a@",  # noqa: E501
    "at words": " at dot", "commas": "1,234,", "plus": "+84", "han": "一", "thai": "ก", "zeros": "o1 ", "spelled": "a.",
    "line": "line ", "slashes": "0900000117/", "number words": "two ", "thousands": "5k ", "sizes": "5x5x", "brackets": "(",  # noqa: E501
    "marks": "\u0301", "zero width": "\u200b1", "right to left": "\u202e1", "places": "Paris ", "months": "5 May ", "days": "5日",  # noqa: E501
    "links": "www.a.a.", "surrogates": "\ud800", "million": "1 million ", "quotes": '5"', "dates": "1/1/",
}  # fmt: skip
FINDERS = {"prices": prices, "quantities": quantities, "contacts": contacts, "places": places, "dates": dates}


@pytest.mark.parametrize("finder", FINDERS)
@pytest.mark.parametrize(("lang", "country"), [("en", "GB"), ("vi", "VN"), ("zh", "CN")])
def test_a_hostile_text_is_read_in_time(finder, lang, country):
    context = Context("listing", country, Language(lang, 1.0), "2024-05-05")
    FINDERS[finder].find("text", "warm 12 kg $5 Paris", context)
    for name, piece in HOSTILE.items():
        text = piece * (SIZE // len(piece))
        start = time.process_time()
        FINDERS[finder].find("text", text, context)
        spent = time.process_time() - start
        assert spent < 2.5, f"{name}: {spent:.1f} s"  # 1 s a megabyte on an idle machine


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=120), st.sampled_from(["en", "vi", "zh", "th", "ar", "hi", "ru", "sw", "ko"]))
def test_any_text_is_read_and_offsets_point_into_it(text, lang):
    context = Context("listing", "", Language(lang, 1.0), "2024-05-05")
    for finder in FINDERS.values():
        for record in finder.find("text", text, context):
            assert 0 <= record.start < record.end <= len(text)
            assert record.text == text[record.start : record.end]
    detect(text)
    parse_amount(text, "VN")


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**9), st.sampled_from("٠०๐໐០၀"))
def test_digits_of_every_script_are_the_same_number(number, zero):
    said = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
    assert parse_amount(f"{said} USD") == parse_amount(f"{number} USD")


def test_missing_and_odd_contexts_do_no_harm():
    context = Context("news", "XX", Language("xx", 0.0), "not a date")
    for finder in FINDERS.values():
        finder.find("text", "12 kg for $5 on Monday in Paris, call 07700 900142", context)
