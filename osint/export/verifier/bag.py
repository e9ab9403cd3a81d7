"""BagIt 1.0 (RFC 8493): declaration, bag-info and the two manifests, each read in both directions."""

from __future__ import annotations

import re

from osint.export.verifier.container import Container
from osint.export.verifier.findings import Report, lines_of

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE = "signature/tagmanifest-sha256.txt.sig"
UNLISTABLE = {TAGS, SIGNATURE}
"""What a tag manifest cannot list: itself, and the signature over it."""
LINE = re.compile(r"([0-9a-f]{64})  (\S+)")
NEEDED = ("bagit.txt", "bag-info.txt", PAYLOAD, TAGS, "VERIFY.txt", "verify.py", "data/lead.json", "data/audit.jsonl",
          "data/method.json", "data/provenance.jsonld", "data/report.html")  # fmt: skip


def check(container: Container, report: Report) -> None:
    """Everything that hangs on the manifests."""
    for name in NEEDED:
        if name not in container.files:
            report.add("MISSING", name, "not in the package")
    if "bagit.txt" in container.files and container.read("bagit.txt") != DECLARATION:
        report.add("BAG-FORM", "bagit.txt", "is not the declaration of BagIt 1.0")
    payload = {name for name in container.files if name.startswith("data/")}
    tags = set(container.files) - payload - UNLISTABLE
    _manifest(container, report, PAYLOAD, payload)
    _manifest(container, report, TAGS, tags)
    _oxum(container, report, payload)
    report.count("files", len(container.files))
    report.count("bytes", sum(container.files.values()))


def _manifest(container: Container, report: Report, manifest: str, present: set[str]) -> None:
    raw = container.read(manifest) if manifest in container.files else None
    if raw is None:
        return
    listed: dict[str, str] = {}
    try:
        lines = raw.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        report.add("BAG-FORM", manifest, "is not UTF-8")
        return
    if lines.pop() != "":
        report.add("BAG-FORM", manifest, "does not end with a line end")
    for number, line in enumerate(lines, 1):
        match = LINE.fullmatch(line)
        if match is None or match[2] in listed:
            report.add("BAG-FORM", manifest, f"line {number} is malformed or a repetition")
            continue
        listed[match[2]] = match[1]
    for name in sorted(set(listed) - present):
        report.add("MANIFEST-MISSING", name, f"listed in {manifest}, not in the package")
    for name in sorted(present - set(listed)):
        report.add("MANIFEST-UNLISTED", name, f"in the package, not listed in {manifest}")
    for name in sorted(present & set(listed)):
        found = container.digest(name)
        if found and found != listed[name]:
            report.add("MANIFEST-DIGEST", name, f"SHA-256 is {found}, {manifest} says {listed[name]}")


def info(container: Container) -> dict[str, str]:
    """The labels of bag-info.txt; {} when it cannot be read."""
    raw = container.read("bag-info.txt") if "bag-info.txt" in container.files else None
    pairs: dict[str, str] = {}
    for line in lines_of(raw or b""):
        label, colon, value = line.partition(": ")
        if colon and not line.startswith((" ", "\t")):
            pairs[label] = value
    return pairs


def _oxum(container: Container, report: Report, payload: set[str]) -> None:
    stated = info(container).get("Payload-Oxum", "")
    found = f"{sum(container.files[name] for name in payload)}.{len(payload)}"
    if stated != found:
        report.add("BAG-OXUM", "bag-info.txt", f"says {stated or 'nothing'}, the payload is {found}")
