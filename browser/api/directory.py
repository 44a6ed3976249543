"""The public keys of signed requests, for sites that verify them.

Governing text: draft-ietf-webbotauth-httpsig-protocol (the directory), RFC 7517 (the set of keys),
RFC 9421 2.4 (a response signed over parts of its request).

The response is signed once by each key, over the authority it is published under. That is the one
of the settings, never the Host field of the request: whoever mirrors the directory under another
name must not get a signature for that name from us.

Left to taste: a key whose file names no end is vouched for a year at a time, so that a copy
published elsewhere does not lapse soon.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response

from browser.api.problem import Problem
from browser.model.clock import Clock
from browser.model.url import Url
from browser.net.signing_key import SigningKey
from browser.rules.signature import signature_fields
from browser.rules.signature_parts import Request
from browser.rules.signature_parts import Response as Signed
from browser.rules.web_bot_auth import (
    DIRECTORY,
    DIRECTORY_KEPT,
    MEDIA_TYPE,
    NONCE,
    directory_terms,
)

VOUCHED = 365 * 86_400  # seconds


def directory(keys: Sequence[SigningKey], now: float) -> dict[str, Any]:
    """The set of public keys.

    Args:
        keys: The one that signs requests first.
        now: Seconds since the epoch.
    """
    return {
        "keys": [
            {
                **key.public,
                "kid": key.keyid,
                "use": "sig",
                "nbf": key.not_before,
                "exp": int(now) + VOUCHED if key.expires is None else key.expires,
            }
            for key in keys
        ]
    }


def router(keys: Sequence[SigningKey], origin: str, clock: Clock) -> APIRouter:
    """The public route, without a credential.

    Args:
        keys: The one that signs requests first; none when requests are not signed.
        origin: At which the directory is published.
        clock: Tells the time.
    """
    routes = APIRouter(tags=["about"])

    @routes.get(
        DIRECTORY,
        operation_id="key_directory",
        summary="Public keys of signed requests",
        response_class=Response,
        responses={
            200: {"description": "A signed JSON Web Key Set", "content": {MEDIA_TYPE: {}}},
            404: {"description": "Requests are not signed"},
        },
    )
    async def key_directory() -> Response:
        """Web Bot Auth: what the field Signature-Agent of a request points to."""
        if not keys:
            raise Problem(404, "no keys", "This service does not sign its requests.")
        now = clock.now()
        fields = _signatures(keys, f"{origin}{DIRECTORY}", now)
        fields["Cache-Control"] = f"public, max-age={DIRECTORY_KEPT}"
        body = json.dumps(directory(keys, now), separators=(",", ":"))
        return Response(body, headers=fields, media_type=MEDIA_TYPE)

    return routes


def _signatures(keys: Sequence[SigningKey], url: str, now: float) -> dict[str, str]:
    answer = Signed(200, (), Request("GET", Url.parse(url)))
    members: dict[str, list[str]] = {}
    for number, key in enumerate(keys, 1):
        nonce = secrets.token_bytes(NONCE)
        terms = directory_terms(keyid=key.keyid, now=now, nonce=nonce)
        signature = key.sign(terms.base(answer))
        for name, value in signature_fields(f"sig{number}", terms, signature).items():
            members.setdefault(name, []).append(value)
    return {name: ", ".join(values) for name, values in members.items()}
