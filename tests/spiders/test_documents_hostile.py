"""Documents made to harm the reader: each is named within its limits, and the next is read in peace."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spiders.extract.documents import DocumentError, Limits, Page, process, read_document
from spiders.extract.documents.formats import _table
from spiders.extract.documents.process import Child, ask

QUICK = Limits(cpu=1, wall=20, ocr="")
ROOMY = Limits(cpu=1, wall=20, memory=3 << 30, ocr="")
REPO = Path(__file__).resolve().parents[2]


def refused(body: bytes, limits: Limits = QUICK, name: str = "x") -> DocumentError:
    with pytest.raises(DocumentError) as error:
        read_document(Page(url=f"file:{name}", body=body), limits)
    return error.value


def still_works() -> None:
    assert read_document(Page(url="file:a.txt", body=b"fine"), QUICK).text == "fine"


def pdf(packed: bytes, filters: bytes = b"/FlateDecode") -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d/Filter[%s]>>stream\n" % (len(packed), filters) + packed + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % number + held + b"endobj\n"
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer<</Root 1 0 R/Size 6>>startxref\n%d\n%%%%EOF" % start


def deflated(piece: bytes, times: int) -> bytes:
    packer = zlib.compressobj(9)
    block = piece * 1000
    return b"".join([*(packer.compress(block) for _ in range(times // 1000)), packer.flush()])


def test_pdf_token_flood_is_stopped_by_the_clock():
    """153 kB that cost a pure-Python reader 47 s; pdfium takes one second for each two million operators."""
    body = pdf(deflated(b"BT /F 1 Tf (a) Tj ET ", 7_000_000))
    assert 100_000 < len(body) < 600_000
    started = time.monotonic()
    error = refused(body, ROOMY)
    assert error.reason == "time"
    assert time.monotonic() - started < 25
    still_works()


def test_pdf_token_flood_meets_the_memory_limit_first_by_default():
    error = refused(pdf(deflated(b"0 0 m 1 1 l S ", 8_000_000)), Limits(memory=256 << 20, ocr=""))
    assert error.reason in {"crashed", "memory", "time"}
    still_works()


@pytest.mark.parametrize("filters", [b"/FlateDecode", b"/FlateDecode/FlateDecode"])
def test_pdf_flate_bomb(filters: bytes):
    packed = deflated(b" " * 1000, 900_000)
    body = pdf(zlib.compress(packed, 9) if filters.count(b"Flate") == 2 else packed, filters)
    started = time.monotonic()
    try:
        found = read_document(Page(url="file:x", body=body), Limits(memory=256 << 20, ocr=""))
    except DocumentError as error:
        assert error.reason in {"crashed", "memory", "time"}  # noqa: PT017 - either may be
    else:
        assert found.text == ""
    assert time.monotonic() - started < 25
    still_works()


def packed(parts: dict[str, bytes | str]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


def docx_of(xml: str | bytes) -> bytes:
    return packed({"[Content_Types].xml": "<Types/>", "word/document.xml": xml})


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def test_docx_billion_laughs():
    entities = '<!ENTITY a "ivory">' + "".join(
        f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(10)
    )
    xml = f"<!DOCTYPE d [{entities}]><w:document {W}><w:body><w:p><w:r><w:t>&k;</w:t></w:r></w:p></w:body></w:document>"
    try:
        assert "ivory" not in read_document(Page(url="x", body=docx_of(xml)), QUICK).text
    except DocumentError as error:
        assert error.reason == "broken"  # noqa: PT017 - either may be
    still_works()


def test_docx_external_entity_is_not_read(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret words")
    xml = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><w:document {W}><w:body><w:p><w:r><w:t>seen &x;</w:t>'
        "</w:r></w:p></w:body></w:document>"
    )
    try:
        assert "secret" not in read_document(Page(url="x", body=docx_of(xml)), QUICK).text
    except DocumentError as error:
        assert error.reason == "broken"  # noqa: PT017


def test_docx_nested_without_end():
    xml = f"<w:document {W}>" + "<w:tbl><w:tr><w:tc>" * 5000 + "</w:tc></w:tr></w:tbl>" * 5000 + "</w:document>"
    assert refused(docx_of(xml)).reason == "broken"
    still_works()


def test_docx_part_that_unpacks_to_a_gigabyte():
    assert refused(docx_of(b" " * (200 << 20)), Limits(part=8 << 20)).reason == "size"
    still_works()


def test_docx_with_a_password_is_named():
    body = docx_of(f"<w:document {W}/>").replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00")
    body = body.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    assert refused(body).reason == "encrypted"


def test_memory_limit():
    """A sheet of shared strings asks for more than 64 MB."""
    book = openpyxl.Workbook()
    held = io.BytesIO()
    book.save(held)
    strings = b"<sst>" + b"<si><t>abcdefgh</t></si>" * 1_500_000 + b"</sst>"
    with zipfile.ZipFile(held) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    types = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        b'spreadsheetml.sharedStrings+xml"/></Types>',
    )
    body = packed({**parts, "[Content_Types].xml": types, "xl/sharedStrings.xml": strings})
    assert refused(body, Limits(memory=64 << 20, cpu=30, wall=60)).reason == "memory"
    still_works()


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = deflated(b"\x00" * ((width + 7) // 8 + 1), height // 1000 * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_image_bomb():
    body = png(12_000, 12_000)
    assert len(body) < 40_000
    started = time.monotonic()
    assert refused(body).reason == "size"
    assert time.monotonic() - started < 5
    still_works()


def test_xlsx_that_says_it_has_a_million_rows_of_nothing():
    rows = "".join(f'<row r="{n}"/>' for n in range(1, 60_000))
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        f'<sheetData>{rows}<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>last</t></is></c></row>'
        "</sheetData></worksheet>"
    )
    book = openpyxl.Workbook()
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = packed({**parts, "xl/worksheets/sheet1.xml": sheet})
    started = time.monotonic()
    try:
        read_document(Page(url="x", body=body), Limits(cpu=3, ocr=""))
    except DocumentError as error:
        assert error.reason in {"time", "memory"}  # noqa: PT017
    assert time.monotonic() - started < 25
    still_works()


def test_rtf_groups_without_end():
    assert refused(b"{\\rtf1" + b"{" * 100_000).reason == "broken"


def test_mail_of_thousands_of_parts_and_of_mails_in_mails():
    part = b'--b\r\nContent-Type: application/pdf; name="a.pdf"\r\n\r\n%PDF-\r\n'
    head = b'From: a@b.test\r\nSubject: s\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
    found = read_document(Page(url="x", body=head + part * 2_000 + b"--b--"), Limits(cpu=6, ocr=""))
    assert "parts after 200 left out" in found.notes
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", "core"
    mail.set_content("core")
    for number in range(12):
        outer = EmailMessage()
        outer["From"], outer["Subject"] = "a@b.test", f"level {number}"
        outer.set_content("outer")
        outer.add_attachment(mail)
        mail = outer
    found = read_document(Page(url="x", body=mail.as_bytes()), QUICK)
    assert 2 <= len(found.pages) <= 5
    assert any("too deep" in note for note in found.notes)


def test_text_beyond_the_limit_is_left_out_and_said_so():
    found = read_document(Page(url="a.txt", body=b"x" * 5000), Limits(chars=1000, ocr=""))
    assert len(found.text) == 1000
    assert found.notes == ("text after 1000 characters left out",)


def test_file_larger_than_the_limit_is_refused_before_a_child_is_asked():
    assert refused(b"x" * 1001, Limits(body=1000)).reason == "size"


def test_a_child_that_does_not_answer_is_ended_and_replaced():
    still_works()
    child = process._take()
    os.kill(child.pid, signal.SIGSTOP)
    process._give(child)
    started = time.monotonic()
    assert refused(b"hello", Limits(wall=1, ocr=""), "a.txt").reason == "time"
    assert 0.9 < time.monotonic() - started < 5
    assert not child.alive
    still_works()


def test_a_child_that_was_killed_is_replaced():
    still_works()
    child = process._take()
    os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(DocumentError) as error:
        child.ask("read", "text/plain", b"x", QUICK)
    assert error.value.reason == "crashed"
    still_works()


def test_threads_have_children_of_their_own():
    found: list[str] = []

    def work(number: int) -> None:
        for turn in range(5):
            body = f"thread {number} turn {turn}".encode()
            found.append(read_document(Page(url="a.txt", body=body), QUICK).text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(f"thread {n} turn {t}" for n in range(4) for t in range(5))


def test_no_descriptor_is_left_after_many_deaths():
    process.close()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        child = Child()
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(DocumentError):
            child.ask("read", "text/plain", b"x", QUICK)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("busy", [False, True])
def test_the_child_dies_with_its_parent(tmp_path: Path, busy: bool):
    """However the parent goes, and also while a native parser is at work."""
    flood = tmp_path / "flood.pdf"
    flood.write_bytes(pdf(deflated(b"BT /F 1 Tf (a) Tj ET ", 20_000_000)))
    program = textwrap.dedent(
        """
        import sys, time, threading
        from pathlib import Path
        from spiders.extract.documents import Limits, Page, read_document, process
        read_document(Page(url="a.txt", body=b"x"))
        print(process._idle[0].pid, flush=True)
        if sys.argv[2] == "busy":
            limits = Limits(cpu=60, wall=60, memory=8 << 30, ocr="")
            read_document(Page(url="x", body=Path(sys.argv[1]).read_bytes()), limits)
        time.sleep(60)
        """
    )
    arguments = [sys.executable, "-c", program, str(flood), "busy" if busy else "idle"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, cwd=REPO, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.5)
        assert _runs(child)
        parent.kill()
    deadline = time.monotonic() + 5
    while _runs(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(child)


def test_no_file_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    process.close()
    still_works()
    refused(png(12_000, 12_000))
    assert list(tmp_path.iterdir()) == []


KINDS = sorted(kind for kind, module in _table()[0].items() if module)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(min_size=1, max_size=400))
def test_random_bytes_are_read_or_named(kind: str, body: bytes):
    starts = {"application/rtf": b"{\\rtf1", "application/pdf": b"%PDF-1.4\n", "message/rfc822": b"From: a\nTo: b\n"}
    for data in (body, starts.get(kind, b"PK\x03\x04") + body):
        try:
            reply = ask("read", kind, data, QUICK)
        except DocumentError as error:
            assert error.reason in {"broken", "unsupported", "size", "encrypted"}, error  # noqa: PT017
        else:
            assert all(isinstance(text, str) for text in reply["pages"])


def small_files() -> dict[str, bytes]:
    document = docx.Document()
    document.add_paragraph("text")
    document.add_table(1, 2)
    word, sheet = io.BytesIO(), io.BytesIO()
    document.save(word)
    book = openpyxl.Workbook()
    book.active.append(["a", 1])
    book.save(sheet)
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "a@b.test", "s"
    mail.set_content("body")
    mail.add_attachment(b"x,y\n1,2", maintype="text", subtype="csv", filename="t.csv")
    return {
        "docx": word.getvalue(),
        "xlsx": sheet.getvalue(),
        "eml": mail.as_bytes(),
        "pdf": pdf(zlib.compress(b"BT /F 9 Tf (hello) Tj ET")),
        "rtf": rb"{\rtf1\ansi{\fonttbl{\f0\fcharset204 A;}}\f0 \'f1 \u8364?\bin3 abc{\info{\title t}} x\par}",
        "png": png(20, 1000),
    }


FILES = small_files()


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_damaged_files_are_read_or_named(name: str, data: st.DataObject):
    body = bytearray(FILES[name])
    for _ in range(data.draw(st.integers(1, 6))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(1, len(body)))
    for damaged in (bytes(body), bytes(body[:cut])):
        try:
            read_document(Page(url=f"file:a.{name}", body=damaged), QUICK)
        except DocumentError as error:
            assert error.reason != "crashed", error  # noqa: PT017
