"""Search: what is asked as a phrase is found in every text that holds it, in any script, on both databases."""

import unicodedata

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from store_parts import facts, version

from storage.leads import LeadQuery
from storage.records import Link
from storage.search import LONGEST_TEXT, fold, number_phrase, phrase, prefix
from storage.store import Store


def holds(folded, asked):
    """What both databases do with a phrase: the tokens one after the other, the last perhaps only a start."""
    tokens, there = phrase(asked), folded.split()
    last = tokens[-1]
    for start in range(len(there) - len(tokens) + 1):
        end = there[start + len(tokens) - 1]
        if there[start : start + len(tokens) - 1] == tokens[:-1] and (
            end.startswith(last) if prefix(asked) else end == last
        ):
            return True
    return False


SPACED = [
    "ivory",
    "ngà",
    "voi",
    "слоновая",
    "кость",
    "عاج",
    "हाथी",
    "दांत",
    "Elfenbein",
    "fildişi",
    "IVORY",
    "100g",
    "№7",
    "👍🐘",
    "t**h",
]
UNSPACED = "象牙手镯犀角穿山甲งาช้างแท้ขายเขาแรดເຂົາແຮດស្នែងរមាសဆင်စွယ်상아코끼리アイボリー象牙の印鑑"
spaced = st.lists(st.one_of(st.sampled_from(SPACED), st.text(min_size=1, max_size=8)), min_size=1, max_size=12)


@given(spaced, st.data())
@settings(max_examples=400, deadline=None)
def test_words_that_follow_each_other_are_found(words, data):
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    asked = " ".join(words[start:end])
    assume(phrase(asked))
    assert holds(fold(" ".join(words)), asked)


runs = st.text(st.sampled_from(UNSPACED), min_size=1, max_size=30)


@given(runs, st.data(), st.text(max_size=6), st.text(max_size=6))
@settings(max_examples=400, deadline=None)
@example("象牙", None, "", "")
def test_any_part_of_an_unspaced_text_is_found(run, data, before, after):
    if data is None:
        asked = run[1:]
    else:
        start = data.draw(st.integers(0, len(run) - 1))
        asked = run[start : data.draw(st.integers(start + 1, len(run)))]
    text = f"{before} {run} {after}"
    # A mark that composes with the letter before it belongs to that letter: half of it is another letter.
    assume(unicodedata.normalize("NFKC", asked) in unicodedata.normalize("NFKC", text))
    assert holds(fold(text), asked)


@given(st.text(max_size=300))
@settings(max_examples=400, deadline=None)
@example("\ufe0f\u200b\u0301 \U000e0100")
def test_tokens_are_single_and_plain(text):
    for token in fold(text).split(" "):
        assert all(unicodedata.category(one)[0] in "LNM" or one > "\U00020000" for one in token)
    assert all(phrase(token) for token in fold(text).split())


def test_width_case_and_unseen_characters_make_no_difference():
    assert fold("ＩＶＯＲＹ") == fold("Ivory") == fold("iv\u200bory") == fold("i\u00advory") == "ivory"
    assert fold("กำไล") == fold("กํ\u0e32ไล"), "SARA AM and its two halves"
    assert fold("❤️") == fold("❤") == "u2764"
    assert fold("가") == fold("\u1100\u1161"), "jamo are composed"


def test_parts_of_phone_numbers():
    assert number_phrase("345 6") == ["n345", "n456"]
    assert number_phrase("34") == number_phrase("call 3456") == []
    folded = fold("call 0912-345-678 or (02) 123.45.67", numbers=["+84912345678"])
    for asked in ("912345", "0912345678", "345678", "8491", "0212345"):
        tokens = " ".join(number_phrase(asked))
        assert tokens in folded
    assert " ".join(number_phrase("6780212")) not in folded, "not from one number into the next"


def test_a_huge_text_is_cut_and_does_no_harm():
    assert len(fold("象牙" * 500_000)) <= LONGEST_TEXT
    assert len(fold("x" * 1_000_000).split()[0]) == 60
    assert len(fold("0912345678 " * 100_000)) <= LONGEST_TEXT


