"""What reading one document may cost. Beyond it the reader is stopped and the document named."""

from __future__ import annotations

import math
from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one reading. Seconds and bytes.

    The largest real PDF of our dev set (1.8 MB, 80 pages) costs 0.6 s and 60 MB; a 153 kB token flood costs a
    pure-Python parser 47 s. `cpu` and `memory` are enforced by the kernel on the child, `wall` by parent and kernel
    both.
    """

    cpu: float = 8.0
    wall: float = 30.0
    memory: int = 512 * MIB
    """Address space the child may add to what it has after its imports."""
    body: int = 64 * MIB
    """The file itself."""
    part: int = 64 * MIB
    """One unpacked part of a ZIP-based format."""
    chars: int = 4_000_000
    """Characters of text kept in all; the rest is left out and said so in the notes."""
    pages: int = 2000
    cells: int = 1_000_000
    """Cells of a table or workbook."""
    pixels: int = 50_000_000
    """Of an image, before it is unpacked (12,000 x 12,000 fit in 18 kB of PNG)."""
    ocr: str = "eng"
    """Languages for tesseract, joined with `+`; "" switches OCR off. Used only where tesseract is installed."""
    ocr_pages: int = 20
    ocr_wall: float = 90.0
    """Added to `wall` where OCR can happen."""

    @property
    def cpu_seconds(self) -> int:
        """Whole seconds for RLIMIT_CPU, which knows no fractions."""
        return max(1, math.ceil(self.cpu))


LIMITS = Limits()
