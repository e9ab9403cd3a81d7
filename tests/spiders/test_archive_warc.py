"""Web archives: every answer with what a faithful capture needs; damage costs only the record it is in."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from spiders.archive import Archived, Limits, Problem, open_file

DATE = "2024-03-01T10:00:00Z"


def make_warc(fill: Callable[[WARCWriter], None], packed: bool = True) -> bytes:
    held = io.BytesIO()
    fill(WARCWriter(held, gzip=packed))
    return held.getvalue()


def answer(
    writer: WARCWriter, url: str, body: bytes, headers: list[tuple[str, str]] | None = None, status: str = "200 OK"
):
    head = StatusAndHeaders(status, headers or [("Content-Type", "text/html")], protocol="HTTP/1.1")
    return writer.create_warc_record(
        url,
        "response",
        io.BytesIO(body),
        http_headers=head,
        warc_headers_dict={"WARC-Date": DATE, "WARC-IP-Address": "203.0.113.9"},
    )


def request(writer: WARCWriter, url: str, method: str = "GET"):
    head = StatusAndHeaders(
        f"{method} / HTTP/1.1", [("Host", "shop.test"), ("User-Agent", "osint")], is_http_request=True
    )
    return writer.create_warc_record(url, "request", http_headers=head)


def pages(count: int, packed: bool) -> bytes:
    def fill(writer: WARCWriter) -> None:
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
        for number in range(count):
            url = f"https://shop.test/{number}"
            writer.write_request_response_pair(request(writer, url), answer(writer, url, b"<p>page %d</p>" % number))

    return make_warc(fill, packed)


def opened(
    tmp_path: Path, name: str, data: bytes, limits: Limits | None = None
) -> tuple[list[Archived], list[Problem]]:
    path = tmp_path / name
    path.write_bytes(data)
    items = list(open_file(path, limits or Limits()))
    found = [item for item in items if isinstance(item, Archived)]
    problems = [item for item in items if isinstance(item, Problem)]
    assert len(found) + len(problems) == len(items)
    return found, problems


@pytest.mark.parametrize("packed", [True, False])
def test_an_answer_keeps_headers_in_order_request_ip_and_date(tmp_path: Path, packed: bool):
    headers = [("Content-Type", "text/html; charset=x"), ("Set-Cookie", "a=1"), ("X-B", "2"), ("Set-Cookie", "c=3")]
    url = "https://shop.test/1"
    data = make_warc(
        lambda writer: writer.write_request_response_pair(
            request(writer, url, "POST"), answer(writer, url, b"body", headers)
        ),
        packed,
    )
    (page,), problems = opened(tmp_path, "a.warc", data)
    assert problems == []
    assert (page.url, page.status, page.reason, page.body, page.by) == (url, 200, "OK", b"body", "import")
    assert page.media_type == "text/html"
    assert page.headers["set-cookie"] == "a=1, c=3"
    assert page.pairs == tuple(headers)
    assert page.request_pairs == (("Host", "shop.test"), ("User-Agent", "osint"))
    assert (page.method, page.ip, page.origin, page.offset) == ("POST", "203.0.113.9", "response", 0)
    assert page.fetched_at == datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
    assert page.record_id.startswith("urn:uuid:")
    exchange = page.exchange("import")
    assert (exchange.url, exchange.headers, exchange.ip, exchange.by) == (url, page.pairs, "203.0.113.9", "import")


def test_chunks_are_joined_and_the_coding_kept(tmp_path: Path):
    body = gzip.compress(b"<p>tusk</p>")
    chunked = b"5\r\n" + body[:5] + b"\r\n%x;ext=1\r\n" % len(body[5:]) + body[5:] + b"\r\n0\r\n\r\n"
    headers = [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]
    data = make_warc(lambda writer: writer.write_record(answer(writer, "https://a.test/", chunked, headers)))
    (page,), _ = opened(tmp_path, "a.warc.gz", data)
    assert page.body == body
    assert ("Transfer-Encoding", "chunked") in page.pairs
    assert ("Transfer-Encoding", "chunked") not in page.exchange("x").headers


@pytest.mark.parametrize("body", [b"not chunked at all", b"5\r\nhel", b"zz\r\nhello\r\n0\r\n\r\n", b"5\r\nhello"])
def test_wrong_chunks_lose_nothing(tmp_path: Path, body: bytes):
    data = make_warc(lambda w: w.write_record(answer(w, "https://a.test/", body, [("Transfer-Encoding", "chunked")])))
    (page,), _ = opened(tmp_path, "a.warc.gz", data)
    assert page.body in {body, b"hel", b"hello"}


def test_other_records_are_counted_by_type(tmp_path: Path):
    def fill(writer: WARCWriter) -> None:
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
        writer.write_record(writer.create_warc_record("https://a.test/", "metadata", io.BytesIO(b"{}")))
        writer.write_record(request(writer, "https://a.test/lost"))
        writer.write_record(writer.create_warc_record("https://a.test/x.pdf", "resource", io.BytesIO(b"%PDF-1.4"),
                                                      warc_content_type="application/pdf"))  # fmt: skip
        writer.write_record(writer.create_warc_record("urn:log", "resource", io.BytesIO(b"log")))

    (page,), problems = opened(tmp_path, "a.warc.gz", make_warc(fill))
    assert (page.origin, page.media_type, page.body) == ("resource", "application/pdf", b"%PDF-1.4")
    assert {problem.reason for problem in problems} == {"passed_over"}
    assert {problem.detail: problem.count for problem in problems} == {
        "warcinfo records": 1,
        "metadata records (https:)": 1,
        "resource records (urn:)": 1,
        "request records without an answer": 1,
    }


@pytest.mark.parametrize("packed", [True, False])
def test_a_revisit_gets_the_earlier_body(tmp_path: Path, packed: bool):
    def fill(writer: WARCWriter) -> None:
        first = answer(writer, "https://a.test/", b"the body")
        writer.write_record(first)
        writer.write_record(answer(writer, "https://a.test/other", b"another"))
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html"), ("X-Again", "1")], protocol="HTTP/1.1")
        digest = first.rec_headers.get_header("WARC-Payload-Digest")
        writer.write_record(writer.create_revisit_record("https://a.test/2", digest, "https://a.test/", DATE, head))
        writer.write_record(
            writer.create_revisit_record("https://a.test/3", "sha1:NOWHERE", "https://b.test/", DATE, head)
        )

    found, problems = opened(tmp_path, "a.warc", make_warc(fill, packed))
    assert [page.body for page in found] == [b"the body", b"another", b"the body"]
    assert (found[2].origin, found[2].url, found[2].headers["x-again"]) == ("revisit", "https://a.test/2", "1")
    assert [(problem.reason, "https://b.test/" in problem.detail) for problem in problems] == [("revisit", True)]


def test_revisits_do_not_make_a_flood_of_a_small_file(tmp_path: Path):
    def fill(writer: WARCWriter) -> None:
        first = answer(writer, "https://a.test/", b"\x00" * 1_000_000)
        writer.write_record(first)
        digest = first.rec_headers.get_header("WARC-Payload-Digest")
        for number in range(40):
            writer.write_record(
                writer.create_revisit_record(f"https://a.test/{number}", digest, "https://a.test/", DATE)
            )

    found, problems = opened(tmp_path, "a.warc.gz", make_warc(fill), Limits(slack=1 << 20, ratio=1))
    assert len(found) == 3
    assert [problem.reason for problem in problems] == ["revisit"] * 38


@pytest.mark.parametrize("packed", [True, False])
def test_a_cut_file_gives_all_before_the_cut_and_says_so(tmp_path: Path, packed: bool):
    whole = pages(5, packed)
    found, problems = opened(tmp_path, "a.warc", whole[:-60] if packed else whole[:-340])
    assert [page.body for page in found][:4] == [b"<p>page %d</p>" % number for number in range(4)]
    assert "cut" in {problem.reason for problem in problems}


def test_garbage_in_the_middle_costs_only_its_record(tmp_path: Path):
    whole = pages(6, packed=True)
    starts = [at for at in range(len(whole)) if whole.startswith(b"\x1f\x8b\x08", at)]
    for at in (starts[5] + 20, starts[5] + 60):
        damaged = whole[:at] + b"\xff" * 25 + whole[at + 25 :]
        found, problems = opened(tmp_path, "a.warc.gz", damaged)
        assert len(found) >= 5
        assert found[-1].body == b"<p>page 5</p>"
        assert any(problem.reason == "broken" and f"at byte {starts[5]}" in problem.detail for problem in problems)


@pytest.mark.parametrize("change", [b"9", b"900", b"99999999999999999999", b"-4", b"abc", b"999999999"])
def test_a_wrong_length_costs_only_its_record(tmp_path: Path, change: bytes):
    whole = pages(4, packed=False)
    starts = [at for at in range(len(whole)) if whole.startswith(b"WARC/1.0\r\n", at)]
    at = whole.index(b"Content-Length: ", starts[3])
    end = whole.index(b"\r\n", at)
    found, problems = opened(tmp_path, "a.warc", whole[:at] + b"Content-Length: " + change + whole[end:])
    assert [page.url[-1] for page in found if page.url.endswith(("2", "3"))] == ["2", "3"]
    assert {problem.reason for problem in problems} & {"broken", "cut", "size"}
    if change in {b"9", b"900"}:
        assert [page.body for page in found] == [b"<p>page %d</p>" % number for number in range(4)]


def test_a_digest_that_does_not_hold_is_named_and_the_page_kept(tmp_path: Path):
    whole = pages(1, packed=False).replace(b"<p>page 0</p>", b"<p>PAGE 0</p>")
    (page,), problems = opened(tmp_path, "a.warc", whole)
    assert page.body == b"<p>PAGE 0</p>"
    assert "digest" in {problem.reason for problem in problems}


def test_records_larger_than_the_limit_are_named(tmp_path: Path):
    def fill(writer: WARCWriter) -> None:
        writer.write_record(answer(writer, "https://a.test/big", b"\x00" * 3_000_000))
        writer.write_record(answer(writer, "https://a.test/small", b"x"))

    for packed in (True, False):
        found, problems = opened(tmp_path, "a.warc", make_warc(fill, packed), Limits(page=1_000_000))
        assert [page.url for page in found] == ["https://a.test/small"]
        assert [problem.reason for problem in problems] == ["size"]


def test_one_gzip_around_all_records(tmp_path: Path):
    found, _ = opened(tmp_path, "a.warc.gz", gzip.compress(pages(3, packed=False)))
    assert len(found) == 3


def test_a_file_of_nothing_but_starts_is_given_up(tmp_path: Path):
    started = time.monotonic()
    found, problems = opened(tmp_path, "a.warc.gz", pages(1, packed=True) + b"\x1f\x8b\x08" * 600_000)
    assert len(found) == 1
    assert "given up" in problems[1].detail
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("packed", [True, False])
def test_arc(tmp_path: Path, packed: bool):
    head = b"1 0 Test\nURL IP-address Archive-date Content-type Archive-length\n"
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>old</p>"
    first = b"filedesc://a.arc 0.0.0.0 20090101000000 text/plain %d\n" % len(head) + head + b"\n"
    second = b"http://a.test/a b?c=1 203.0.113.4 20090102030405 text/html %d\n" % len(body) + body + b"\n"
    data = gzip.compress(first) + gzip.compress(second) if packed else first + second
    (page,), problems = opened(tmp_path, "a.arc", data)
    assert (page.url, page.body, page.ip) == ("http://a.test/a%20b?c=1", b"<p>old</p>", "203.0.113.4")
    assert page.fetched_at == datetime(2009, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert [problem.detail for problem in problems] == ["arc_header records (filedesc:)"]


def make_wacz(warc: bytes, method: int, promised: bytes | None = None) -> bytes:
    described = {"resources": [{"path": "archive/a.warc.gz", "hash": "sha256:" + sha256(promised or warc).hexdigest()}]}
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.writestr("datapackage.json", json.dumps(described))
        archive.writestr("archive/a.warc.gz", warc)
        archive.writestr(
            "pages/pages.jsonl", '{"format": "json-pages-1.0", "title": "All"}\n{"url": "https://a.test"}\n'
        )
        archive.writestr("indexes/index.cdx", "x")
    return held.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_wacz(tmp_path: Path, method: int):
    found, problems = opened(tmp_path, "a.wacz", make_wacz(pages(3, packed=True), method))
    assert [page.member for page in found] == ["archive/a.warc.gz"] * 3
    assert found[2].request_pairs
    assert {problem.reason for problem in problems} == {"passed_over"}


def test_wacz_whose_promise_is_broken(tmp_path: Path):
    found, problems = opened(tmp_path, "a.wacz", make_wacz(pages(1, packed=True), zipfile.ZIP_STORED, b"other"))
    assert len(found) == 1
    assert [(p.reason, p.member) for p in problems if p.reason == "digest"] == [("digest", "archive/a.warc.gz")]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_archives_never_raise(tmp_path: Path, data: st.DataObject):
    body = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=30))
    opened(tmp_path, "a.warc.gz", bytes(body[: data.draw(st.integers(1, len(body)))]))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    head=st.sampled_from([b"WARC/1.0\r\n", b"WARC/1.1\r\nContent-Length: 5\r\n", b"filedesc://"]),
    body=st.binary(max_size=300),
)
def test_random_bytes_after_a_start_never_raise(tmp_path: Path, head: bytes, body: bytes):
    opened(tmp_path, "a.warc", head + body)


WHOLE = [pages(2, packed=True), pages(2, packed=False), make_wacz(pages(2, packed=True), zipfile.ZIP_STORED)]
