"""Text in pictures, by the real tesseract; skipped where it is not installed."""

from __future__ import annotations

import io
import shutil
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from spiders.extract.documents import Limits, Page, process, read_document

WORDS = "Pangolin scales 500 USD"
needs_tesseract = pytest.mark.skipif(not shutil.which("tesseract"), reason="tesseract is not installed")


def picture(text: str = WORDS) -> Image.Image:
    image = Image.new("RGB", (900, 160), "white")
    ImageDraw.Draw(image).text((40, 40), text, fill="black", font=ImageFont.load_default(60))
    return image


def png(image: Image.Image) -> bytes:
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def scanned_pdf(image: Image.Image) -> bytes:
    pixels = zlib.compress(image.convert("L").tobytes())
    content = b"q 540 0 0 96 30 600 cm /I Do Q"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d>>stream\n" % len(content) + content + b"\nendstream",
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8" % image.size
        + b"/Filter/FlateDecode/Length %d>>stream\n" % len(pixels)
        + pixels
        + b"\nendstream",
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, held in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj" % number + held + b"endobj\n"
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer<</Root 1 0 R/Size 6>>startxref\n%d\n%%%%EOF" % start


@needs_tesseract
def test_image():
    found = read_document(Page(url="a.png", body=png(picture())))
    assert found.text == WORDS
    assert "text by OCR (eng)" in found.notes


@needs_tesseract
def test_scanned_page():
    found = read_document(Page(url="a.pdf", body=scanned_pdf(picture())))
    assert found.pages == (WORDS,)
    assert found.notes == ("page 1 is scanned: text by OCR (eng)",)


@needs_tesseract
def test_languages_that_are_not_installed_give_no_text_but_no_error():
    assert read_document(Page(url="a.png", body=png(picture())), Limits(ocr="xyz")).text == ""


def test_switched_off():
    found = read_document(Page(url="a.pdf", body=scanned_pdf(picture())), Limits(ocr=""))
    assert found.notes == ("page 1 is scanned: no text",)


def test_languages_are_never_taken_for_options():
    found = read_document(Page(url="a.png", body=png(picture())), Limits(ocr="eng --help"))
    assert found.text == ""
    assert any(note.startswith("no text") for note in found.notes)


def test_a_program_that_never_ends_is_ended_with_the_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever stands on the path under that name has its clock too."""
    program = tmp_path / "tesseract"
    program.write_text("#!/bin/sh\ncat >/dev/null\nexec sleep 61.5\n")
    program.chmod(0o755)
    process.close()
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    try:
        found = read_document(Page(url="a.png", body=png(picture())), Limits(ocr_wall=1))
        assert "no text: OCR took too long" in found.notes
        assert not any(_bytes(path) == b"sleep\x0061.5\x00" for path in Path("/proc").glob("[0-9]*/cmdline"))
    finally:
        process.close()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
