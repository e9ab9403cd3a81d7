"""Every format, on small files made here: text, pages in order, title, author, date, and what is said in the notes."""

from __future__ import annotations

import io
import zipfile
import zlib
from datetime import UTC, datetime
from email.message import EmailMessage

import docx
import openpyxl
import pytest
from docx.enum.text import WD_BREAK
from PIL import Image

from spiders.extract.documents import Document, DocumentError, Limits, Page, read_document, read_rows, sniff

NO_OCR = Limits(ocr="")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def read(body: bytes, name: str = "", media_type: str = "") -> Document:
    return read_document(Page(url=f"file:{name}", body=body, media_type=media_type), NO_OCR)


def pdf(*pages: bytes, info: bytes = b"", image: bool = False) -> bytes:
    """A PDF by hand: one content stream a page."""
    kids = b" ".join(b"%d 0 R" % (5 + 2 * n) for n in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % len(pages),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<<" + info + b">>",
    ]
    for number, content in enumerate(pages):
        packed = zlib.compress(content)
        at = 6 + 2 * number
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>" % at
        )
        objects.append(b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream")
    out, offsets = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % number + held + b"endobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer<</Root 1 0 R/Info 4 0 R/Size %d>>startxref\n%d\n%%%%EOF" % (len(objects) + 1, start)


def line(text: str) -> bytes:
    return b"BT /F1 12 Tf 50 700 Td (" + text.encode("latin-1") + b") Tj ET"


def packed(parts: dict[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return held.getvalue()


def test_pdf_pages_title_author_date():
    info = b"/Title(Seizures 2023)/Author(Customs)/CreationDate(D:20230512101500+07'00')"
    found = read(pdf(line("ivory tusks"), line("pangolin scales"), info=info))
    assert found.pages == ("ivory tusks", "pangolin scales")
    assert (found.title, found.author) == ("Seizures 2023", "Customs")
    assert found.published == datetime(2023, 5, 12, 3, 15, tzinfo=UTC)
    assert found.notes == ()


def test_pdf_page_without_text_is_said_to_be_scanned_and_an_empty_one_is_not():
    found = read(pdf(line("first"), b"0 0 300 300 re f", b""))
    assert found.pages == ("first", "", "")
    assert found.notes == ("page 2 is scanned: no text",)


def test_pdf_broken():
    with pytest.raises(DocumentError) as error:
        read(b"%PDF-1.7\nnothing of the kind", "a.pdf")
    assert error.value.reason == "broken"


def make_docx() -> bytes:
    document = docx.Document()
    document.core_properties.title = "Hornbill casques"
    document.core_properties.author = "A. Ranger"
    document.core_properties.created = datetime(2024, 3, 2, 8, 0)
    document.sections[0].header.paragraphs[0].text = "CONFIDENTIAL header"
    document.sections[0].footer.paragraphs[0].text = "footer line"
    document.add_heading("Findings", 1)
    document.add_paragraph("Before the table.")
    table = document.add_table(rows=2, cols=2)
    for row, values in zip(table.rows, (("species", "price"), ("Rhinoplax vigil", "900 USD")), strict=True):
        for cell, value in zip(row.cells, values, strict=True):
            cell.text = value
    document.add_paragraph("After the table.").add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("On the second page.")
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def test_docx_order_pages_tables_headers():
    found = read(make_docx())
    first, second, margins = found.pages
    assert first.split("\n") == [
        "Findings",
        "Before the table.",
        "species\tprice",
        "Rhinoplax vigil\t900 USD",
        "After the table.",
    ]
    assert second == "On the second page."
    assert "CONFIDENTIAL header" in margins
    assert "footer line" in margins
    assert (found.title, found.author) == ("Hornbill casques", "A. Ranger")
    assert found.published == datetime(2024, 3, 2, 8, 0, tzinfo=UTC)


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx_of(body: str, namespace: str = W, **parts: str) -> bytes:
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {namespace}><w:body>{body}</w:body></w:document>",
            **parts,
        }
    )


def test_docx_text_box_is_read_once_and_after_its_paragraph():
    box = "<w:txbxContent><w:p><w:r><w:t>in the box</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    both = (
        f"<mc:AlternateContent {mc}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    found = read(
        docx_of(f"<w:p><w:r><w:t>before </w:t>{both}<w:t>after</w:t></w:r></w:p><w:p><w:r><w:t>next</w:t></w:r></w:p>")
    )
    assert found.text.split("\n") == ["before after", "in the box", "next"]


