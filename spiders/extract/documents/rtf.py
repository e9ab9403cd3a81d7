"""RTF: its text without its formatting. A stripper of our own: one pass, a stack of groups, code pages by font."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from spiders.extract.documents.draft import Draft
from spiders.extract.documents.errors import DocumentError
from spiders.extract.documents.limits import Limits

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\", re.S
)
_DEPTH = 500
_SIGNS = {"par": "\n", "sect": "\x0c", "page": "\x0c", "line": "\n", "tab": "\t", "cell": "\t", "row": "\n",
"nestcell": "\t",
          "nestrow": "\n", "emdash": "\u2014", "endash": "\u2013", "lquote": "\u2018", "rquote": "\u2019", "bullet":
          "\u2022",
          "ldblquote": "\u201c", "rdblquote": "\u201d", "emspace": " ", "enspace": " ", "qmspace": " "}  # fmt: skip
_ESCAPES = {b"~": "\xa0", b"-": "", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n", b"\t": "\t"}
# Groups whose text is not the document's. Those marked `\*` are left out as well.
_ASIDE = frozenset({"colortbl", "stylesheet", "pict", "object", "objdata", "themedata", "datastore", "listtable",
"rsidtbl",
                    "listoverridetable", "latentstyles", "generator", "fldinst", "filetbl", "revtbl", "nonshppict",
                    "xmlnstbl",
                    "pntext", "operator", "company", "doccomm", "keywords", "subject", "bkmkstart",
                    "bkmkend"})  # fmt: skip
_KEPT = frozenset({"shptxt", "shpinst", "shp"})
# \fcharset → code page (RTF 1.9.1, font table)
_CHARSETS = {128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257,
204: 1251,
             222: 874, 238: 1250}  # fmt: skip
_INFO = frozenset({"title", "author", "creatim"})


@dataclass(frozen=True, slots=True)
class _Group:
    aside: bool = False
    to: str = "text"
    page: str = "cp1252"
    fallback: int = 1
    font: int = 0


def read(body: bytes, limits: Limits, draft: Draft) -> None:
    """Read an RTF into the draft; a page at each hard page break."""
    if not body.startswith(b"{\\rtf"):
        raise DocumentError("broken", "does not start as RTF does")
    stripper = _Stripper()
    stripper.run(body)
    draft.title, draft.author = stripper.text("title"), stripper.text("author")
    draft.published = stripper.made()
    for page in stripper.text("text").split("\x0c"):
        draft.add(page)


class _Stripper:
    def __init__(self) -> None:
        self._group = _Group()
        self._stack: list[_Group] = []
        self._out: dict[str, list[str]] = {"text": [], "title": [], "author": [], "creatim": []}
        self._bytes = bytearray()
        self._skip = 0
        self._fonts: dict[int, str] = {}
        self._date: dict[str, int] = {}
        self._star = False

    def text(self, name: str) -> str:
        return "".join(self._out[name]).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def made(self) -> datetime | None:
        parts = [self._date.get(name, 0) for name in ("yr", "mo", "dy", "hr", "min")]
        try:
            return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
        except ValueError:
            return None

    def run(self, body: bytes) -> None:
        at, end = 0, len(body)
        while at < end:
            token = _TOKEN.match(body, at)
            if token is None:  # no branch fits: cannot be, but a hostile byte must not stop the walk
                at += 1
                continue
            at = token.end()
            word, number, code, escape, brace, plain = token.groups()
            if word:
                value = int(number) if number else None
                if word == b"bin" and value and value > 0:
                    at += value  # raw bytes follow
                    continue
                self._word(word.decode("ascii"), value)
            elif code:
                self._byte(int(code, 16))
            elif escape:
                self._escape(escape)
            elif brace:
                self._brace(brace)
            elif plain:
                self._bytes += plain[self._skip :]
                self._skip = max(0, self._skip - len(plain))
                self._star = False
        self._flush()

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._skip, self._star = 0, False
        if brace == b"{":
            if len(self._stack) >= _DEPTH:
                raise DocumentError("broken", f"groups nested deeper than {_DEPTH}")
            self._stack.append(self._group)
        elif self._stack:
            self._group = self._stack.pop()

    def _escape(self, escape: bytes) -> None:
        if escape == b"*":
            self._star = True
            return
        self._put(_ESCAPES.get(escape, ""))

    def _byte(self, byte: int) -> None:
        if self._skip:
            self._skip -= 1
            return
        self._bytes.append(byte)

    def _flush(self) -> None:
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            if not self._group.aside:
                self._out[self._group.to].append(data.decode(self._group.page, "replace"))

    def _put(self, text: str) -> None:
        if self._skip and text:
            self._skip -= 1
            return
        self._flush()
        if not self._group.aside:
            self._out[self._group.to].append(text)

    def _word(self, word: str, value: int | None) -> None:
        star, self._star = self._star, False
        if word in _SIGNS:
            self._put(_SIGNS[word])
            return
        if word == "u" and value is not None:
            self._put(chr(value & 0xFFFF))
            self._skip = self._group.fallback
            return
        self._flush()
        if word in _ASIDE or (star and word not in _KEPT):
            self._group = replace(self._group, aside=True)
        elif word in _INFO:
            self._group = replace(self._group, to=word)
        elif word == "info":
            self._group = replace(self._group, to="creatim")
        elif word == "fonttbl":
            self._group = replace(self._group, aside=True)
        elif value is not None:
            self._setting(word, value)
        elif word == "plain":
            self._group = replace(self._group)

    def _setting(self, word: str, value: int) -> None:
        if word == "ansicpg":
            self._fonts[-1] = _codec(value)
            self._group = replace(self._group, page=_codec(value))
        elif word == "uc":
            self._group = replace(self._group, fallback=max(0, min(value, 8)))
        elif word == "f":
            page = self._fonts.get(value) or self._fonts.get(-1, "cp1252")
            self._group = replace(self._group, font=value, page=page)
        elif word == "fcharset" and value in _CHARSETS:
            self._fonts[self._group.font] = _codec(_CHARSETS[value])
        elif word in {"yr", "mo", "dy", "hr", "min"} and self._group.to == "creatim":
            self._date[word] = value


def _codec(page: int) -> str:
    name = {65001: "utf-8", 936: "gb18030", 10000: "mac_roman"}.get(page, f"cp{page}")
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
