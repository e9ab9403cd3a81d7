"""Bytes to text: what the page is written in, whatever it says of itself."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import webencodings
from charset_normalizer import from_bytes

LIMIT = 12 * 1024 * 1024
"""Bytes of a page that are read; the largest real page we hold has 3.2 MB. The rest of a larger one is left out."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
         (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))  # fmt: skip
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.I)
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.I)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.I)
_ESCAPED = re.compile(rb"\x1b[$(]|~\{")
_RUNS = re.compile(rb"[\x80-\xff]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")

# The tables of the WHATWG standard lead to these; Python's own are stricter than browsers are.
_WIDER = {"gbk": "gb18030", "gb2312": "gb18030", "shift_jis": "cp932", "euc-kr": "cp949", "big5": "big5hkscs",
          "euc_kr": "cp949", "iso-8859-1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252", "tis-620": "cp874",
          "windows-874": "cp874"}  # fmt: skip
# What a page that is neither UTF-8 nor what it says is likely to be, by the country of its domain.
_BY_COUNTRY = {"cn": "gb18030", "tw": "big5hkscs", "hk": "big5hkscs", "jp": "cp932", "kr": "cp949", "ru": "cp1251",
               "ua": "cp1251", "by": "cp1251", "bg": "cp1251", "th": "cp874", "vn": "cp1258", "gr": "cp1253",
               "tr": "cp1254", "il": "cp1255", "ir": "cp1256", "sa": "cp1256", "ae": "cp1256", "eg": "cp1256",
               "pl": "cp1250", "cz": "cp1250", "sk": "cp1250", "hu": "cp1250", "ro": "cp1250", "lv": "cp1257",
               "lt": "cp1257", "ee": "cp1257"}  # fmt: skip


_HIGH = bytes(range(128, 256))


def _as_western(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("osint-western", _as_western)


def declared(body: bytes, headers: Mapping[str, str]) -> list[str]:
    """Encodings the answer names, most trusted first: header, then `<meta>`, then an XML declaration."""
    names = []
    if found := _HEADER.search(headers.get("content-type", "")):
        names.append(found[1])
    names += [
        found[1].decode("ascii", "replace") for found in (_META.search(body[:8192]), _XML.match(body[:200])) if found
    ]
    known = [webencodings.lookup(name) for name in names]
    return [_WIDER.get(one.name, one.name) for one in known if one is not None and one.name != "x-user-defined"]


def decode(body: bytes, headers: Mapping[str, str] | None = None, host: str = "") -> str:
    """The text of a page. Never fails: what cannot be read becomes U+FFFD, what is over `LIMIT` is left out.

    Bytes that are valid UTF-8 beyond ASCII are UTF-8, whatever was declared: text in another encoding passes that test
    by chance about never. A page that says UTF-8 and is not is sniffed; one with a few foreign bytes is read as mixed.
    """
    cut = len(body) > LIMIT
    body = body[:LIMIT]
    for mark, name in _BOMS:
        if body.startswith(mark):
            return clean(body[len(mark) :].decode(name, "replace"))
    names = declared(body, headers or {})
    if body.isascii() and not (names and names[0].startswith(("iso-2022", "hz")) and _ESCAPED.search(body)):
        return clean(_without_nulls(body).decode("ascii"))
    if body.count(0, 0, 4096) > len(body[:4096]) // 4:
        wide = "utf-16-le" if body[1:2] == b"\0" else "utf-16-be"
        return clean(body.decode(wide, "replace"))
    body = _without_nulls(body)
    # The cut at LIMIT may split the last character: a short tail that fails is not a reason to doubt the rest.
    try:
        return clean(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        if cut and error.start >= len(body) - 4:
            return clean(body[: error.start].decode("utf-8"))
    for name in names:
        if name == "utf-8":
            continue
        text = _try(body, name)
        if text is not None:
            return clean(text)
    return clean(_undeclared(body, host))


def _without_nulls(body: bytes) -> bytes:
    return body.replace(b"\0", b"") if b"\0" in body else body


def _try(body: bytes, name: str) -> str | None:
    try:
        text = body.decode(name, "replace")
    except LookupError:
        return None
    wrong = text.count("\ufffd")
    return text if wrong * 200 <= len(text) else None


def _undeclared(body: bytes, host: str) -> str:
    high = len(body) - len(body.translate(None, _HIGH))
    invalid = len(body) - len(body.decode("utf-8", "ignore").encode("utf-8"))
    # In a legacy text hardly any pair of bytes holds as UTF-8; in a UTF-8 page with foreign parts most do.
    if high - invalid > 2 * invalid:
        return body.decode("utf-8", "osint-western")
    hint = _BY_COUNTRY.get(host.rsplit(".", 1)[-1].lower(), "")
    if hint and (text := _try(body, hint)) is not None:
        return text
    sample = b"\n".join(line for line in body[: 1 << 20].splitlines() if not line.isascii())[: 1 << 16]
    runs = _RUNS.findall(sample)
    # Accented letters of a Western text stand alone between plain ones; other scripts come in runs.
    name = "cp1252" if runs and sum(map(len, runs)) < 1.7 * len(runs) else _familiar(sample)
    if not name:
        best = from_bytes(sample, steps=5, chunk_size=512).best()
        name = _WIDER.get(best.encoding, best.encoding) if best else "cp1252"
    return _try(body, _WIDER.get(name, name)) or body.decode("cp1252", "replace")


@lru_cache(maxsize=1)
def _everyday() -> tuple[tuple[str, str, str, frozenset[str]], ...]:
    rows = (Path(__file__).parent / "everyday.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple(
        (name, chr(int(first, 16)), chr(int(last, 16)), frozenset(common))
        for name, first, last, common in (row.split("\t") for row in rows)
    )


def _familiar(sample: bytes) -> str:
    """The encoding in which most of the text is everyday characters of one language, or ""."""
    scored = []
    for name, first, last, common in _everyday():
        if (text := _try(sample, name)) is None:
            continue
        beyond = [char for char in text if char > "\x7f"]
        if beyond:
            scored.append((sum(first <= char <= last or char in common for char in beyond) / len(beyond), name))
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= 0.5 else ""


def clean(text: str) -> str:
    """Without control characters and lone surrogates, which no parser takes well."""
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    return _SURROGATE.sub("\ufffd", text) if _SURROGATE.search(text) else text
