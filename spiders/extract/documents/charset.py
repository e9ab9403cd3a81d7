"""Bytes to text when nobody says the encoding, or says it wrongly."""

from __future__ import annotations

import codecs
import re
from functools import cache

from spiders.extract.documents.charset_guess import guess

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Web names that mean more than they say (WHATWG Encoding, 4.2): the superset is what is sent.
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
              "us-ascii": "cp1252", "shift_jis": "cp932", "sjis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
              "iso-8859-9": "cp1254", "tis-620": "cp874", "iso-8859-11": "cp874", "windows-874": "cp874", "big5":
              "big5hkscs",
              "x-sjis": "cp932", "x-gbk": "gb18030"}  # fmt: skip
_SAMPLE = 65_536


def decode(data: bytes, declared: str = "") -> str:
    """The text, never an error: undecodable bytes become U+FFFD. See `detect`."""
    encoding = detect(data, declared)
    return data.decode(encoding, "replace").removeprefix("\ufeff")


def detect(data: bytes, declared: str = "") -> str:
    """Python's name of the encoding: byte order mark, then UTF-8 if it is valid, then UTF-16 without a mark, then
    what is declared if the bytes allow it, then statistics over the first 64 KB, at last cp1252."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    sample = data[:_SAMPLE]
    if b"\x1b" in sample and re.search(rb"\x1b[$(][@BJ]", sample):
        return "iso2022_jp"
    if _valid(data, "utf-8"):
        return "utf-8"
    wide = _wide(sample)
    if wide:
        return wide
    named = _known(declared)
    if named and named != "utf-8" and _valid(data, named):
        return named
    # One bad byte in a UTF-8 file (a cut, a paste from elsewhere) does not make it another encoding.
    if _mostly_utf8(sample):
        return "utf-8"
    return guess(sample)


@cache
def _known(name: str) -> str:
    name = name.strip().strip("\"'").lower().replace("_", "-")
    try:
        return _SUPERSETS.get(name) or codecs.lookup(name[:40]).name
    except (LookupError, ValueError):
        return ""


def _valid(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except (UnicodeError, LookupError, ValueError, AssertionError):
        return False
    return True


def _wide(sample: bytes) -> str:
    """UTF-16 without a mark: in most scripts one byte of each pair is zero or nearly constant."""
    if len(sample) < 8:
        return ""
    sample = sample[: len(sample) // 2 * 2]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd > half * 0.2 and odd > even * 4 and _valid(sample, "utf-16-le"):
        return "utf-16-le"
    if even > half * 0.2 and even > odd * 4 and _valid(sample, "utf-16-be"):
        return "utf-16-be"
    return ""


def _mostly_utf8(sample: bytes) -> bool:
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f" and character != "\ufffd")
    return good > 20 * bad
