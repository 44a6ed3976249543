"""The private key that requests are signed with, and the file it is read from.

Governing texts: RFC 8032 (Ed25519), RFC 8037 2 (the key as a JSON Web Key), RFC 8410 (as PKCS #8).
The library that signs is loaded only when there is a key.

A file is read as a careful server reads its TLS key: nobody but its owner may read it; where it
belongs to the system administrator, its group may, as secrets are often mounted. What is wrong
with it is said in one line that never holds what the file holds.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser.rules.signature import thumbprint, unpadded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAX_FILE = 16 * 1024  # octets

_OCTETS_32 = re.compile(r"[A-Za-z0-9_-]{43}=?")  # in base64url, its padding left out or not


class SigningKey:
    """One Ed25519 key.

    Args:
        private: The key itself; nothing here tells it.
        not_before: Since when it is in use, in seconds since the epoch.
        expires: From when on it is not used any more; ``None`` when nothing says so.

    Attributes:
        keyid: Its thumbprint.
        public: Its public half as a JSON Web Key.
    """

    def __init__(
        self, private: Ed25519PrivateKey, not_before: int, expires: int | None = None
    ) -> None:
        self._private = private
        self.not_before = not_before
        self.expires = expires
        x = unpadded(private.public_key().public_bytes_raw())
        self.public = {"kty": "OKP", "crv": "Ed25519", "x": x}
        self.keyid = thumbprint(self.public)

    def __repr__(self) -> str:
        return f"SigningKey({self.keyid})"

    def __reduce__(self) -> Any:
        raise TypeError("a signing key stays in the process that read it")

    def sign(self, octets: bytes) -> bytes:
        """The signature of *octets*, 64 of them."""
        return self._private.sign(octets)


def read_key(path: str | Path, now: float) -> SigningKey:
    """Read a key file: PEM (PKCS #8), or one JSON Web Key with its private member.

    Args:
        path: Of the file.
        now: Seconds since the epoch.

    Raises:
        ValueError: it cannot be used, with one line for the operator.
    """
    try:
        data, changed = _content(path)
        made = min(changed, int(now))
        key = _from_jwk(data, made) if data.lstrip()[:1] == b"{" else _from_pem(data, made)
    except OSError as error:
        raise ValueError(f"the key file {path} cannot be read: {error.strerror}") from None
    except _Unusable as error:
        raise ValueError(f"the key file {path} {error}") from None
    if key.expires is not None and key.expires <= now:
        raise ValueError(f"the key file {path} holds a key that has expired (exp)")
    if key.not_before > now:
        raise ValueError(f"the key file {path} holds a key that is not to be used yet (nbf)")
    return key


def write_key(path: str | Path) -> None:
    """Make a new key and write it, for its owner alone, into a file that is not there yet.

    Raises:
        OSError: the file is there, or cannot be made.
    """
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    text = ed25519.Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - what is open already
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            Path(path).unlink()
        raise


class _Unusable(Exception):
    """What is wrong with a file, as the end of a sentence."""


def _content(path: str | Path) -> tuple[bytes, int]:
    # Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - what is open already
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise _Unusable("is not a file")
        mounted = about.st_uid == 0 != os.geteuid()
        if about.st_mode & (0o037 if mounted else 0o077):
            mode = stat.S_IMODE(about.st_mode)
            raise _Unusable(f"may be read by others (mode {mode:04o}); chmod 600 makes it private")
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise _Unusable("is too long for a key")
    return data, int(about.st_mtime)


def _from_pem(data: bytes, made: int) -> SigningKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(data, password=None)
    except TypeError:
        raise _Unusable("is protected by a passphrase, which nobody would type in") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _Unusable("holds no private key in PEM (PKCS #8) or as a JSON Web Key") from None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise _Unusable("holds a key of another kind; it has to be Ed25519")
    return SigningKey(key, made)


def _from_jwk(data: bytes, made: int) -> SigningKey:
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415

    try:
        jwk = json.loads(data)
    except (ValueError, RecursionError):
        raise _Unusable("is not valid JSON") from None
    if jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519":
        raise _Unusable("holds no Ed25519 key (kty OKP, crv Ed25519)")
    key = SigningKey(
        ed25519.Ed25519PrivateKey.from_private_bytes(_octets(jwk, "d")),
        made if (since := _moment(jwk, "nbf")) is None else since,
        _moment(jwk, "exp"),
    )
    if "x" in jwk and unpadded(_octets(jwk, "x")) != key.public["x"]:
        raise _Unusable("holds two halves (d and x) that do not belong together")
    return key


def _octets(jwk: dict[str, Any], name: str) -> bytes:
    text = jwk.get(name)
    if isinstance(text, str) and _OCTETS_32.fullmatch(text):
        return base64.urlsafe_b64decode(text.rstrip("=") + "=")
    raise _Unusable(f"holds no private Ed25519 key: {name} is not 32 octets in base64url")


def _moment(jwk: dict[str, Any], name: str) -> int | None:
    value = jwk.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**11:
        raise _Unusable(f"holds a {name} that is not a moment in seconds since 1970")
    return value
