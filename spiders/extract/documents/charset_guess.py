"""Which legacy encoding a text is in, by how it looks decoded. For bytes that are known not to be Unicode.

Two-byte encodings are told by how many of their characters lie in the part of the code page that holds the common ones;
Thai by its marks standing on consonants; Latin alphabets by which letters come out; the rest by charset-normalizer,
which knows letter frequencies but takes short Japanese for Korean and Spanish for Polish.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from charset_normalizer import from_bytes

# encoding → (a character of two bytes, one whose place says it is common). The common parts: GB 2312 level 1 (B0-D7),
# Big5
# level 1 (A4-C6), JIS X 0208 kana and level 1, KS X 1001 hangul (B0-C8); and their punctuation rows.
_PAIRS: Final = {
    "gb18030": (rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]", rb"[\xb0-\xd7\xa1\xa3][\xa1-\xfe]"),
    "big5hkscs": (rb"[\x87-\xfe][\x40-\x7e\xa1-\xfe]", rb"[\xa4-\xc6\xa1][\x40-\x7e\xa1-\xfe]"),
    "cp932": (
        rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]",
        rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]|[\x88-\x97\x81][\x40-\xfc]",
    ),
    "euc_jp": (rb"[\xa1-\xfe][\xa1-\xfe]", rb"[\xa1\xa3-\xa5\xb0-\xcf][\xa1-\xfe]"),
    "cp949": (rb"[\x81-\xfe][\x41-\x5a\x61-\x7a\x81-\xfe]", rb"[\xa1\xb0-\xc8][\xa1-\xfe]"),
}
_KANA: Final = re.compile("[\u3041-\u30fe]")
_HAN: Final = re.compile("[\u4e00-\u9fff]")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_THAI_MARK: Final = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_THAI_SET: Final = re.compile("[\u0e01-\u0e2e](?:[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]{1,3})")
_THAI: Final = re.compile("[\u0e01-\u0e4e]")
_LATIN: Final = {
    "cp1252": "àâäáãåæçéèêëíìîïñóòôöõøœúùûüß«»¿¡€’‘“”–—…°·ªº£®©™½¼¾×²³µ§•¢¥",
    "cp1254": "âäáàçéèêëğıîïñóôöşúùûüß«»€’‘“”–—…°İ",
    "cp1250": "áäăâąćčçďđéęěëíîĺľłńňóôőöŕřśšşťţúůűüýźżž„”–—…’‘“«»€°",
    "cp1257": "āäåčēėęģīįķļņõöšūųüžąō–—…’„“«»€°",
    "cp1258": "àáâăäçéèêëíđóôơöúùûưüß\u0300\u0301\u0303\u0309\u0323’‘“”–—…€",
}
_OTHERS: Final = ("cp1251", "koi8_r", "cp866", "cp1253", "cp1255", "cp1256")


def guess(sample: bytes) -> str:
    """Python's name of the most likely legacy encoding; cp1252 when there is little to go by."""
    letters = sum(1 for byte in sample if byte >= 0x80 or chr(byte).isalpha())
    high = sum(1 for byte in sample if byte >= 0x80)
    if not high:
        return "cp1252"
    pairs = max((_pair_score(sample, name), name) for name in _PAIRS)
    if pairs[0] < 0.9 and _is_thai(sample):
        return "cp874"
    if pairs[0] > 0.6:
        return pairs[1]
    if high < letters * 0.35:
        return max(_LATIN, key=lambda name: _latin_score(sample, name))
    found = from_bytes(sample, cp_isolation=list(_OTHERS), threshold=0.4, enable_fallback=False).best()
    return str(found.encoding) if found else "cp1252"


def _decoded(sample: bytes, encoding: str) -> str:
    """The sample decoded, a character cut at its end left out; "" when it is not of that encoding (2 % may be
    wrong)."""
    text = sample.decode(encoding, "replace")
    return "" if text[:-2].count("\ufffd") > len(text) * 0.02 else text


def _is_thai(sample: bytes) -> bool:
    text = _decoded(sample, "cp874")
    thai, marks = len(_THAI.findall(text)), len(_THAI_MARK.findall(text))
    standing = sum(len(found[0]) - 1 for found in _THAI_SET.finditer(text))
    return thai >= 4 and thai > marks * 1.5 and marks > thai * 0.08 and standing > marks * 0.95


def _pair_score(sample: bytes, encoding: str) -> float:
    text = _decoded(sample, encoding)
    if not text:
        return 0.0
    pair, common = _PAIRS[encoding]
    total = good = 0
    at, size = 0, len(sample)
    pairs, commons = re.compile(pair), re.compile(common)
    while at < size:
        if sample[at] < 0x80:
            at += 1
            continue
        if pairs.match(sample, at):
            total += 1
            good += commons.match(sample, at) is not None
            at += 2
        else:  # half-width kana, four bytes of GB 18030, a stray byte
            total += 1
            at += 1
    kana, han, hangul = (len(pattern.findall(text)) for pattern in (_KANA, _HAN, _HANGUL))
    # Rows 4 and 5 are kana in GB 2312 too: few of them in Chinese, always some in Japanese.
    script = {"cp949": hangul > han, "cp932": kana > total * 0.02, "euc_jp": kana > total * 0.05}.get(
        encoding, kana <= total * 0.05
    )
    # Common hangul lie where common Chinese characters do, but not the other way round.
    return good / total + (0.05 if encoding == "cp949" else 0.0) if total and script else 0.0


def _latin_score(sample: bytes, encoding: str) -> float:
    usual = _LATIN[encoding]
    score = -0.01 * list(_LATIN).index(encoding)  # of equals, the more common one
    text = sample.decode(encoding, "replace")
    for before, character in zip(" " + text, text, strict=False):
        if character > "\x7f":
            if character not in usual and character.lower() not in usual:
                score -= 1
            elif unicodedata.combining(character):
                score += 1 if before.isalpha() else -2
            else:
                score += 0.5 if before.islower() and character.isupper() else 1
    return score
