"""The tables behind the facts: whole, folded as they are looked up, and open to question where they are wrong."""

import json
from pathlib import Path

import pytest

from nlp.context import Context
from nlp.facts import tables
from nlp.facts.money import families, resolve, signs
from nlp.facts.numbers import multipliers
from nlp.facts.short import parse_amount
from nlp.facts.units import units
from nlp.facts.whole import read
from nlp.language import detect, second_opinion
from nlp.places.gazetteer import FOLDER, gazetteer
from nlp.records import Language, Text
from nlp.text import key

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.parametrize("path", sorted(tables.FOLDER.glob("*.tsv")), ids=lambda path: path.name)
def test_tables_are_whole(path):
    assert list(tables.rows(path.name))


def test_a_wrong_row_is_named(tmp_path, monkeypatch):
    (tmp_path / "bad.tsv").write_text("a\tb\n1\t2\n1\n", encoding="utf-8")
    monkeypatch.setattr(tables, "FOLDER", tmp_path)
    with pytest.raises(tables.TableError, match=r"bad\.tsv:3"):
        list(tables.rows("bad.tsv"))


def test_words_of_the_tables_are_found_by_their_folded_form():
    for words in (signs(), multipliers(), units()):
        assert all(key(word) == word for word, _ in words)


def test_currencies_are_known_or_families():
    known = {money for money, _, _ in tables.countries().values()} | {
        "XBT",
        "IRT",
        "ERN",
        "SLL",
        "ZMW",
        "USD",
        "VES",
        "BYN",
    }
    for _, values in signs():
        for sign in values:
            assert sign.currency in families() or sign.currency == "*HOME" or sign.currency in known, sign


@pytest.mark.parametrize(("sign", "language", "country", "want"), [
    ("*DOLLAR", "en", "AU", "AUD"), ("*DOLLAR", "en", "KH", "USD"), ("*YEN", "ja", "", "JPY"), ("*YEN", "zh", "CN", "CNY"),  # noqa: E501
    ("*KRONE", "en", "NO", "NOK"), ("*RUPEE", "en", "PK", "PKR"), ("*POUND", "en", "EG", "EGP"), ("*HOME", "vi", "", "VND"),  # noqa: E501
])  # fmt: skip
def test_a_shared_sign_is_that_of_the_country(sign, language, country, want):
    assert resolve(sign, language, country) == want


@pytest.mark.parametrize(("text", "country", "want"), [
    ("3tr5", "VN", (3_500_000, "VND")), ("$1.2k", "US", (1200, "USD")), ("300元/克", "CN", (300, "CNY")), ("1.2 crore", "IN", (1.2e7, "INR")),  # noqa: E501
    ("KSh 4,500", "KE", (4500, "KES")), ("1 234,50 zł", "", (1234.5, "PLN")), ("450", "DE", (450, "")), ("$12", "", (12, "USD")),  # noqa: E501
])  # fmt: skip
def test_short_price_strings(text, country, want):
    assert parse_amount(text, country) == want


def test_a_string_without_a_price():
    assert parse_amount("call for price") is None
    assert parse_amount("") is None


def test_folded_names_of_the_gazetteer_are_up_to_date():
    """The names are stored folded; a change of folding asks for `python -m nlp.build.places`."""
    names = list(gazetteer().names)[::97]
    assert [name for name in names if key(name) != name] == []


def test_gazetteer_fits_its_budget():
    assert (FOLDER / "cities.tsv.gz").stat().st_size < 6_000_000
    assert len(gazetteer()) > 200_000


def test_second_opinion_never_changes_the_language():
    first = detect("Lovely little figure, collection only")
    assert second_opinion("Lovely little figure, collection only", first).code == first.code
    assert second_opinion("123", Language("und", 0.0)) == Language("und", 0.0)


def gold():
    path = SHARED / "relevance" / "multilingual_sample.jsonl"
    if not path.exists():
        pytest.skip("no gold here: ../shared/data is absent")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_floors_on_the_sample():
    """Not to fall: price, contacts and countries of the 44 texts of the sample."""
    right = {"price": 0, "contacts": 0, "countries": 0, "language": 0}
    rows = gold()
    for row in rows:
        language = detect(f"{row['title']}\n{row['text']}", row["country"])
        text = Text(row["id"], row["kind"], row["title"], row["text"], row["seller_text"], row["country"])
        facts, want = read(text, Context(row["kind"], row["country"], language)), row["gold"]
        price = facts.price and {"amount": facts.price.amount, "currency": facts.price.currency}
        right["price"] += price == want["price"]
        right["contacts"] += {(c.kind, c.value) for c in facts.contacts} == {
            (c["kind"], c["value"]) for c in want["contacts"]
        }
        right["countries"] += {p.country for p in facts.locations} == {p["country"] for p in want["locations"]}
        right["language"] += language.code == row["lang"]
    assert all(value >= 0.95 * len(rows) for value in right.values()), right
