"""The signing key, and the two ways in which its signatures are checked."""

import hashlib
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519 as reference
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from osint.export import keys
from osint.export.options import ExportError
from osint.export.verifier import ed25519, signature

# RFC 8032, section 7.1: (public key, message, signature)
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("public", "message", "signed"), VECTORS)
def test_vectors_of_the_rfc(public, message, signed):
    parts = [bytes.fromhex(part) for part in (public, message, signed)]
    assert ed25519.good(*parts)
    assert not ed25519.good(parts[0], parts[1] + b"x", parts[2])
    assert not ed25519.good(parts[0], parts[1], parts[2][:-1] + bytes([parts[2][-1] ^ 32]))


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511))
def test_it_agrees_with_the_reference(seed, message, bit):
    private = reference.Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signed = bytearray(private.sign(message))
    assert ed25519.good(public, message, bytes(signed))
    signed[bit // 8] ^= 1 << bit % 8
    assert not ed25519.good(public, message, bytes(signed))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=70), st.binary(max_size=70))
def test_rubbish_is_no_signature(public, signed):
    assert not ed25519.good(public, b"message", signed)


def test_a_signature_has_one_form_only():
    """S and S + order sign the same; a check that takes both lets anybody alter a signature (RFC 8032, 8.4)."""
    public, message, signed = (bytes.fromhex(part) for part in VECTORS[1])
    other = int.from_bytes(signed[32:], "little") + ed25519.ORDER
    assert not ed25519.good(public, message, signed[:32] + other.to_bytes(32, "little"))


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path):
    folder = tmp_path / "keys"
    key = keys.load_or_make(folder)
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    assert oct((folder / "signing.pem").stat().st_mode & 0o777) == "0o600"
    assert keys.load_or_make(folder).fingerprint == key.fingerprint
    assert (folder / "signing.pub.pem").read_bytes() == key.public_pem
    raw = signature.public_key(key.public_pem)
    assert raw is not None
    assert signature.fingerprint(raw) == key.fingerprint
    assert ed25519.good(raw, b"words", key.sign(b"words"))
    if shutil.which("openssl"):
        der = subprocess.run(
            ["openssl", "pkey", "-pubin", "-in", str(folder / "signing.pub.pem"), "-outform", "DER"],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        assert hashlib.sha256(der).hexdigest() == key.fingerprint


def test_many_that_make_it_at_once_end_with_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = {key.fingerprint for key in pool.map(lambda _: keys.load_or_make(tmp_path / "keys"), range(16))}
    assert len(found) == 1
    assert keys.SigningKey(keys.load(tmp_path / "keys/signing.pem").private).fingerprint in found
    assert sorted(path.name for path in (tmp_path / "keys").iterdir()) == ["signing.pem", "signing.pub.pem"]


def test_passphrases(tmp_path):
    key = keys.load_or_make(tmp_path, b"long words")
    assert b"ENCRYPTED" in (tmp_path / "signing.pem").read_bytes()
    assert keys.load_or_make(tmp_path, b"long words").fingerprint == key.fingerprint
    with pytest.raises(ExportError, match="wrong passphrase"):
        keys.load_or_make(tmp_path, b"other words")
    with pytest.raises(ExportError, match="a passphrase is needed"):
        keys.load_or_make(tmp_path)
    keys.set_passphrase(tmp_path, b"long words", None)
    with pytest.raises(ExportError, match="is not encrypted"):
        keys.load_or_make(tmp_path, b"long words")
    with pytest.raises(ExportError, match="protects nothing"):
        keys.set_passphrase(tmp_path, None, b"")
    assert keys.load_or_make(tmp_path).fingerprint == key.fingerprint


def test_a_replaced_key_leaves_its_public_half(tmp_path):
    old = keys.load_or_make(tmp_path)
    new = keys.rotate(tmp_path, b"long words")
    assert new.fingerprint != old.fingerprint
    assert keys.load_or_make(tmp_path, b"long words").fingerprint == new.fingerprint
    assert (tmp_path / f"former-{old.fingerprint[:16]}.pub.pem").read_bytes() == old.public_pem
    assert (tmp_path / "signing.pub.pem").read_bytes() == new.public_pem


def test_what_is_no_key_is_refused_in_words(tmp_path):
    path = tmp_path / "signing.pem"
    path.write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    path.chmod(0o600)
    with pytest.raises(ExportError, match="not a private key"):
        keys.load_or_make(tmp_path)
    path.chmod(0o644)
    with pytest.raises(ExportError, match="can be read by others"):
        keys.load_or_make(tmp_path)


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("openssl"), reason="needs the openssl command")
def test_openssl_is_asked_and_its_doubt_is_told(tmp_path, monkeypatch):
    key = keys.load_or_make(tmp_path)
    raw = signature.public_key(key.public_pem)
    good = key.sign(b"words")
    assert signature._openssl(raw, b"words", good)[0] is True
    assert signature._openssl(raw, b"other", good)[0] is False
    assert signature._openssl(raw, b"words", good[:-1])[0] is False
    fake = tmp_path / "bin/openssl"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho LibreSSL 2.8.3\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}{os.pathsep}/usr/bin")
    assert signature._openssl(raw, b"words", good) == (
        None,
        "LibreSSL 2.8.3 cannot check Ed25519 (version 3.0 or newer can)",
    )
    monkeypatch.setenv("PATH", "")
    assert signature._openssl(raw, b"words", good) == (None, "no openssl command")
