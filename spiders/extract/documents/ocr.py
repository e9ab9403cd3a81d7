"""Text in pictures, by tesseract when it is installed. No file is written: the picture goes in and the text comes out
by pipe."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import time
from functools import cache
from typing import TYPE_CHECKING

from spiders.extract.documents.limits import Limits

if TYPE_CHECKING:
    from PIL.Image import Image

_LANGUAGES = re.compile(r"[A-Za-z0-9_]{2,20}(?:\+[A-Za-z0-9_]{2,20}){0,9}")


@cache
def _program() -> str:
    return shutil.which("tesseract") or ""


def available(limits: Limits) -> bool:
    """Whether OCR is wanted, its languages are named rightly, and tesseract is installed."""
    return bool(_LANGUAGES.fullmatch(limits.ocr)) and bool(_program())


def read(image: Image, limits: Limits, started: float) -> tuple[str, str]:
    """The text of a picture and what to say of it: "" and why, when tesseract fails, takes more than half of the OCR
    time,
    or the pictures before it have used that up since `started` (monotonic seconds)."""
    left = started + limits.ocr_wall - time.monotonic()
    if left <= 0:
        return "", "no text: no time left for OCR"
    held = io.BytesIO()
    image.convert("L").save(held, "PPM")
    try:
        done = subprocess.run(  # noqa: S603 - the program found by name, languages checked
            [_program(), "stdin", "stdout", "-l", limits.ocr, "--psm", "3"],
            input=held.getvalue(),
            capture_output=True,
            timeout=min(left, limits.ocr_wall / 2),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "", "no text: OCR took too long"
    except OSError as error:
        return "", f"no text: OCR failed, {error}"
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        return "", f"no text: OCR failed, {said[0] if said else done.returncode}"
    return done.stdout.decode("utf-8", "replace"), f"text by OCR ({limits.ocr})"
