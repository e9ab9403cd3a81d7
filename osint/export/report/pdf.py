"""report.pdf, set by Typst: PDF/A-2a where every character can be drawn, which is then made sure of.

PDF/A refuses a document with a character that no font has. Such characters (mostly pictograms in offers) are found
beforehand and written as their Unicode name in brackets: the reader learns what stood there, and the report is made
on a machine without fonts too. The record of what the page said is lead.json and the capture, not this drawing.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import unicodedata
from collections import Counter
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).parent
STANDARDS: tuple[list[str], ...] = (["a-2a"], ["a-2u"], [])
"""Tried in this order: accessible and archivable, archivable, any."""
SANS = (
    "Noto Sans", "Noto Sans Thai", "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "Noto Sans Arabic",
    "Noto Naskh Arabic", "Noto Sans Devanagari", "Noto Sans Bengali", "Noto Sans Tamil", "Noto Sans Lao",
    "Noto Sans Khmer", "Noto Sans Myanmar", "Noto Sans Hebrew", "Noto Sans Symbols", "Noto Sans Symbols2",
    "DejaVu Sans", "Liberation Sans", "Libertinus Serif",
)  # fmt: skip
"""Asked in this order for each character; those that a machine lacks are left out."""
MONO = ("Noto Sans Mono", "DejaVu Sans Mono", "Liberation Mono")
UNDRAWABLE = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
PROBE = b"""#set text(font: json(bytes(sys.inputs.fonts)))
#set document(title: [x], date: datetime(year: 2000, month: 1, day: 1))
#for one in json(bytes(sys.inputs.letters)) { box(one) }"""
PATIENCE = 600
"""Seconds that setting a report may take; 340 pages take 3."""
ENOUGH = 40
"""Undrawable letters of one script after which all of that script count as such: no font for it is here."""
CHUNK = 400
"""Characters probed at once: about 20 ms a probe."""


def write(view: dict[str, Any], folder: Path, target: Path, only_embedded: bool = False) -> tuple[str, int]:
    """Set the report in a process of its own: what it takes (1 to 2 MB a page) is given back, and it cannot hang.

    As `Typesetter.write`. Raises ValueError, in words, when it cannot be set.
    """
    (folder / "view.json").write_text(json.dumps(view, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-P", str(Path(__file__)), str(folder), str(target), *(["embedded"] * only_embedded)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603  # ourselves
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"the report was not set within {PATIENCE} s") from error
    if done.returncode:
        raise ValueError(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2] or "the process was ended")
    standard, names = json.loads(done.stdout)
    return standard, names


