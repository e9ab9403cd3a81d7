"""The Ed25519 key that packages are signed with: made on first use, readable by its owner alone, replaceable.

The folder holds `signing.pem` (PKCS 8, encrypted when a passphrase is given), `signing.pub.pem` to be handed out, and
`former-<fingerprint>.pub.pem` of each key that was replaced: packages signed with it stay verifiable.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from osint.export.options import ExportError

PRIVATE, PUBLIC = "signing.pem", "signing.pub.pem"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key in memory."""

    private: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same for the same message."""
        return self.private.sign(message)

    @property
    def public_pem(self) -> bytes:
        """The public half, as `openssl pkey -pubin` reads it."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the DER form of the public key, hex."""
        der = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return hashlib.sha256(der).hexdigest()


def load_or_make(folder: Path, passphrase: bytes | None = None) -> SigningKey:
    """The signing key of `folder`, made there when there is none. Two that make it at once end with the same key.

    Raises ExportError when the key cannot be read, is open to others, or needs another passphrase.
    """
    path = folder / PRIVATE
    if not path.exists():
        _make(folder, passphrase)
    return load(path, passphrase)


def load(path: Path, passphrase: bytes | None = None) -> SigningKey:
    """A private key out of a PEM file. Raises ExportError, saying what is wrong with it."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ExportError(
                f"{path} can be read by others: run chmod 600 on it, and replace the key if it may be known"
            )
        private = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except TypeError as error:
        needs = (
            "is encrypted: a passphrase is needed"
            if passphrase is None
            else "is not encrypted, yet a passphrase is given"
        )
        raise ExportError(f"{path} {needs}") from error
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise ExportError(f"{path} cannot be used (wrong passphrase, or not a private key): {error}") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise ExportError(f"{path} is not an Ed25519 key")
    return SigningKey(private)


def rotate(folder: Path, passphrase: bytes | None = None, old_passphrase: bytes | None = None) -> SigningKey:
    """Replace the key. The old private half is removed, its public half kept for packages signed before."""
    old = load(folder / PRIVATE, old_passphrase)
    (folder / f"former-{old.fingerprint[:16]}.pub.pem").write_bytes(old.public_pem)
    new = SigningKey(Ed25519PrivateKey.generate())
    _replace(folder / PRIVATE, _private_pem(new, passphrase))
    _replace(folder / PUBLIC, new.public_pem, 0o644)
    return new


def set_passphrase(folder: Path, old: bytes | None, new: bytes | None) -> SigningKey:
    """Encrypt the key under another passphrase, or with None not at all."""
    key = load(folder / PRIVATE, old)
    _replace(folder / PRIVATE, _private_pem(key, new))
    return key


def _make(folder: Path, passphrase: bytes | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = SigningKey(Ed25519PrivateKey.generate())
    part = _written(folder / PRIVATE, _private_pem(key, passphrase), 0o600)
    try:
        os.link(part, folder / PRIVATE)  # unlike a rename, this fails when another process was first
    except FileExistsError:
        return
    finally:
        part.unlink()
    _replace(folder / PUBLIC, key.public_pem, 0o644)


def _private_pem(key: SigningKey, passphrase: bytes | None) -> bytes:
    lock: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase is not None:
        if not passphrase:
            raise ExportError("an empty passphrase protects nothing: give one, or none at all")
        lock = serialization.BestAvailableEncryption(passphrase)
    return key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


def _written(path: Path, data: bytes, mode: int) -> Path:
    part = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return part


def _replace(path: Path, data: bytes, mode: int = 0o600) -> None:
    _written(path, data, mode).replace(path)
