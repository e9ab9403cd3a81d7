"""Files and archives of files: every kind comes out as pages or rows; what is refused has a reason; nothing raises."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.archive import REASONS, Archived, Limits, Problem, Row, open_body, open_file
from spiders.items import Page

HTML = b"<!DOCTYPE html><title>t</title><p>tusk for sale"
PDF = b"%PDF-1.4\n%%EOF"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "pages"


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo("placeholder", (2024, 1, 2, 3, 4, 6))
            info.filename, info.compress_type = name, method
            archive.writestr(info, data)
    return held.getvalue()


def opened(
    tmp_path: Path, name: str, data: bytes, limits: Limits | None = None
) -> tuple[list[Archived], list[Problem]]:
    path = tmp_path / name
    path.write_bytes(data)
    items = list(open_file(path, limits or Limits()))
    assert all(isinstance(item, Archived | Problem | Row) for item in items)
    return [i for i in items if isinstance(i, Archived)], [i for i in items if isinstance(i, Problem)]


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("a.html", HTML, "text/html"),
        ("noname", HTML, "text/html"),
        ("a.pdf", PDF, "application/pdf"),
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.txt", b"ivory", "text/plain"),
        ("a.rtf", b"{\\rtf1 x}", "application/rtf"),
        ("a.eml", b"From: a@b\nSubject: s\n\nx", "message/rfc822"),
        ("a.rss", b"<?xml version='1.0'?><rss></rss>", "application/rss+xml"),
        (
            "feed.json",
            b'{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1"}]}',
            "application/feed+json",
        ),
        ("page.html.gz", gzip.compress(HTML), "text/html"),
        ("a.csv", b"station,depth\nx,1\n", "text/csv"),
    ],
)
def test_a_plain_file_is_a_page(tmp_path: Path, name: str, data: bytes, media_type: str):
    (page,), problems = opened(tmp_path, name, data)
    assert problems == []
    assert (page.media_type, page.by, page.origin, page.status) == (media_type, "import", "file", 200)
    assert page.url.startswith(f"file:{name.removesuffix('.gz')}?sha256=")
    assert page.headers["content-type"].startswith(media_type)
    assert page.fetched_at is not None
    assert page.exchange("import").body == page.body


def test_two_files_of_one_name_stay_two(tmp_path: Path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a.html").write_bytes(HTML)
    (tmp_path / "b" / "a.html").write_bytes(HTML + b"!")
    urls = [item.url for item in open_file(tmp_path) if isinstance(item, Archived)]
    assert len(set(urls)) == 2


@pytest.mark.parametrize(
    ("head", "url"),
    [
        ("<!-- saved from url=(0025)https://shop.test/item/1 -->", "https://shop.test/item/1"),
        ("<!--\n Page saved with SingleFile \n url: https://shop.test/2 \n saved date: x\n-->", "https://shop.test/2"),
        ("<!-- Mirrored from shop.test/3.html by HTTrack Website Copier -->", "http://shop.test/3.html"),
        ("<link rel='canonical' href='https://shop.test/4'>", "https://shop.test/4"),
        ('<link href="https://shop.test/5?a=1&amp;b=2" rel="canonical">', "https://shop.test/5?a=1&b=2"),
        ("<meta content=https://shop.test/6 property=og:url>", "https://shop.test/6"),
        (
            "<meta property='og:url' content='https://o.test'><link rel=canonical href=https://c.test/>",
            "https://c.test/",
        ),
        ("<link rel=canonical href=/relative>", ""),
        ("<link rel=canonical href='javascript:alert(1)'>", ""),
        ("<link rel=canonical href='file:///etc/passwd'>", ""),
        ("<link rel=canonical href='https://[broken'>", ""),
    ],
)
def test_the_address_of_a_saved_page(tmp_path: Path, head: str, url: str):
    (page,), _ = opened(tmp_path, "a.html", f"<!DOCTYPE html>{head}<title>t</title>".encode())
    assert page.url == url or (not url and page.url.startswith("file:a.html"))


def test_the_date_of_a_saved_page(tmp_path: Path):
    note = (
        b"<!-- Page saved with SingleFile url: https://a.test/ saved date: Mon Jan 02 2023 10:00:00 GMT+0100 (CET) -->"
    )
    (page,), _ = opened(tmp_path, "a.html", b"<html>" + note)
    assert page.fetched_at == datetime(2023, 1, 2, 9, 0, tzinfo=UTC)


def test_mhtml(tmp_path: Path):
    data = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://shop.test/9\r\nSubject: x\r\n"
        b"Date: Tue, 2 Jan 2024 10:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: https://shop.test/9\r\n\r\n"
        b"<html><p>ng=C3=A0</p>\r\n--b\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"
    )
    (page,), problems = opened(tmp_path, "a.mhtml", data)
    assert (page.url, page.media_type, problems) == ("https://shop.test/9", "text/html", [])
    assert "ngà".encode() in page.body
    assert page.fetched_at == datetime(2024, 1, 2, 10, 0, tzinfo=UTC)


def test_zip_of_many_kinds(tmp_path: Path):
    data = zipped(
        {
            "dir/a.html": HTML,
            "b.pdf": PDF,
            "c/d.html.gz": gzip.compress(HTML + b"2"),
            "__MACOSX/._a": b"x",
            "x.js": b"var a;",
        }
    )
    found, problems = opened(tmp_path, "a.zip", data)
    assert [page.member for page in found] == ["dir/a.html", "b.pdf", "c/d.html.gz"]
    assert found[0].url.startswith("file:a.zip!/dir/a.html?sha256=")
    assert found[0].fetched_at == datetime(2024, 1, 2, 3, 4, 6, tzinfo=UTC)
    assert [(problem.member, problem.reason) for problem in problems] == [("x.js", "unsupported")]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a/../../b.html", "..\\..\\b.html", "C:\\b.html", "a\x00.html"]
)
def test_names_that_lead_out_are_refused_and_nothing_is_written(tmp_path: Path, name: str):
    outer = tmp_path / "in"
    outer.mkdir()
    found, problems = opened(outer, "a.zip", zipped({name: HTML, "good.html": HTML}))
    assert [page.member for page in found] == ["good.html"]
    assert [problem.reason for problem in problems] == ["name"]
    assert {path.name for path in tmp_path.rglob("*")} == {"in", "a.zip"}


def test_links_are_refused(tmp_path: Path):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        info = zipfile.ZipInfo("link.html")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    _, problems = opened(tmp_path, "a.zip", held.getvalue())
    assert [problem.reason for problem in problems] == ["link"]


def test_encrypted_members_are_named(tmp_path: Path):
    data = bytearray(zipped({"a.html": HTML, "b.html": HTML}))
    data[6] |= 1  # the flag of the first member, in its own head and in the directory
    data[data.index(b"PK\x01\x02") + 8] |= 1
    found, problems = opened(tmp_path, "a.zip", bytes(data))
    assert [page.member for page in found] == ["b.html"]
    assert [(problem.member, problem.reason) for problem in problems] == [("a.html", "encrypted")]


def test_zips_in_zips_to_the_third_depth(tmp_path: Path):
    data = zipped({"page.html": HTML})
    for depth in range(1, 5):
        found, problems = opened(tmp_path, f"{depth}.zip", data)
        if depth <= 3:
            assert [page.member.count("!/") for page in found] == [depth - 1]
        else:
            assert found == []
            assert [problem.reason for problem in problems] == ["depth"]
        data = zipped({f"inner{depth}.zip": data})


def test_zip_bomb_by_ratio(tmp_path: Path):
    data = zipped({"a.html": HTML, "bomb.html": b"<html>" + b"\x00" * 30_000_000, "late.html": HTML})
    found, problems = opened(tmp_path, "a.zip", data, Limits(slack=1 << 20))
    assert [page.member for page in found] == ["a.html"]
    assert [(problem.member, problem.reason) for problem in problems] == [("bomb.html", "ratio"), ("", "ratio")]


def test_zip_bomb_by_size_and_total(tmp_path: Path):
    data = zipped({f"{number}.html": b"<html>" + os.urandom(1_000_000) for number in range(6)})
    found, problems = opened(tmp_path, "a.zip", data, Limits(total=3_500_000))
    assert len(found) == 3
    assert {problem.reason for problem in problems} == {"size", "ratio"}
    found, problems = opened(tmp_path, "b.zip", data, Limits(page=500_000))
    assert found == []
    assert [problem.reason for problem in problems] == ["size"] * 6


def test_a_zip_that_lies_about_sizes(tmp_path: Path):
    data = bytearray(zipped({"a.html": HTML * 100}))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 5)  # the directory says five bytes
    found, problems = opened(tmp_path, "a.zip", bytes(data))
    assert len(found) + len(problems) == 1


def test_bombs_within_bombs_share_one_budget(tmp_path: Path):
    inner = zipped({f"{number}.html": b"<html>" + b"\x00" * 3_000_000 for number in range(5)})
    data = zipped({f"{number}.zip": inner for number in range(50)})
    found, problems = opened(tmp_path, "a.zip", data, Limits(slack=8 << 20))
    assert len(found) < 20
    assert "ratio" in {problem.reason for problem in problems}


def test_gzip_bomb(tmp_path: Path):
    _, problems = opened(tmp_path, "a.html.gz", gzip.compress(b"<html>" + b"\x00" * 50_000_000), Limits(slack=1 << 20))
    assert [problem.reason for problem in problems] == ["ratio"]


def test_too_many_members(tmp_path: Path):
    data = zipped({f"{number}.html": HTML for number in range(30)})
    found, problems = opened(tmp_path, "a.zip", data, Limits(members=10))
    assert len(found) == 10
    assert [(problem.reason, problem.count) for problem in problems] == [("members", 20)]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.html", b"", "empty"),
        ("a.bin", b"\x00\x01\x02\x03" * 50, "unsupported"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "unsupported"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c", "unsupported"),
        ("a.zip", b"PK\x03\x04 and nothing else", "broken"),
        ("a.gz", b"\x1f\x8b\x08\x00 and nothing else", "broken"),
        ("a.gz", gzip.compress(HTML * 1000)[:-12], "broken"),
        ("a.json", b'{"a": [1, 2', "broken"),
        ("a.json", b'{"a": 1}', "unsupported"),
        ("a.json", b"[" * 100_000, "broken"),
        ("a.xlsx", zipped({"[Content_Types].xml": b"<Types/>", "xl/x.xml": b"<x/>"}), "document"),
        ("a.css", b"p { color: red }", "unsupported"),
        ("a.cdx", b" CDX N b a m s k r M S V g\n", "unsupported"),
        ("a.mhtml", b"From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related\n\nx", "broken"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, data: bytes, reason: str):
    found, problems = opened(tmp_path, name, data)
    assert found == []
    assert [problem.reason for problem in problems] == [reason]
    assert problems[0].path.endswith(name)


def test_files_that_cannot_be_opened(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert [item.reason for item in open_file(tmp_path / "missing")] == ["unreadable"]  # type: ignore[union-attr]
    assert sorted(item.reason for item in open_file(tmp_path)) == ["link", "unreadable"]  # type: ignore[union-attr]


def test_many_problems_of_one_kind_are_counted(tmp_path: Path):
    data = zipped({f"{number}.bin": b"\x00\x01\x02\x03" for number in range(25)})
    _, problems = opened(tmp_path, "a.zip", data, Limits(said=10))
    assert len(problems) == 11
    assert problems[-1].count == 15


def test_mail_is_one_page_with_its_attachments_inside(tmp_path: Path):
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", "s"
    mail.set_content("x")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="a.pdf")
    (page,), problems = opened(tmp_path, "a.eml", mail.as_bytes())
    assert (page.media_type, problems) == ("message/rfc822", [])


def test_a_mailbox_is_a_page_for_each_mail(tmp_path: Path):
    mail = b"From a@b.test Tue Jan  2 10:00:00 2024\nFrom: a@b.test\nSubject: s%d\n\nFrom here on\n\n"
    found, problems = opened(tmp_path, "a.mbox", b"".join(mail % number for number in range(3)))
    assert [(page.member, page.media_type) for page in found] == [(f"mail {n}", "message/rfc822") for n in (1, 2, 3)]
    assert problems == []


def test_a_body_that_was_fetched(tmp_path: Path):
    body = zipped({"a.html": HTML, "b.bin": b"\x00\x01"})
    items = list(open_body(Page(url="https://a.test/files/pack%20one.zip?x=1", body=body)))
    assert isinstance(items[0], Archived)
    assert items[0].url.startswith("file:pack%20one.zip!/a.html?sha256=")
    assert isinstance(items[1], Problem)


NAMES = [
    "x",
    "x.html",
    "x.zip",
    "x.gz",
    "x.json",
    "x.jsonl",
    "x.csv",
    "x.xlsx",
    "x.eml",
    "x.warc",
    "x.wacz",
    "x.mhtml",
    "x.txt",
]
STARTS = [
    b"",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"{",
    b"[",
    b"<",
    b"WARC/1.0\r\n",
    b"From: a\nTo: b\n",
    b"%PDF-",
    b"\xff\xfe",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), start=st.sampled_from(STARTS), body=st.binary(max_size=300))
def test_random_files_never_raise(tmp_path: Path, name: str, start: bytes, body: bytes):
    for item in open_file_of(tmp_path, name, start + body):
        if isinstance(item, Problem):
            assert item.reason in REASONS


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_zips_never_raise(tmp_path: Path, data: st.DataObject):
    body = bytearray(zipped({"a.html": HTML, "b/c.zip": zipped({"d.pdf": PDF})}))
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    open_file_of(tmp_path, "a.zip", bytes(body))


def open_file_of(tmp_path: Path, name: str, data: bytes) -> list[object]:
    path = tmp_path / name
    path.write_bytes(data)
    return list(open_file(path))


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared pages are not here")
@pytest.mark.parametrize("folder", ["warc", "docs", "listings", "feeds"])
def test_the_shared_pages_are_read_to_the_end(folder: str):
    files = sum(1 for path in (SHARED / folder).rglob("*") if path.is_file())
    items = list(open_file(SHARED / folder))
    found = sum(1 for item in items if isinstance(item, Archived))
    assert found >= files * 0.6
    unknown = {item.detail for item in items if isinstance(item, Problem) and item.reason == "unsupported"}
    assert unknown <= {
        "application/msword",
        "JSON without listings",
        "application/xml",
        "text file .cdx",
        "text file .cdxj",
    }
