"""Images: text by OCR where there is one; size, date and position from the file itself as notes."""

from __future__ import annotations

import io
import warnings
from datetime import UTC, datetime

from PIL import ExifTags, Image, UnidentifiedImageError

from spiders.extract.documents import ocr
from spiders.extract.documents.draft import Draft
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.limits import Limits

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF")


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read an image into the draft. The header is looked at first: one with too many pixels is never unpacked."""
    Image.MAX_IMAGE_PIXELS = limits.pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        image = Image.open(io.BytesIO(body), formats=_FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DocumentError("size", str(error)) from None
    except UnidentifiedImageError:
        raise DocumentError("broken", "not an image that can be read") from None
    if image.width * image.height > limits.pixels:
        raise DocumentError("size", f"{image.width} x {image.height} pixels")
    draft.note(f"{image.format} image, {image.width} x {image.height} pixels")
    try:
        _exif(image, draft)
    except (ValueError, TypeError, KeyError, ZeroDivisionError, OSError, SyntaxError):
        draft.note("EXIF data broken")
    if not ocr.available(limits):
        draft.add("")
        draft.note("no text: OCR is off or tesseract is not installed")
        return
    try:
        image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise DocumentError("broken", f"image: {error}") from None
    text, said = ocr.read(image, limits, draft.started)
    draft.note(said)
    draft.add(text)


def _exif(image: Image.Image, draft: Draft) -> None:
    exif = image.getexif()
    if not exif:
        return
    details = exif.get_ifd(ExifTags.IFD.Exif)
    draft.title = str(exif.get(ExifTags.Base.ImageDescription, ""))
    draft.author = str(exif.get(ExifTags.Base.Artist, ""))
    camera = " ".join(str(exif.get(tag, "")).strip() for tag in (ExifTags.Base.Make, ExifTags.Base.Model)).strip()
    if camera:
        draft.note(f"camera: {camera}")
    taken = str(details.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or "")
    zone = str(details.get(ExifTags.Base.OffsetTimeOriginal, ""))
    if taken:
        draft.note(f"taken: {taken} {zone}".strip())
        draft.published = _when(taken, zone)
    position = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
    if position:
        draft.note(position)


def _when(taken: str, zone: str) -> datetime | None:
    for text, form in ((taken + zone, "%Y:%m:%d %H:%M:%S%z"), (taken, "%Y:%m:%d %H:%M:%S")):
        try:
            found = datetime.strptime(text.strip("\x00 "), form)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _position(gps: dict[int, object]) -> str:
    """`position: -1.286389, 36.817223` in degrees, north and east positive; "" when there is none."""
    degrees = []
    for value, side, negative in ((2, 1, "S"), (4, 3, "W")):
        parts = gps.get(value)
        if not isinstance(parts, tuple) or len(parts) != 3:
            return ""
        found = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
        degrees.append(-found if str(gps.get(side, "")).upper().startswith(negative) else found)
    if abs(degrees[0]) > 90 or abs(degrees[1]) > 180:
        return ""
    return f"position: {degrees[0]:.6f}, {degrees[1]:.6f}"
