"""Key files: which are taken, which are refused, and that no refusal holds what the file holds."""

from __future__ import annotations

import base64
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from browser.net.signing_key import read_key, write_key

NOW = 1_700_000_000.0
# RFC 8037 A.1: a published example.
D, X = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
KEYID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
JWK: dict[str, Any] = {"kty": "OKP", "crv": "Ed25519", "d": D, "x": X}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.touch(mode=0o600)
    return path


def pem(key: Any, protection: Any = None) -> bytes:
    secrecy = protection or form.NoEncryption()
    text: bytes = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, secrecy)
    return text


def raw(key: str) -> bytes:
    return base64.urlsafe_b64decode(key + "=")


def example() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(raw(D))


@pytest.mark.parametrize(
    "text",
    [
        pem(example()),
        b"a line before\n" + pem(example()),
        json.dumps(JWK).encode(),
        json.dumps({**JWK, "kid": "any", "use": "sig", "key_ops": ["sign"]}, indent=2).encode(),
        json.dumps({key: value for key, value in JWK.items() if key != "x"}).encode(),
    ],
    ids=["pem", "pem with a comment", "jwk", "jwk with more", "jwk without x"],
)
def test_a_key_is_read_in_either_form(file: Path, text: bytes):
    file.write_bytes(text)
    key = read_key(file, NOW)
    assert (key.keyid, key.public["x"]) == (KEYID, X)
    assert key.sign(b"words") == example().sign(b"words")


OTHERS = {
    "empty": b"",
    "no key": b"words " * 10,
    "public pem": example().public_key().public_bytes(
        form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
    ),
    "broken pem": pem(example())[:60],
    "passphrase": pem(example(), form.BestAvailableEncryption(b"words")),
    "rsa": pem(rsa.generate_private_key(65537, 2048)),
    "elliptic": pem(ec.generate_private_key(ec.SECP256R1())),
    "x25519 jwk": json.dumps({**JWK, "crv": "X25519"}).encode(),
    "no json": b"{" + D.encode(),
    "deep json": b'{"a":' * 3000,
    "public jwk": json.dumps({"kty": "OKP", "crv": "Ed25519", "x": X}).encode(),
    "short d": json.dumps({**JWK, "d": D[:-4]}).encode(),
    "d of another alphabet": json.dumps({**JWK, "d": D.replace("_", "/")}).encode(),
    "d that is no text": json.dumps({**JWK, "d": [D]}).encode(),
    "halves of two keys": json.dumps({**JWK, "x": D}).encode(),
    "a set": json.dumps({"keys": [JWK]}).encode(),
    "end that is no time": json.dumps({**JWK, "exp": D}).encode(),
    "long": pem(example()) + b"\n" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_any_other_file_is_refused_in_one_line_without_its_content(file: Path, name: str):
    file.write_bytes(OTHERS[name])
    with pytest.raises(ValueError, match="the key file") as caught:
        read_key(file, NOW)
    said = str(caught.value)
    assert str(file) in said
    assert "\n" not in said
    assert D[:10] not in said
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__, "a traceback would show what was read"


def test_a_key_is_used_only_in_its_time(file: Path):
    file.write_text(json.dumps({**JWK, "nbf": int(NOW) - 10, "exp": int(NOW) + 10}))
    key = read_key(file, NOW)
    assert (key.not_before, key.expires) == (NOW - 10, NOW + 10)
    with pytest.raises(ValueError, match="expired"):
        read_key(file, NOW + 10)
    with pytest.raises(ValueError, match="not to be used yet"):
        read_key(file, NOW - 11)


def test_a_file_that_names_no_time_is_as_old_as_it_is_and_never_of_the_future(file: Path):
    file.write_bytes(pem(example()))
    os.utime(file, (NOW - 100, NOW - 100))
    assert read_key(file, NOW).not_before == NOW - 100
    os.utime(file, (NOW + 100, NOW + 100))
    assert read_key(file, NOW).not_before == NOW


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o666, 0o601, 0o620])
def test_a_file_that_others_may_read_is_refused(file: Path, mode: int):
    file.write_bytes(pem(example()))
    file.chmod(mode)
    with pytest.raises(ValueError, match=r"may be read by others \(mode 0[0-7]{3}\)"):
        read_key(file, NOW)


@pytest.mark.parametrize(("mode", "taken"), [(0o440, True), (0o640, True), (0o644, False)])
def test_a_mounted_secret_of_the_administrator_may_be_read_by_its_group(
    file: Path, monkeypatch: pytest.MonkeyPatch, mode: int, *, taken: bool
):
    """What a service that does not run as the administrator meets in a container."""
    if os.getuid() != 0:
        pytest.skip("only the administrator can make such a file")
    file.write_bytes(pem(example()))
    file.chmod(mode)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    if taken:
        assert read_key(file, NOW).keyid == KEYID
    else:
        with pytest.raises(ValueError, match="may be read by others"):
            read_key(file, NOW)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("pipe", ".", "nowhere"):
        with pytest.raises(ValueError, match="the key file"):
            read_key(tmp_path / name, NOW)


def test_a_key_is_not_printed_and_not_copied_out_of_the_process(file: Path):
    file.write_text(json.dumps(JWK))
    key = read_key(file, NOW)
    for text in (repr(key), str(key), f"{[key]}"):
        assert D not in text
        assert raw(D).hex() not in text
    with pytest.raises(TypeError):
        pickle.dumps(key)


def test_what_was_written_can_be_read(tmp_path: Path):
    write_key(tmp_path / "key.pem")
    assert len(read_key(tmp_path / "key.pem", NOW).sign(b"words")) == 64


def test_a_write_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_key(tmp_path / "key.pem")
    assert list(tmp_path.iterdir()) == []