ASKED = (
    ("象牙", 1),
    ("牙手", 1),
    ("象", 1),
    ("镯", 1),
    ("牙", 1),
    ("象手", 0),
    ("งาช้าง", 1),
    ("ช้าง", 1),
    ("ngà voi", 1),
    ("ngà", 1),
    ("voi ngà", 0),
    ("NGÀ VOI", 1),
    ("слоновая кость", 1),
    ("عاج", 1),
    ("0912 345", 1),
    ("91234", 1),
    ("+84912345678", 1),
    ("99999", 0),
    ("🐘", 1),
    ("anna", 1),
    ("bangkok", 1),
    ("🐅", 0),
    ("'", 0),
    ('" OR 1', 0),
    ("", 0),
    ("...", 0),
    ("NEAR(a b)", 0),
    ("a* OR b", 0),
    ("100", 1),
    ("100 g", 1),
    ("100g", 1),
    ("10", 0),
    ("hoa sen", 1),
    ("hoasen", 1),
)


def test_both_databases_find_the_same(store):
    text = "ขายงาช้างแท้ 象牙手镯 ngà voi слоновая кость عاج 🐘 100g call 0912 345 678; hoa\u200bsen hoa sen"
    contacts = [{"kind": "phone", "value": "+84912345678"}]
    one = store.listings.put(version(text=text, title="", location="Bangkok", analysis={"contacts": contacts}))
    store.leads.create(facts(), [Link(one.id, "", 1.0)])
    store.listings.put(
        version(external_id="2", text="nothing", title="", location="", seller_name="", url="http://x/2")
    )
    for asked, found in ASKED:
        assert store.leads.query(LeadQuery(text=asked, relevant=None)).total == found, asked


def test_the_newest_version_is_the_one_that_is_searched(store):
    made = store.listings.put(version(0, title="old words"))
    store.leads.create(facts(), [Link(made.id, "", 1.0)])
    store.listings.put(version(1, title="new words"))
    assert store.leads.query(LeadQuery(text="old words")).total == 0
    assert store.leads.query(LeadQuery(text="new words")).total == 1
    store.listings.put(version(1, title="newer words"))
    assert store.leads.query(LeadQuery(text="new words")).total == 0
    assert store.leads.query(LeadQuery(text="newer words")).total == 1


def test_the_end_of_a_long_text_is_found_too(store):
    """A position in PostgreSQL's index ends at 16383."""
    letters = "bcdfghjklmnpqrst"
    words = ["".join(letters[int(digit, 16)] for digit in f"{number:x}") for number in range(40_000)]
    made = store.listings.put(version(text=" ".join(words), title=""))
    store.leads.create(facts(), [Link(made.id, "", 1.0)])
    for start in (0, 15_890, 15_899, 15_990, 16_383, 31_790, 34_000):
        asked = " ".join(words[start : start + 12])
        assert store.leads.query(LeadQuery(text=asked)).total == 1, start
    assert store.leads.query(LeadQuery(text=f"{words[100]} {words[102]}")).total == 0


any_letter = st.characters(categories=["L", "N", "M", "So"])


@given(st.lists(st.text(any_letter, min_size=1, max_size=5), min_size=1, max_size=5), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_letter_there_is_can_be_searched(any_script, words, data):
    """The tokenizer of SQLite knows an older Unicode than Python does."""
    asked = data.draw(st.sampled_from(words))
    assume(phrase(asked))
    store, listing = any_script
    store.listings.put(version(0, title=" ".join(words)))
    assert store.leads.query(LeadQuery(text=asked)).total == 1, (words, asked, listing)


@pytest.fixture(scope="module")
def any_script(tmp_path_factory):
    with Store.open(tmp_path_factory.mktemp("home")) as store:
        made = store.listings.put(version(0))
        store.leads.create(facts(), [Link(made.id, "", 1.0)])
        yield store, made.id
