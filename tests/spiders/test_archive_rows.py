"""Listings out of tables: JSON lines, JSON, CSV in any language and encoding, workbooks."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.archive import Archived, Limits, Problem, Row, open_file
from spiders.archive_columns import field_of, parse_date


def opened(
    tmp_path: Path, name: str, data: bytes | str, limits: Limits | None = None
) -> tuple[list[Row], list[Problem]]:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    items = list(open_file(path, limits or Limits()))
    assert not any(isinstance(item, Archived) for item in items)
    return [i for i in items if isinstance(i, Row)], [i for i in items if isinstance(i, Problem)]


def lines(*records: Any) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def test_the_feed_that_scores_leads(tmp_path: Path):
    feed = lines(
        {
            "id": "a1",
            "site": "chotot",
            "lang": "vi",
            "title": "Vòng ngà",
            "text": "Giá 5 triệu",
            "seller_text": "Zalo 0901",
        },
        {"id": "a2", "site": "ebay", "lang": "en", "title": "", "text": "bangle", "seller_text": ""},
    )
    rows, problems = opened(tmp_path, "feed.jsonl", feed)
    assert problems == []
    first = rows[0]
    assert (first.id, first.site, first.lang, first.title, first.text) == (
        "a1",
        "chotot",
        "vi",
        "Vòng ngà",
        "Giá 5 triệu",
    )
    assert (first.seller_text, first.number, first.attributes) == ("Zalo 0901", 1, {})
    assert json.loads(first.raw)["id"] == "a1"
    assert first.listing().external_id == "a1"
    assert first.listing().url == "row:chotot/a1"
    assert rows[1].text == "bangle"


def test_one_line_is_enough_where_the_name_says_so(tmp_path: Path):
    rows, _ = opened(tmp_path, "one.jsonl", lines({"id": 1, "title": "x"}))
    assert [row.id for row in rows] == ["1"]


def test_lines_without_the_name(tmp_path: Path):
    rows, _ = opened(tmp_path, "feed.json", lines({"id": 1, "title": "x"}, {"id": 2, "title": "y"}))
    assert [row.id for row in rows] == ["1", "2"]


def test_what_our_own_crawl_writes(tmp_path: Path):
    record = {
        "url": "https://a.test/1",
        "title": "Tusk",
        "price": {"amount": "1200.50", "currency": "USD", "text": "$1,200.50"},
        "seller": {"name": "Nam", "id": "77", "url": "https://a.test/u/77", "text": "since 2019"},
        "images": ["https://a.test/1.jpg", {"url": "https://a.test/2.jpg"}, "javascript:x"],
        "posted": "2024-05-01T10:00:00+07:00",
        "attributes": {"Weight": "2 kg"},
    }
    rows, _ = opened(tmp_path, "out.jsonl", lines(record))
    listing = rows[0].listing()
    assert listing.price is not None
    assert (listing.price.amount, listing.price.currency, listing.price.text) == (
        Decimal("1200.50"),
        "USD",
        "$1,200.50",
    )
    assert listing.seller is not None
    assert (listing.seller.name, listing.seller.id, listing.seller.text) == ("Nam", "77", "since 2019")
    assert listing.images == ("https://a.test/1.jpg", "https://a.test/2.jpg")
    assert listing.posted == datetime(2024, 5, 1, 3, 0, tzinfo=UTC)
    assert listing.attributes == {"Weight": "2 kg"}


@pytest.mark.parametrize("wrap", ["{}", '{{"listings": {}}}', '{{"total": 2, "items": {}}}'])
def test_a_json_list(tmp_path: Path, wrap: str):
    records = json.dumps([{"id": 1, "title": "x"}, {"id": 2, "description": "y"}, 3])
    rows, problems = opened(tmp_path, "a.json", wrap.format(records))
    assert [(row.id, row.title, row.text) for row in rows] == [("1", "x", ""), ("2", "", "y")]
    assert [problem.reason for problem in problems] == ["row"]


def test_bad_lines_cost_only_themselves(tmp_path: Path):
    text = (
        lines({"id": 1, "title": "a"})
        + '{"broken\n\n[1]\n"text"\n{"id": 5}\n'
        + "[" * 5000
        + "\n"
        + lines({"id": 9, "title": "z"})
    )
    rows, problems = opened(tmp_path, "a.jsonl", text)
    assert [row.id for row in rows] == ["1", "9"]
    assert [problem.detail.split(":")[0] for problem in problems] == ["line 2", "line 4", "line 5", "line 6", "line 7"]


def test_a_line_beyond_the_limit(tmp_path: Path):
    text = '{"title": "' + "x" * 5000 + '"}\n' + lines({"id": 2, "title": "b"})
    rows, problems = opened(tmp_path, "a.jsonl", text, Limits(line=1000))
    assert [row.id for row in rows] == ["2"]
    assert "longer" in problems[0].detail


def test_numbers_and_odd_values(tmp_path: Path):
    text = '{"id": 12345678901234567890, "title": "\\ud800 x", "price": 1e400, "text": null, '
    text += '"a": NaN, "b": true, "c": ["p", "q"]}\n'
    rows, _ = opened(tmp_path, "a.jsonl", text)
    assert rows[0].id == "12345678901234567890"
    assert rows[0].title == "? x"
    assert rows[0].attributes == {"a": "nan", "b": "true", "c": "p\nq"}


HEADERS = {
    "en": "Listing ID,Item Title,Description,Asking Price,Currency,Seller Name,Location,Date Posted,URL",
    "vi": "Mã tin,Tiêu đề,Mô tả,Giá bán,Tiền tệ,Người bán,Địa điểm,Ngày đăng,Đường dẫn",
    "th": "รหัส,ชื่อสินค้า,รายละเอียด,ราคา,สกุลเงิน,ผู้ขาย,จังหวัด,วันที่ลง,ลิงก์",
    "zh": "编号,标题,描述,价格,货币,卖家,地点,发布时间,链接",
    "es": "Código,Título,Descripción,Precio,Moneda,Vendedor,Ciudad,Fecha,Enlace",
    "ru": "Артикул,Название,Описание,Цена,Валюта,Продавец,Город,Дата,Ссылка",
    "snake": "item_id,product_name,full_text,price_raw,currency_code,user_name,item_location,published_at,page_url",
    "camel": "itemId,productName,fullText,priceText,priceCurrency,sellerName,itemLocation,datePublished,itemUrl",
}


@pytest.mark.parametrize("lang", HEADERS)
def test_csv_headers(tmp_path: Path, lang: str):
    text = HEADERS[lang] + '\n7,tusk,"two, kilos\nclean",1200,usd,Nam,Hanoi,2024-05-01,https://a.test/7\n'
    rows, problems = opened(tmp_path, "a.csv", text)
    assert problems == []
    row = rows[0]
    assert (row.id, row.title, row.text, row.price, row.currency) == ("7", "tusk", "two, kilos\nclean", "1200", "USD")
    assert (row.amount, row.seller, row.location, row.url) == (Decimal(1200), "Nam", "Hanoi", "https://a.test/7")
    assert row.posted == datetime(2024, 5, 1, tzinfo=UTC)
    assert row.attributes == {}


@pytest.mark.parametrize(
    ("encoding", "header", "title"),
    [
        ("utf-8-sig", "title;price;text", "ngà voi"),
        ("utf-16", "title\tprice\ttext", "象牙"),
        ("gb18030", "标题,价格,描述", "出售象牙制品价格面议微信联系"),
        ("cp1251", "название;цена;описание", "продаю бивни мамонта и слоновую кость"),
        ("cp932", "タイトル,価格,説明", "象牙の印鑑を販売しています"),
    ],
)
def test_csv_encodings_and_delimiters(tmp_path: Path, encoding: str, header: str, title: str):
    sign = next(sign for sign in ";\t," if sign in header)
    text = header + "\r\n" + "".join(sign.join((title, str(number), title)) + "\r\n" for number in range(5))
    rows, problems = opened(tmp_path, "a.csv" if sign != "\t" else "a.tsv", text.encode(encoding))
    assert problems == []
    assert [row.title for row in rows] == [title] * 5
    assert [row.price for row in rows] == ["0", "1", "2", "3", "4"]


def test_csv_rows_longer_shorter_and_empty(tmp_path: Path):
    rows, problems = opened(tmp_path, "a.csv", "\n\ntitle,price\na,1,extra\nb\n,\n,5\n")
    assert [(row.title, row.price, dict(row.attributes)) for row in rows] == [
        ("a", "1", {"column 3": "extra"}),
        ("b", "", {}),
    ]
    assert [problem.reason for problem in problems] == ["row"]


def test_bytes_that_the_encoding_does_not_know_are_counted(tmp_path: Path):
    good = "".join(f"vòng ngà số {number},Hà Nội\n" for number in range(100)).encode()
    rows, problems = opened(tmp_path, "a.csv", b"title,location\n" + good + b"bad \xff byte,x\n")
    assert len(rows) == 101
    assert [(problem.reason, problem.count) for problem in problems] == [("row", 1)]


def test_two_columns_for_one_field_lose_nothing(tmp_path: Path):
    rows, _ = opened(tmp_path, "a.csv", "name,title,city,location\nNam,tusk,Hanoi,Vietnam\n")
    assert (rows[0].title, rows[0].location) == ("tusk", "Vietnam")
    assert rows[0].attributes == {"name": "Nam", "city": "Hanoi"}


def test_workbook_of_listings(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["Title", "Price", "Posted"])
    book.active.append(["tusk", 1200.5, datetime(2024, 1, 31)])
    other = book.create_sheet("Notes")
    other.append(["how this was made"])
    held = io.BytesIO()
    book.save(held)
    rows, problems = opened(tmp_path, "a.xlsx", held.getvalue())
    assert [(row.title, row.amount, row.posted) for row in rows] == [
        ("tusk", Decimal("1200.5"), datetime(2024, 1, 31, tzinfo=UTC))
    ]
    assert [(problem.member, problem.reason) for problem in problems] == [("Notes", "columns")]


def test_workbook_of_anything_else_is_a_page(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["Station", "Depth"])
    held = io.BytesIO()
    book.save(held)
    (tmp_path / "a.xlsx").write_bytes(held.getvalue())
    (page,) = open_file(tmp_path / "a.xlsx")
    assert isinstance(page, Archived)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1200", "1200"),
        ("1200.50", "1200.50"),
        ("1,200.50", "1200.50"),
        ("1.200", None),
        ("1,200", None),
        ("about 5", None),
        ("$5", None),
    ],
)
def test_only_bare_numbers_are_amounts(tmp_path: Path, text: str, amount: str | None):
    rows, _ = opened(tmp_path, "a.jsonl", lines({"title": "x", "price": text}))
    assert rows[0].price == text
    assert rows[0].amount == (Decimal(amount) if amount else None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2024-05-01", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024/5/1 10:00", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("2024-05-01T10:00:00Z", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("1714557600", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("1714557600000", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("Wed, 01 May 2024 10:00:00 +0000", datetime(2024, 5, 1, 10, tzinfo=UTC)),
        ("01/02/2024", None),
        ("yesterday", None),
        ("2024-13-45", None),
    ],
)
def test_dates(text: str, found: datetime | None):
    assert parse_date(text) == found


def test_a_date_that_is_not_understood_is_kept(tmp_path: Path):
    rows, _ = opened(tmp_path, "a.jsonl", lines({"title": "x", "date": "01/02/2024"}))
    assert rows[0].posted is None
    assert rows[0].attributes == {"posted": "01/02/2024"}


def test_names_of_columns():
    assert [field_of(name) for name in ("Seller_Name", "sellerName", "SELLER-NAME", "ＴＩＴＬＥ", "unknown")] == [
        "seller",
        "seller",
        "seller",
        "title",
        "",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(
        st.dictionaries(st.sampled_from(["id", "title", "text", "price", "posted", "images", "x"]), JSON), max_size=5
    )
)
def test_any_json_lines_are_rows_or_problems(tmp_path: Path, records: list[dict[str, Any]]):
    rows, problems = opened(tmp_path, "a.jsonl", "".join(json.dumps(record) + "\n" for record in records) or " ")
    assert len(rows) + sum(problem.count for problem in problems if problem.reason == "row") == len(records)
    for row in rows:
        json.dumps([row.title, row.text, dict(row.attributes)], ensure_ascii=False).encode("utf-8")
        row.listing()


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\r\x00"), max_size=15)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(st.tuples(CELL, CELL), max_size=6), sign=st.sampled_from(",;\t|"))
def test_any_csv_gives_its_rows_back(tmp_path: Path, cells: list[tuple[str, str]], sign: str):
    import csv

    held = io.StringIO()
    writer = csv.writer(held, delimiter=sign, quoting=csv.QUOTE_ALL)
    writer.writerows([("title", "text"), *cells])
    rows, problems = opened(tmp_path, "a.csv", held.getvalue())
    wanted = [(" ".join(title.split()), text.strip()) for title, text in cells if title.strip() or text.strip()]
    assert [(row.title, row.text) for row in rows] == wanted
    assert problems == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200))
def test_random_bytes_below_a_header_never_raise(tmp_path: Path, body: bytes):
    path = tmp_path / "a.csv"
    path.write_bytes(b"title,text\n" + body)
    list(open_file(path))