def test_docx_deleted_text_is_left_out_and_inserted_text_kept():
    body = "<w:p><w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>"
    assert read(docx_of(body)).text == "new"


def test_docx_link_keeps_its_address():
    r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    body = f'<w:p><w:r><w:t>write </w:t></w:r><w:hyperlink {r} r:id="r1"><w:r><w:t>here</w:t></w:r></w:hyperlink></w:p>'
    rels = '<R><r Id="r1" TargetMode="External" Target="https://t.me/seller77"/><r Id="r2" Target="x"/></R>'
    assert read(docx_of(body, **{"word/_rels/document.xml.rels": rels})).text == "write here (https://t.me/seller77)"


def test_docx_strict_form():
    strict = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
    assert read(docx_of("<w:p><w:r><w:t>strict text</w:t></w:r></w:p>", strict)).text == "strict text"


def make_xlsx(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_xlsx_sheets_numbers_dates():
    body = make_xlsx(
        Prices=[["item", "price", "day"], ["tusk", 1200.0, datetime(2024, 1, 31)]], Empty=[], More=[["x", 0.5]]
    )
    found = read(body)
    assert found.pages == ("Prices\nitem\tprice\tday\ntusk\t1200\t2024-01-31", "Empty", "More\nx\t0.5")
    assert read_rows(Page(url="a.xlsx", body=body), NO_OCR)[0] == (
        "Prices",
        (("item", "price", "day"), ("tusk", "1200", "2024-01-31")),
    )


@pytest.mark.parametrize(("delimiter", "name"), [(",", "a.csv"), (";", "a.csv"), ("\t", "a.tsv"), ("|", "a.csv")])
def test_csv_delimiters(delimiter: str, name: str):
    body = "\n".join(
        delimiter.join(row) for row in (("name", "note"), ("ngà voi", '"two\nlines"'), ("x", "y"))
    ).encode()
    assert read(body, name).text == "name\tnote\nngà voi\ttwo lines\nx\ty"


def test_pptx_slides_in_the_order_of_the_show_with_notes():
    a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    slide = "<p:sld xmlns:p='p' " + a + "><a:p><a:r><a:t>{}</a:t></a:r></a:p></p:sld>"
    rel = '<Relationship Id="{}" Type="' + office + '/{}" Target="{}"/>'
    body = packed(
        {
            "[Content_Types].xml": "<Types/>",
            "ppt/presentation.xml": f"<p:presentation xmlns:p='p' {r}><p:sldIdLst><p:sldId id='256' r:id='r2'/>"
            "<p:sldId id='257' r:id='r1'/></p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": "<Relationships>"
            + rel.format("r1", "slide", "slides/slide1.xml")
            + rel.format("r2", "slide", "slides/slide2.xml")
            + "</Relationships>",
            "ppt/slides/slide1.xml": slide.format("shown last"),
            "ppt/slides/slide2.xml": slide.format("shown first"),
            "ppt/slides/_rels/slide2.xml.rels": "<Relationships>"
            + rel.format("r1", "notesSlide", "../notesSlides/n.xml")
            + "</Relationships>",
            "ppt/notesSlides/n.xml": slide.format("say this"),
        }
    )
    assert sniff(body).endswith("presentationml.presentation")
    assert read(body).pages == ("shown first\n\nsay this", "shown last")


def test_odt_text_tables_breaks_meta():
    content = (
        '<o:document-content xmlns:o="o" xmlns:text="t" xmlns:table="tb" xmlns:style="s" xmlns:fo="fo">'
        '<o:automatic-styles><style:style style:name="P1">'
        '<style:paragraph-properties fo:break-before="page"/></style:style>'
        "</o:automatic-styles><o:body><o:text><text:h>Title</text:h><text:p>two<text:s text:c='2'/>blanks"
        "<text:line-break/>line</text:p><table:table><table:table-row><table:table-cell><text:p>a</text:p>"
        "</table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p text:style-name='P1'>new page</text:p></o:text></o:body></o:document-content>"
    )
    meta = (
        '<m xmlns:dc="dc" xmlns:meta="me"><dc:title>T</dc:title><meta:initial-creator>N</meta:initial-creator>'
        "<meta:creation-date>2024-05-15T21:26:37.123456789</meta:creation-date></m>"
    )
    body = packed(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "meta.xml": meta},
        zipfile.ZIP_STORED,
    )
    found = read(body)
    assert found.pages == ("Title\ntwo  blanks\nline\na\tb", "new page")
    assert (found.title, found.author) == ("T", "N")
    assert found.published is not None
    assert found.published.date().isoformat() == "2024-05-15"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1252 na\'efve \b bold\b0  text\par second}", "naïve bold text\nsecond"),
        (rb"{\rtf1\ansi\uc1 price \u8364?50 and \u-10179?\u-8704?}", "price €50 and \U0001f600"),
        (rb"{\rtf1\ansi{\fonttbl{\f0\fcharset204 Arial;}}\f0 \'f1\'eb\'ee\'ed}", "слон"),
        (rb"{\rtf1\ansi{\*\generator Word;}{\pict\pngblip 89504e47}{\info{\title Head}{\author Me}}shown}", "shown"),
        (rb"{\rtf1 a {\field{\*\fldinst{HYPERLINK x}}{\fldrslt link}} b\page c}", "a link b\n\nc"),
        (rb"{\rtf1 \{braces\} and \\ slash\bin4 {{{{ after}", "{braces} and \\ slash after"),
    ],
)
def test_rtf(source: bytes, text: str):
    assert read(source).text == text


