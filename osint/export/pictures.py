"""Reduced pictures for the reports: working copies. The pictures themselves lie in the captures, untouched."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

MAX_PIXELS = 50_000_000
"""A picture of more points is not decoded: 12,000 × 12,000 fit in an 18-KB file and take 430 MB."""
MAX_BYTES = 40 << 20
WIDTH, HEIGHT = 1200, 900
"""Points of a reduced picture. A page is taller than wide: its upper part is shown, as a browser window shows it."""
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of at most WIDTH × HEIGHT points; `cut` when only the upper part of the original is in it."""

    jpeg: bytes
    width: int
    height: int
    cut: bool


def reduced(original: bytes, page: bool = False) -> Picture | None:
    """A reduced copy, None for what is no picture or too large. `page`: cut to the upper part instead of shrunk."""
    if len(original) > MAX_BYTES:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(original), formats=FORMATS) as found:
                if found.width * found.height > MAX_PIXELS or not found.width or not found.height:
                    return None
                image = ImageOps.exif_transpose(found) if not page else found
                return _draw(image, page)
    except (
        OSError,
        ValueError,
        SyntaxError,
        ArithmeticError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return None  # hostile or broken: the original stays in the capture


def _draw(image: Image.Image, page: bool) -> Picture:
    if image.mode in ("RGBA", "LA", "P", "PA"):
        ground = Image.new("RGBA", image.size, "white")
        ground.alpha_composite(image.convert("RGBA"))
        image = ground
    image = image if image.mode == "RGB" else image.convert("RGB")
    cut = page and image.height * WIDTH > image.width * HEIGHT
    if cut:
        image = image.crop((0, 0, image.width, max(1, image.width * HEIGHT // WIDTH)))
    image.thumbnail((WIDTH, HEIGHT), reducing_gap=2.0)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, optimize=True)
    return Picture(out.getvalue(), image.width, image.height, cut)
