"""PDF: the text of each page by pdfium; a page without text is said to be scanned, and read by OCR where there is
one."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from spiders.extract.documents import ocr
from spiders.extract.documents.draft import Draft
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.limits import Limits

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)|([+-])(\d\d)'?(\d\d)?)?")
# pdfium marks a hyphen at a line's end as U+FFFE (older: U+0002) and leaves out the line break itself or not.
_SOFT_HYPHEN = re.compile("[\ufffe\x02\xad](?:\r?\n)?")


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read a PDF into the draft, page by page, until 60 % of the CPU budget is used: a costly end loses no good
    start."""
    try:
        document = pdfium.PdfDocument(body)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower() or pdfium_c.FPDF_GetLastError() == pdfium_c.FPDF_ERR_PASSWORD:
            raise DocumentError("encrypted", "PDF with a password") from None
        raise DocumentError("broken", f"PDF: {error}") from None
    _metadata(document, draft)
    count, stop, scanned = len(document), time.process_time() + limits.cpu * 0.6, 0
    for number in range(count):
        if time.process_time() > stop:
            draft.note(f"pages {number + 1} to {count} left out: too costly")
            return
        try:
            page = document[number]
            text = _SOFT_HYPHEN.sub("", page.get_textpage().get_text_range())
        except pdfium.PdfiumError as error:
            draft.note(f"page {number + 1} not read: {error}")
            draft.add("")
            continue
        if not text.strip() and _has_image(page):
            scanned += 1
            text = _recognise(page, number + 1, scanned, limits, draft)
        page.close()
        draft.add(text)


def _has_image(page: pdfium.PdfPage) -> bool:
    """Whether pictures or drawings are on it: an empty page is not a scanned one."""
    return any(True for _ in page.get_objects(max_depth=3))


def _recognise(page: pdfium.PdfPage, number: int, scanned: int, limits: Limits, draft: Draft) -> str:
    if not ocr.available(limits) or scanned > limits.ocr_pages:
        draft.note(f"page {number} is scanned: no text")
        return ""
    width, height = page.get_size()
    # 300 dpi, less for large sheets: RGB of `pixels` has to fit into the memory limit.
    scale = min(300 / 72, (min(limits.pixels, 20_000_000) / max(width * height, 1)) ** 0.5)
    image = page.render(scale=scale, grayscale=True).to_pil()
    text, said = ocr.read(image, limits, draft.started)
    draft.note(f"page {number} is scanned: {said}")
    return text


def _metadata(document: pdfium.PdfDocument, draft: Draft) -> None:
    values = document.get_metadata_dict(skip_empty=True)
    draft.title = values.get("Title", "")
    draft.author = values.get("Author", "")
    attached = max(0, document.count_attachments())
    if attached:
        draft.note(f"{attached} files attached, not read")
    draft.published = parse_date(values.get("CreationDate", "")) or parse_date(values.get("ModDate", ""))


def parse_date(text: str) -> datetime | None:
    """`D:20240131120000+07'00'` as an aware datetime; without a zone as UTC; None when it is no date."""
    found = _DATE.match(text.strip())
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups()[:6])
    zone = UTC
    try:
        if found[8]:
            offset = timedelta(hours=int(found[9]), minutes=int(found[10] or 0))
            zone = timezone(offset if found[8] == "+" else -offset)
        return datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=zone)
    except ValueError:
        return None
