"""The parts of extraction on their own: bytes, money, dates, words, links, profiles, the command."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.extract import links, money, read, when, words
from spiders.extract.command import answer, run
from spiders.extract.decode import decode
from spiders.extract.money import Setting
from spiders.extract.structured import loads
from spiders.items import Page
from spiders.sources import parse

NOW = datetime(2026, 7, 28, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            "<meta charset=utf-8><p>老料手工雕刻件，包邮，可以看货，支持当面交易".encode("gbk"),
            "老料手工雕刻件，包邮，可以看货，支持当面交易",
        ),
        ("<p>Größe für Händler".encode("latin-1"), "Größe für Händler"),
        ("<p>Продам недорого, состояние хорошее".encode("cp1251"), "Продам недорого, состояние хорошее"),
        ("<p>naïve 木雕 ".encode() + "café".encode("latin-1"), "naïve 木雕 café"),
        ("\ufeff<p>xin chào".encode("utf-16-le"), "xin chào"),
        (b"<p>a\x00b\x01c", "abc"),
    ],
)
def test_bytes_become_text(body: bytes, text: str) -> None:
    assert text in decode(body)


def test_header_beats_meta_where_both_can_be() -> None:
    body = '<meta charset="iso-8859-1"><p>Łódź'.encode("iso-8859-2")
    assert "Łódź" in decode(body, {"content-type": "text/html; charset=iso-8859-2"})


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12 triệu", "12000000", "VND"), ("3tr5", "3500000", "VND"), ("Rp 1.500.000", "1500000", "IDR"), ("1,5 jt", "1500000", "IDR"),  # noqa: E501
        ("$1.2k", "1200", "USD"), ("1.2 crore", "12000000", "INR"), ("300元/克", "300", "CNY"), ("5万円", "50000", "JPY"), ("฿12,000", "12000", "THB"),  # noqa: E501
        ("€ 1.234,-", "1234", "EUR"), ("1 299,50 kr", "1299.50", "SEK"), ("R$ 1.759,99", "1759.99", "BRL"), ("AU $50", "50", "AUD"),  # noqa: E501
        ("KSh 4,500", "4500", "KES"), ("๔,๕๐๐ บาท", "4500", "THB"), ("500 тыс. руб.", "500000", "RUB"), ("12.500 KWD", "12.500", "KWD"),  # noqa: E501
    ],
)  # fmt: skip
def test_price_as_written(text: str, amount: str, currency: str) -> None:
    price = money.read(text)
    assert price is not None
    assert price.amount == Decimal(amount)
    assert price.currency == currency


@pytest.mark.parametrize(("country", "currency"), [("CA", "CAD"), ("MX", "MXN"), ("HK", "HKD"), ("", "USD")])
def test_bare_dollar_is_settled_by_country(country: str, currency: str) -> None:
    assert money.currency_of("$", Setting(country=country)) == currency


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("vor 3 Tagen", "2026-07-25"), ("2 days ago", "2026-07-26"), ("il y a 2 heures", "2026-07-28"), ("hace 3 días", "2026-07-25"), ("3 ngày trước", "2026-07-25"),  # noqa: E501
        ("3天前", "2026-07-25"), ("2 hari yang lalu", "2026-07-26"), ("hôm qua 10:30", "2026-07-27"), ("15 ก.ค. 2569", "2026-07-15"), ("2014年2月27日", "2014-02-27"),  # noqa: E501
        ("27 июля 2026 г. 12:30", "2026-07-27"), ("3. März 2024", "2024-03-03"), ("Oct 5, 2016", "2016-10-05"), ("(27.02.14)", "2014-02-27"), ("12 lipca", "2026-07-12"),  # noqa: E501
        ("2026-02-23T00:10:00+05:00", "2026-02-23"), ("1456531200", "2016-02-27"),
    ],
)  # fmt: skip
def test_date_as_written(text: str, day: str) -> None:
    found = when.parse(text, NOW)
    assert found is not None
    assert found.date().isoformat() == day


@pytest.mark.parametrize("text", ["3 days", "delivery in 3 days", "99", "hello", "31.02.2026", ""])
def test_no_date_is_none(text: str) -> None:
    assert when.parse(text, NOW) is None


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=2000)
def test_any_text_is_survived(text: str) -> None:
    when.parse(text, NOW)
    money.read(text)
    words.has("blocked", text)
    loads(text)


@given(st.binary(max_size=600))
@settings(max_examples=60, deadline=5000)
def test_any_bytes_in_a_page_are_survived(body: bytes) -> None:
    page = Page("https://a.example/x", b"<html><body>" + body, headers={"content-type": "text/html"})
    assert read(page).kind
    links(page)


def test_words_name_known_keys_in_many_languages() -> None:
    assert len(words.tables()) >= 22
    assert words.label("Người bán:") == ("seller",)
    assert words.label("Item location") == ("location",)
    for language in (
        "en",
        "zh",
        "vi",
        "th",
        "id",
        "ms",
        "ja",
        "ko",
        "fr",
        "es",
        "pt",
        "de",
        "it",
        "nl",
        "ru",
        "ar",
        "hi",
        "sw",
        "tr",
        "lo",
        "km",
        "my",
    ):
        assert {"seller", "location", "posted", "price", "next", "description"} <= set(words.tables()[language]), (
            language
        )


def test_label_words_do_not_match_inside_words() -> None:
    assert words.has("sold_count", "unsoldered") == ""
    assert words.has("missing", "404 — Page not found") != ""


RESULTS = "".join(
    f'<li class="ad"><a href="/ad/{8100 + i}-thing"><img src="/t/{i}.jpg"><b>Thing number {i}</b></a> <i>$ {i}.00</i></li>'  # noqa: E501
    for i in range(1, 9)
)
PAGE = f'<html><body><ul class="nav"><li><a href="/login">Log in</a></li></ul><ul>{RESULTS}</ul><a href="/terms.pdf">Terms</a><a href="/s?page=2">Next</a></body></html>'  # noqa: E501


def test_links_by_general_rules() -> None:
    items, following, documents = links(Page("https://m.example.com/s", PAGE.encode()))
    assert len(items) == 8
    assert items[0] == "https://m.example.com/ad/8101-thing"
    assert following == "https://m.example.com/s?page=2"
    assert documents == ("https://m.example.com/terms.pdf",)


PROFILE = """
kind = "market"
title = "M"
start = ["https://m.example.com/s"]
country = "NZ"
[links]
ignore = ["/ad/8103"]
[fields.title]
css = ".odd-name"
[fields.price]
css = ".odd-price"
read = "price"
[fields.location]
css = ".nowhere"
[attributes.wood]
xpath = "//em[@data-wood]"
read = "attribute"
attribute = "data-wood"
"""


def test_profile_decides_where_it_speaks() -> None:
    body = '<html><title>x</title><body><h1>Wrong</h1><p class="odd-name">Right</p><p class="odd-price">$ 12.50</p><em data-wood="kauri"></em><button>Add to cart</button><h2>Description</h2><p>A bowl turned from one piece of wood, oiled twice and ready for use at the table.</p></body></html>'  # noqa: E501
    got = read(Page("https://m.example.com/item/1", body.encode()), parse(PROFILE, "m"))
    assert got.kind == "listing"
    assert got.listing is not None
    assert got.listing.title == "Right"
    assert got.listing.price is not None
    assert (got.listing.price.amount, got.listing.price.currency) == (Decimal("12.50"), "NZD")
    assert got.listing.attributes["wood"] == "kauri"
    assert got.listing.origins["title"] == "selector"
    assert got.missing == ("location",)


def test_profile_ignores_links() -> None:
    items, _, _ = links(Page("https://m.example.com/s", PAGE.encode()), parse(PROFILE, "m"))
    assert len(items) == 7


def test_command_keeps_order_and_survives_bad_rows(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_text(PAGE, encoding="utf-8")
    rows = [json.dumps({"id": str(i), "url": "https://m.example.com/s", "path": str(saved)}) for i in range(12)]
    rows[3] = "not json"
    rows[5] = json.dumps({"id": "5", "path": str(tmp_path / "absent.html")})
    out = io.StringIO()
    assert run(rows, out, workers=2) == 2
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["id"] for one in answers] == ["0", "1", "2", None, "4", "5", *map(str, range(6, 12))]
    assert "error" in answers[3]
    assert "error" in answers[5]
    assert answers[0]["page"] == "results"
    assert len(answers[0]["links"]) == 8


def test_answer_is_plain_json(tmp_path: Path) -> None:
    saved = tmp_path / "page.html"
    saved.write_text("<html><h1>x</h1>", encoding="utf-8")
    assert json.loads(json.dumps(answer({"id": 1, "path": str(saved), "url": "https://a.example/"})))["id"] == 1
