"""Text in tables that spreadsheets open: never a formula, never more than a cell holds, nothing that breaks one."""

from __future__ import annotations

import re

FORMULA = re.compile(r"^[\s\u200b\u2060\ufeff'\"]*[=+\-@\t\r\n|%＝＋－＠]")
"""What Excel, LibreOffice or Google Sheets may take for a formula, also behind blanks or in full width (OWASP)."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
MOST = 32_767
"""Characters that a cell of Excel holds."""
CUT = " […cut, whole text in lead.json]"


def cell(text: str, most: int = MOST) -> str:
    """The text without control characters, cut with a word about it when it is too long for a cell."""
    clean = CONTROL.sub("\ufffd", text)
    return clean if len(clean) <= most else clean[: most - len(CUT)] + CUT


def defused(text: str) -> str:
    """The text with an apostrophe before anything that a spreadsheet could run. Plain negative numbers stay."""
    clean = cell(text, MOST - 1)
    if re.fullmatch(r"-?\d+(\.\d+)?", clean):
        return clean
    return "'" + clean if FORMULA.match(clean) else clean