def test_rtf_title():
    found = read(rb"{\rtf1{\info{\title Head}{\author Me}{\creatim\yr2024\mo2\dy3\hr4\min5}}x}")
    assert (found.title, found.author, found.published) == ("Head", "Me", datetime(2024, 2, 3, 4, 5, tzinfo=UTC))


def make_eml() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Người bán <seller@example.test>"
    mail["To"] = "buyer@example.test"
    mail["Subject"] = "Vảy tê tê"
    mail["Date"] = "Tue, 02 Jan 2024 10:00:00 +0700"
    mail.set_content("Giá 500 USD/kg\n")
    mail.add_alternative("<p>Giá <b>500</b> USD/kg</p>", subtype="html")
    return mail


def test_eml_head_text_and_attachments_as_pages():
    mail = make_eml()
    mail.add_attachment(pdf(line("price list")), maintype="application", subtype="pdf", filename="list.pdf")
    mail.add_attachment(b"\x00\x01junk\xff" * 9, maintype="application", subtype="octet-stream", filename="x.bin")
    inner = make_eml()
    inner.replace_header("Subject", "inner")
    mail.add_attachment(inner)
    found = read(mail.as_bytes())
    assert found.title == "Vảy tê tê"
    assert "seller@example.test" in found.author
    assert found.published == datetime(2024, 1, 2, 3, 0, tzinfo=UTC)
    assert found.pages[0].startswith("From: Người bán")
    assert "Giá 500 USD/kg" in found.pages[0]
    assert found.pages[1] == "price list"
    assert "Subject: inner" in found.pages[2]
    assert any("x.bin" in note and "not read" in note for note in found.notes)


def test_eml_of_html_alone():
    mail = EmailMessage()
    mail["Subject"] = "s"
    mail["From"] = "a@b.test"
    mail.set_content(
        "<style>p{}</style><p>one<br>two <a href='https://t.me/x7'>me</a>!</p><table><tr><td>a</td><td>b</td></tr></table>",
        subtype="html",
    )
    assert read(mail.as_bytes()).text.endswith("one\ntwo me (https://t.me/x7)!\na\tb")


