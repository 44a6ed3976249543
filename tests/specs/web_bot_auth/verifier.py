"""A site that verifies: a library of somebody else's, and the keys that a directory lists."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageVerifier,
    MappingKeyResolver,
    VerifyResult,
    algorithms,
)

from browser.net.signing_key import SigningKey, read_key, write_key


def made_key(path: Any) -> SigningKey:
    """A new key in the file *path*."""
    write_key(path)
    return read_key(path, dt.datetime.now(dt.UTC).timestamp() + 1)


def verifier(jwks: Sequence[Mapping[str, Any]]) -> HTTPMessageVerifier:
    """Knows the keys of *jwks* by their thumbprints, from their public half."""
    keys = {
        jwk["kid"]: Ed25519PublicKey.from_public_bytes(
            base64.urlsafe_b64decode(jwk["x"] + "=" * (-len(jwk["x"]) % 4))
        )
        for jwk in jwks
    }
    return HTTPMessageVerifier(
        signature_algorithm=algorithms.ED25519,
        key_resolver=MappingKeyResolver(public_keys=keys, private_keys={}),
    )


def verified(key: SigningKey, url: str, headers: Mapping[str, str]) -> VerifyResult:
    """What the signature of a request says, or the library's refusal."""
    (result,) = verifier([{**key.public, "kid": key.keyid}]).verify(
        httpx.Request("GET", url, headers=dict(headers)),
        expect_tag="web-bot-auth",
        max_age=dt.timedelta(minutes=5),
    )
    return result