class Typesetter:
    """Looks for the fonts of this machine once."""

    def __init__(self, only_embedded: bool = False) -> None:
        self.fonts = typst.Fonts(include_system_fonts=not only_embedded)
        families = set(self.fonts.families())
        self.sans = [name for name in SANS if name in families]
        self.mono = [name for name in MONO if name in families] + self.sans

    def write(self, view: dict[str, Any], folder: Path, target: Path) -> tuple[str, int]:
        """Set the report. `folder` holds the pictures that the view names, and nothing else of worth.

        Returns the standard it keeps to ("PDF/A-2A", ..., "PDF"), and how many characters were written as their names.
        """
        made = datetime.fromisoformat(view["package"]["created_at"])
        names = self._undrawable(view)
        plain = _mapped(view, names)
        if names:
            plain["left_out"].append({"number": len(names), "what": view["w"]["left_undrawn"]})
        labels = [lead["label"] for lead in view["leads"]]
        plain |= {
            "fonts": self.sans,
            "mono": self.mono,
            "made_parts": list(made.timetuple()[:6]),
            "short": ", ".join(labels[:8]) + (" …" if len(labels) > 8 else ""),
        }
        (folder / "data.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
        shutil.copyfile(HERE / "report.typ", folder / "report.typ")
        wrong: Exception | None = None
        for standard in STANDARDS:
            try:
                compiler = typst.Compiler(folder / "report.typ", root=folder, font_paths=self.fonts)
                compiler.compile(output=target, format="pdf", pdf_standards=standard, timestamp=made)  # type: ignore[arg-type]
            except typst.TypstError as error:
                wrong = error
                continue
            return f"PDF/{standard[0].upper()}" if standard else "PDF", len(names)
        raise ValueError(f"Typst could not set the report: {wrong}")

    def _undrawable(self, view: dict[str, Any]) -> dict[str, str]:
        """Characters that no font here has → what is written instead."""
        letters = sorted(
            {char for text in _texts(view) for char in text if ord(char) > 0x7E and not CONTROL.match(char)}
        )
        lost: set[str] = set()
        scripts: Counter[str] = Counter()
        for start in range(0, len(letters), CHUNK):
            rest = [char for char in letters[start : start + CHUNK] if scripts[_script(char)] < ENOUGH]
            while rest and (bad := self._probe(rest)):
                lost |= bad
                scripts.update(map(_script, bad))
                rest = [char for char in rest if char not in bad and scripts[_script(char)] < ENOUGH]
        return {char: _named(char) for char in letters if char in lost or scripts[_script(char)] >= ENOUGH}

    def _probe(self, letters: list[str]) -> set[str]:
        """Some of the letters that cannot be drawn; empty when all can."""
        inputs = {"fonts": json.dumps(self.sans), "letters": json.dumps(letters)}
        try:
            typst.Compiler(PROBE, font_paths=self.fonts, sys_inputs=inputs).compile(
                format="pdf", pdf_standards=["a-2u"]
            )
        except typst.TypstError as error:
            found = UNDRAWABLE.search(str(error))
            if not found:
                raise
            bad = set(letters) & set(ESCAPE.sub(lambda one: chr(int(one[1], 16)), found[1]))
            return bad or (set(letters) if len(letters) == 1 else self._halves(letters))
        return set()

    def _halves(self, letters: list[str]) -> set[str]:
        middle = len(letters) // 2
        return self._probe(letters[:middle]) | self._probe(letters[middle:])


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for part in parts for text in _texts(part)]


def _mapped(value: Any, names: dict[str, str]) -> Any:
    """The view with every text made drawable."""
    if isinstance(value, str):
        return _drawable(CONTROL.sub("\ufffd", value), names)
    if isinstance(value, dict):
        return {key: _mapped(one, names) for key, one in value.items()}
    return [_mapped(one, names) for one in value] if isinstance(value, list | tuple) else value


def _drawable(text: str, names: dict[str, str]) -> str:
    """The text with what cannot be drawn in words: pictograms by name, letters as `[7 THAI letters]`."""
    if not any(char in names for char in text):
        return text
    parts: list[str] = []
    for key, group in groupby(
        text, lambda char: (char in names and not names[char], names.get(char, "") and _script(char))
    ):
        run = "".join(group)
        if not any(key) or unicodedata.category(run[0])[0] == "S":
            parts.append("".join(names.get(char, char) for char in run))
        elif key[1]:
            parts.append(f"[{len(run)} {key[1]} {'letter' if len(run) == 1 else 'letters'}]")
    return "".join(parts)


def _script(char: str) -> str:
    """The first word of a letter's name: CJK, THAI, ARABIC ..."""
    return re.split(r"[ -]", unicodedata.name(char, "UNNAMED"), maxsplit=1)[0]


def _named(char: str) -> str:
    """`[ELEPHANT]`; joiners and variation marks, which draw nothing by themselves, are dropped."""
    if unicodedata.category(char) in ("Cf", "Mn", "Me") or 0xFE00 <= ord(char) <= 0xFE0F:
        return ""
    return f"[{unicodedata.name(char, f'U+{ord(char):04X}')}]"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    seen = json.loads((place / "view.json").read_text(encoding="utf-8"))
    print(json.dumps(Typesetter("embedded" in sys.argv[3:]).write(seen, place, Path(sys.argv[2]))))
