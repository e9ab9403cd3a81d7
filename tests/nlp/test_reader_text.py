"""Folding keeps offsets; disguised terms are found; innocent strings are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.disguise import Disguises, skeleton
from nlp.lexicon import load
from nlp.match import Matcher
from nlp.text import fold, key

TERMS = [term for term in load() if term.kind in ("group", "product", "code", "part")]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(TERMS)


@pytest.fixture(scope="module")
def disguises() -> Disguises:
    return Disguises(TERMS)


def found(text: str, matcher: Matcher, disguises: Disguises) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Term keys found in either lane, with the original words and the disguise."""
    lane = fold(text)
    out = {hit.term.key: (text[slice(*lane.span(hit.start, hit.end))], ()) for hit in matcher.scan(lane.text)}
    rewritten = disguises.rewrite(lane.text)
    if rewritten:
        for hit in matcher.scan(rewritten.text):
            touched = rewritten.touched(hit.start, hit.end)
            if touched:
                start, end = rewritten.back(hit.start, hit.end)
                out[hit.term.key] = (text[slice(*lane.span(start, end))], touched)
    return out


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_folding_never_loses_an_offset(text: str) -> None:
    lane = fold(text)
    if lane.starts is not None:
        assert len(lane.starts) == len(lane.text)
        assert lane.starts == sorted(lane.starts)
        assert all(0 <= at < len(text) for at in lane.starts)
    else:
        assert len(lane.text) == len(text)
    for at in range(len(lane.text)):
        start, end = lane.span(at, at + 1)
        assert 0 <= start < end <= len(text)
        assert lane.text[at] in fold(text[start:end]).text


@given(st.text(max_size=80), st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_a_term_between_any_texts_is_given_back_whole(before: str, after: str) -> None:
    term = "象牙手镯"
    text = f"{before} {term} {after}"
    lane = fold(text)
    at = lane.text.index(term)
    start, end = lane.span(at, at + len(term))
    assert text[start:end] == term


@pytest.mark.parametrize(
    ("text", "term", "kind"),
    [
        ("iv0ry bangle", "ivory", "digits for letters"),
        ("e1ephant figure", "elephant", "digits for letters"),
        ("g@d1ng tua", "gading", "digits for letters"),
        ("i v o r y beads", "ivory", "separated letters"),
        ("p.a.n.g.o.l.i.n", "pangolin", "separated letters"),
        ("n.g.à voi", "nga voi", "separated letters"),
        ("象_牙", "象牙", "separated letters"),
        ("象☆牙", "象牙", "separated letters"),
        ("งา.ช้าง", "งาช้าง", "separated letters"),
        ("상*아 도장", "상아", "separated letters"),
        ("p*ngolin", "pangolin", "masked letters"),
        ("shark t**th", "teeth", "masked letters"),
        ("\u0456v\u043ery", "ivory", "look-alike letters"),
        ("сл0новая кость", "слоновая кость", "digits for letters"),
    ],
)
def test_disguises(text: str, term: str, kind: str, matcher: Matcher, disguises: Disguises) -> None:
    hits = found(text, matcher, disguises)
    assert term in hits
    assert kind in hits[term][1]


@pytest.mark.parametrize(
    "text", ["ｉｖｏｒｙ", "i\u200bvory", "𝓲𝓿𝓸𝓻𝔂", "ìvóry", "i\u0300vo\u0301ry", "IvOrY", "\u202eivory\u202c"]
)
def test_letters_in_other_clothes(text: str, matcher: Matcher, disguises: Disguises) -> None:
    assert "ivory" in found(text, matcher, disguises)


WORDS = sorted({t.key for t in TERMS if t.lang == "en" and t.kind == "product" and t.key.isalpha() and len(t.key) > 5})
LEET = {"i": "1", "o": "0", "e": "3", "a": "4", "s": "5"}


@given(st.sampled_from(WORDS), st.data())
@settings(max_examples=150, deadline=None)
def test_a_masked_term_is_still_found(word: str, data: st.DataObject) -> None:
    matcher, disguises = _shared()
    way = data.draw(st.sampled_from(["dots", "spaces", "digits", "zero width", "upper"]))
    if way == "dots":
        text = ".".join(word)
    elif way == "spaces":
        text = " ".join(word)
    elif way == "digits":
        text = "".join(LEET.get(char, char) for char in word)
        if sum(char.isalpha() for char in text) * 2 < len(text):
            return
    elif way == "zero width":
        text = "\u200b".join(word)
    else:
        text = word.upper()
    hits = found(f"for sale {text} now", matcher, disguises)
    assert any(skeleton(term) == skeleton(word) for term in hits), (text, list(hits))


_CACHE: list[tuple[Matcher, Disguises]] = []


def _shared() -> tuple[Matcher, Disguises]:
    if not _CACHE:
        _CACHE.append((Matcher(TERMS), Disguises(TERMS)))
    return _CACHE[0]


def test_innocent_strings_hide_nothing(disguises: Disguises) -> None:
    for text in (
        "iphone11 a4 15cm mp3 b2b",
        "e-mail t-shirt www.site.com 4x4 24/7",
        "100% 3,5% 12.50 1-2-3",
        "co-op x-ray",
    ):
        assert disguises.rewrite(fold(text).text) is None


def test_words_inside_words_are_not_terms(matcher: Matcher, disguises: Disguises) -> None:
    assert "サイ" not in found("サイズ表", matcher, disguises)
    assert "lion" not in found("a million reasons", matcher, disguises)
    assert "boa" not in found("boat and board", matcher, disguises)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "á" * 10 + "\u0301" * 1_000_000,
        "i." * 500_000,
        "\u202e" * 1_000_000,
        "*" * 1_000_000,
        "a*" * 400_000,
    ],
)
def test_hostile_texts_take_under_two_seconds_a_megabyte(text: str, matcher: Matcher, disguises: Disguises) -> None:
    start = time.process_time()
    lane = fold(text)
    matcher.scan(lane.text)
    disguises.rewrite(lane.text)
    assert time.process_time() - start < 2


def test_key_is_stable() -> None:
    assert key("  Côte   d'Ivoire ") == "cote d'ivoire"
    assert key("عَاج") == "عاج"
    assert key("٤٥") == "45"
