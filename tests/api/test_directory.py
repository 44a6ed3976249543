"""The key directory of a running service, read as a verifying site reads it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from http_message_signatures import InvalidSignature, VerifyResult

from browser.net.signing_key import SigningKey
from browser.rules.web_bot_auth import DIRECTORY, MEDIA_TYPE
from tests.service.living import serving
from tests.specs.web_bot_auth.verifier import made_key, verified, verifier
from tests.world import World

AGENT = "https://agent.example"
TAG = "http-message-signatures-directory"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("keys")
    return [folder / "now.pem", folder / "next.pem"]


@pytest.fixture(scope="module")
def keys(files: list[Path]) -> list[SigningKey]:
    return [made_key(file) for file in files]


@pytest.fixture(scope="module")
def signing(world: World, files: list[Path], keys: list[SigningKey]) -> Iterator[httpx.Client]:
    assert keys
    agent = {
        "signing_key": str(files[0]),
        "directory_keys": [str(files[1])],
        "signature_agent": AGENT,
    }
    with serving(world, agent=agent) as client:
        yield client


def verify(reply: httpx.Response, at: str = AGENT) -> list[VerifyResult]:
    """What each signature of a directory says, if it was asked for *at* an origin."""
    asked = SimpleNamespace(method="GET", url=f"{at}{DIRECTORY}", headers={})
    answer = SimpleNamespace(status_code=200, headers=reply.headers, request=asked)
    judge = verifier(reply.json()["keys"])
    labels = [part.partition("=")[0] for part in reply.headers["signature"].split(", ")]
    return [
        result
        for label in labels
        for result in judge.verify(answer, expect_tag=TAG, expect_label=label)
    ]


def test_the_directory_lists_the_public_half_of_every_key(
    signing: httpx.Client, keys: list[SigningKey]
):
    reply = signing.get(DIRECTORY)
    assert (reply.status_code, reply.headers["content-type"]) == (200, MEDIA_TYPE)
    assert MEDIA_TYPE == "application/http-message-signatures-directory+json"
    listed = reply.json()["keys"]
    assert [jwk["kid"] for jwk in listed] == [key.keyid for key in keys]
    for jwk, key in zip(listed, keys, strict=True):
        assert set(jwk) == {"kty", "crv", "x", "kid", "use", "nbf", "exp"}
        assert (jwk["kty"], jwk["crv"], jwk["use"]) == ("OKP", "Ed25519", "sig")
        assert jwk["x"] == key.public["x"]
        assert jwk["nbf"] < jwk["exp"]
        named = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": jwk["x"]}, separators=(",", ":"))
        digest = hashlib.sha256(named.encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == jwk["kid"]


def test_the_directory_is_signed_by_each_of_its_keys(signing: httpx.Client, keys: list[SigningKey]):
    results = verify(signing.get(DIRECTORY))
    assert [result.parameters["keyid"] for result in results] == [key.keyid for key in keys]
    for result in results:
        assert result.parameters["tag"] == TAG
        assert result.covered_components['"@authority";req'] == "agent.example"
    again = verify(signing.get(DIRECTORY))
    assert {result.nonce for result in results}.isdisjoint(result.nonce for result in again)


def test_a_mirror_gets_no_signature_for_its_own_name(signing: httpx.Client):
    """The Host field of whoever asks decides nothing."""
    reply = signing.get(DIRECTORY, headers={"Host": "localhost"})
    verify(reply)
    with pytest.raises(InvalidSignature):
        verify(reply, "https://localhost")


def test_caches_may_keep_the_directory_for_less_than_its_signatures_live(signing: httpx.Client):
    reply = signing.get(DIRECTORY)
    told = verify(reply)[0].parameters
    kept = int(reply.headers["cache-control"].partition("max-age=")[2])
    assert 0 < kept < int(told["expires"]) - int(told["created"]) <= 86_400


def test_a_request_of_the_service_verifies_with_what_its_directory_lists(
    signing: httpx.Client, world: World, keys: list[SigningKey]
):
    before = len(world.headers)
    assert signing.get("/v1/open_url", params={"url": "http://api.test/"}).json()["ok"]
    sent = world.headers[before:]
    assert len(sent) == 2, "robots.txt and the page"
    for (host, _, target), fields in zip(world.asked[before:], sent, strict=True):
        assert fields["signature-agent"] == f'"{AGENT}"'
        assert (
            verified(keys[0], f"http://{host}{target}", fields).parameters["keyid"]
            == (signing.get(DIRECTORY).json()["keys"][0]["kid"])
        )


def test_site_owners_are_told_where_the_keys_are(signing: httpx.Client):
    assert f"{AGENT}{DIRECTORY}" in signing.get("/agent").text
    assert DIRECTORY in signing.get("/").text


def test_no_reply_holds_a_private_key(signing: httpx.Client, files: list[Path]):
    for file in files:
        secret = "".join(file.read_text().splitlines()[1:-1])
        raw = base64.b64decode(secret)[-32:]
        spelled: list[Any] = [secret, raw.hex(), base64.urlsafe_b64encode(raw).decode()[:42]]
        for path in (DIRECTORY, "/agent", "/", "/openapi.json", "/metrics"):
            text = signing.get(path).text
            assert not any(word in text for word in spelled)


def test_without_a_key_there_is_no_directory(service: httpx.Client):
    reply = service.get(DIRECTORY)
    assert reply.status_code == 404
    assert reply.headers["content-type"] == "application/problem+json"
    assert "does not sign" in reply.json()["detail"]
    assert "signature" not in reply.headers
    assert DIRECTORY not in service.get("/agent").text
