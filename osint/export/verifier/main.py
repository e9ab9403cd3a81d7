"""The whole check, in the order in which its parts rely on each other, and its command line."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

from osint.export.verifier import bag, chain, leads, signature, waczs
from osint.export.verifier.container import BROKEN, Container
from osint.export.verifier.findings import Report, codes

FINGERPRINT = re.compile(r"[0-9A-Fa-f]{64}")


def verify(path: str | Path, key: str | Path | None = None) -> Report:
    """Check a package (folder or ZIP), offline. `key`: PEM file of the signer's public key, from outside the package,
    or its fingerprint (SHA-256 of its DER form, 64 hex digits).

    Never raises for what is wrong with the package: every doubt is a finding of the report.
    """
    report = Report(str(path))
    pinned: bytes | None = None
    expected = str(key).lower() if key is not None and FINGERPRINT.fullmatch(str(key)) else ""
    if key is not None and not expected:
        try:
            pinned = Path(key).read_bytes()
        except OSError as error:
            pinned = b""
            report.add("KEY-BAD", "", f"the key you gave cannot be read: {error}")
    container = Container(Path(path), report)
    try:
        if container.files:
            _check(container, report, pinned, expected)
        elif report.ok:
            report.add("UNREADABLE", Path(path).name, "holds no file")
    except BROKEN as error:  # a file that breaks while it is read
        report.add("UNREADABLE", "", f"{type(error).__name__}: {error}")
    finally:
        container.close()
    report.findings.sort()
    return report


def _check(container: Container, report: Report, pinned: bytes | None, expected: str) -> None:
    signature.check(container, report, pinned, expected)
    bag.check(container, report)
    found = {
        name: waczs.check(container, report, name)
        for name in sorted(container.files)
        if name.startswith("data/captures/")
    }
    lead = leads.load(container, report)
    if lead:
        leads.check(container, report, lead, found)
        chain.check(container, report, lead)


def main(arguments: list[str] | None = None) -> int:
    """Command line. 0: nothing found; 1: findings; 2: wrong use."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Check a lead package, offline.")
    parser.add_argument("package", nargs="?", help="folder or ZIP (without it: the folder of this script)")
    parser.add_argument(
        "--key", help="the signer's public key (PEM file) or its SHA-256 fingerprint, from a source you trust"
    )
    parser.add_argument("--json", action="store_true", help="the answer as JSON")
    parser.add_argument("--codes", action="store_true", help="what each finding's code means")
    given = parser.parse_args(arguments)
    if given.codes:
        print("\n".join(f"{code:20} {meaning}" for code, meaning in codes().items()))
        return 0
    report = verify(given.package or Path(sys.argv[0]).resolve().parent, given.key)
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a terminal that lacks a script
    print(json.dumps(report.as_dict(), indent=1) if given.json else "\n".join(report.lines()))
    return 0 if report.ok else 1
