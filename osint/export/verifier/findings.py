"""What a check answers: findings with a code, notes, figures. The codes are explained in `codes.tsv`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is wrong: a code of `codes.tsv`, the file it was found in, and what it is in words."""

    code: str
    path: str
    text: str

    def line(self) -> str:
        """One line, safe for a terminal and a log."""
        words = " ".join(part for part in (self.path, self.text) if part)
        return f"{self.code}  {printable(words)}"


@dataclass
class Report:
    """The answer of a check. `pinned` says whether a key from outside the package was used."""

    package: str
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    signer: str = ""
    """SHA-256 of the public key (DER form, hex) that the signature was checked with; "" when there was none."""
    pinned: bool = False
    figures: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when nothing was found."""
        return not self.findings

    def add(self, code: str, path: str, text: str) -> None:
        """Note a finding; the same one only once."""
        finding = Finding(code, path, text)
        if finding not in self.findings:
            self.findings.append(finding)

    def count(self, name: str, number: int = 1) -> None:
        """Add to a figure."""
        self.figures[name] = self.figures.get(name, 0) + number

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON form."""
        return {
            "package": self.package,
            "ok": self.ok,
            "signer": self.signer,
            "pinned": self.pinned,
            "findings": [{"code": one.code, "path": one.path, "text": one.text} for one in self.findings],
            "notes": self.notes,
            "figures": dict(sorted(self.figures.items())),
        }

    def lines(self) -> list[str]:
        """For people: notes, one line a finding, and the verdict last."""
        lines = [f"note  {printable(note)}" for note in self.notes]
        lines += [finding.line() for finding in self.findings]
        lines.append("figures  " + ", ".join(f"{number} {name}" for name, number in sorted(self.figures.items())))
        if not self.ok:
            lines.append(f"FAILED  {len(self.findings)} finding(s): this package is not what was signed, or not whole")
        elif self.pinned:
            lines.append(f"OK  whole and unaltered, signed with the key you gave ({self.signer[:16]})")
        else:
            lines.append("OK  whole and unaltered against its own key; WHO signed was not checked (no --key given)")
        return lines


def printable(text: str) -> str:
    """Control, format and direction characters as escapes: a hostile name must not forge a line."""
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def lines_of(raw: bytes) -> list[str]:
    """The lines of a text file. Only line feeds end one: `splitlines` would cut JSON at U+2028 as well."""
    parts = raw.decode("utf-8", "replace").split("\n")
    return parts[:-1] if parts[-1] == "" else parts


def codes() -> dict[str, str]:
    """Every code and what it means."""
    rows = lines_of((Path(__file__).parent / "codes.tsv").read_bytes())
    return dict(row.split("\t", 1) for row in rows)
