"""The Ed25519 signature over the tag manifest, and with it over everything else.

It is checked by `ed25519.py` and, where the `openssl` command is at hand, a second time by that; both must agree.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from osint.export.verifier import ed25519
from osint.export.verifier.bag import SIGNATURE, TAGS
from osint.export.verifier.container import Container
from osint.export.verifier.findings import Report

PUBLIC = "signature/signer.pub.pem"
PREFIX = bytes.fromhex("302a300506032b6570032100")
"""DER of `SubjectPublicKeyInfo { Ed25519 }` up to the 32 bytes of the key (RFC 8410)."""
PEM = re.compile(rb"\s*-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)-----END PUBLIC KEY-----\s*")


def public_key(pem: bytes) -> bytes | None:
    """The 32 bytes of an Ed25519 public key in PEM form, None for anything else."""
    match = PEM.fullmatch(pem)
    try:
        der = base64.b64decode(b"".join(match[1].split()), validate=True) if match else b""
    except binascii.Error:
        return None
    return der[len(PREFIX) :] if der.startswith(PREFIX) and len(der) == len(PREFIX) + 32 else None


def fingerprint(key: bytes) -> str:
    """SHA-256 over the DER form of the public key, hex: what `openssl pkey -pubin -outform DER | sha256sum` prints."""
    return hashlib.sha256(PREFIX + key).hexdigest()


def check(container: Container, report: Report, pinned: bytes | None, expected: str = "") -> None:
    """`pinned` is the PEM text of a key from outside the package, `expected` the fingerprint that its key must have."""
    inside_pem = container.read(PUBLIC) if PUBLIC in container.files else None
    inside = public_key(inside_pem) if inside_pem is not None else None
    if inside_pem is None:
        report.add("SIGNATURE-MISSING", PUBLIC, "no public key in the package")
    elif inside is None:
        report.add("KEY-BAD", PUBLIC, "not an Ed25519 public key in PEM form")
    key = inside
    report.pinned = bool(expected)
    if expected and inside is not None and fingerprint(inside) != expected:
        report.add("KEY-OTHER", PUBLIC, f"signer is {fingerprint(inside)}, you expect {expected}")
    if pinned is not None:
        key = public_key(pinned)
        report.pinned = True
        if key is None:
            report.add("KEY-BAD", "", "the key you gave is not an Ed25519 public key in PEM form")
            return
        if inside is not None and inside != key:
            report.add("KEY-OTHER", PUBLIC, f"signer is {fingerprint(inside)}, your key is {fingerprint(key)}")
    if key is None:
        return
    report.signer = fingerprint(key)
    if not report.pinned:
        report.notes.append(f"signature checked only against the key inside the package, SHA-256 {report.signer}")
        report.notes.append("ask the sender for that fingerprint on another way, or give the sender's key with --key")
    message = container.read(TAGS) if TAGS in container.files else None
    signature = container.read(SIGNATURE) if SIGNATURE in container.files else None
    if message is None or signature is None:
        report.add("SIGNATURE-MISSING", SIGNATURE, "no signature over the tag manifest")
        return
    mine = ed25519.good(key, message, signature)
    if not mine:
        report.add("SIGNATURE-BAD", SIGNATURE, f"is not a signature of {TAGS} by {report.signer}")
    theirs, name = _openssl(key, message, signature)
    if theirs is None:
        report.notes.append(f"no second opinion on the signature: {name}")
    elif theirs != mine:
        report.add("SIGNATURE-DOUBT", SIGNATURE, f"this program says {mine}, {name} says {theirs}")


def _openssl(key: bytes, message: bytes, signature: bytes) -> tuple[bool | None, str]:
    """The answer of the `openssl` command and its name; (None, why) where it cannot answer."""
    command = shutil.which("openssl")
    if command is None:
        return None, "no openssl command"
    try:
        name = _run([command, "version"]).stdout.decode("ascii", "replace").strip()
        with tempfile.TemporaryDirectory() as folder:
            parts = {"key": _pem(key), "message": message, "signature": signature}
            for part, data in parts.items():
                Path(folder, part).write_bytes(data)
            done = _run([command, "pkeyutl", "-verify", "-pubin", "-inkey", f"{folder}/key", "-rawin",
                         "-in", f"{folder}/message", "-sigfile", f"{folder}/signature"])  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        return None, f"openssl did not run ({type(error).__name__})"
    said = (done.stdout + done.stderr).lower()
    if b"verified successfully" in said and done.returncode == 0:
        return True, name
    if b"verification failure" in said or len(signature) != 64:
        return False, name
    return None, f"{name} cannot check Ed25519 (version 3.0 or newer can)"


def _pem(key: bytes) -> bytes:
    body = base64.b64encode(PREFIX + key)
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"


def _run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