TEXTS = {
    "utf-8": "Ngà voi và sừng tê giác, giá liên hệ",
    "utf-16": "ivory, 象牙, слоновая кость",
    "utf-16-le": "plain words in two bytes each, as Windows saves them",
    "gb18030": "出售象牙制品，价格面议，微信联系，穿山甲鳞片，犀牛角手串，现货发售，支持快递到家。",
    "big5": "出售象牙製品，價格面議，請加微信聯繫，穿山甲鱗片，犀牛角手串，現貨發售，支持快遞到家。",
    "shift_jis": "象牙の印鑑を販売しています。価格はお問い合わせください。送料は無料です。べっ甲のかんざしもあります。",
    "euc_kr": "상아 도장 판매합니다. 가격은 문의해 주세요. 코뿔소 뿔, 호랑이 뼈 제품도 있습니다.",
    "cp1251": "Продаю бивни мамонта и слоновую кость, цена договорная, пишите в личные сообщения.",
    "cp874": "ขายงาช้างแท้ ราคาถูก ติดต่อทางไลน์ มีของพร้อมส่ง เกล็ดตัวนิ่มและเขาเสือด้วย",
    "cp1256": "للبيع عاج فيل أصلي، السعر عند التواصل، يوجد أيضا قرون وحيد القرن وجلود النمور",
    "cp1252": "Vendo colmillos de marfil, precio a convenir, también piel de jaguar auténtica señor",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_text_in_any_encoding(encoding: str):
    assert read(TEXTS[encoding].encode(encoding), "a.txt").text == TEXTS[encoding]


def test_text_pages_by_form_feed():
    assert read(b"one\x0ctwo\x0c", "a.txt").pages == ("one", "two")


def test_image_size_date_position_as_notes():
    held = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "ACME"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:01 12:30:00"
    exif.get_ifd(0x8825).update({1: "S", 2: (1.0, 17.0, 11.0), 3: "E", 4: (36.0, 49.0, 2.0)})
    Image.new("RGB", (40, 30), "white").save(held, "JPEG", exif=exif)
    found = read(held.getvalue())
    assert "JPEG image, 40 x 30 pixels" in found.notes
    assert "position: -1.286389, 36.817222" in found.notes
    assert found.published == datetime(2024, 5, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "media_type", "name", "kind"),
    [
        (b"%PDF-1.4", "text/html", "x.html", "application/pdf"),
        (b"junk\n%PDF-1.4", "", "", "application/pdf"),
        (b"<!DOCTYPE html><p>x", "application/pdf", "a.pdf", "text/html"),
        (b"<?xml version='1.0'?><!-- c --><rss version='2.0'>", "text/html", "", "application/rss+xml"),
        (b"<?xml version='1.0'?><feed xmlns='a'>", "", "", "application/atom+xml"),
        (b"<div><svg></svg></div>", "", "", "text/html"),
        (b"a,b\n1,2", "", "t.csv", "text/csv"),
        (b"a,b\n1,2", "text/csv; charset=utf-8", "", "text/csv"),
        (b'{"a": 1}', "", "", "application/json"),
        (b"From: a@b\nSubject: c\n\nx", "", "", "message/rfc822"),
        (b"Note: a\nOther: c\n\nx", "", "", "text/plain"),
        (b"Date: 1\nhello there", "", "", "text/plain"),
        (b"\x00\x01\x02\x03" * 9, "", "x.pdf", "application/pdf"),
        (b"\x00\x01\x02\x03" * 9, "", "", "application/octet-stream"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "", "", "application/msword"),
        (b"WARC/1.0\r\n", "", "", "application/warc"),
        (b"", "", "", "application/octet-stream"),
    ],
)
def test_sniff(body: bytes, media_type: str, name: str, kind: str):
    assert sniff(body, media_type, name) == kind


def test_what_is_no_document_is_said_so():
    for body, reason in ((b"", "empty"), (b"<html><p>x", "unsupported"), (b"PK\x03\x04 broken", "unsupported")):
        with pytest.raises(DocumentError) as error:
            read(body)
        assert error.value.reason == reason


def test_named_pages_of_an_old_office():
    with pytest.raises(DocumentError, match="Word 97"):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"))
