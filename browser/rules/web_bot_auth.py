"""Web Bot Auth: what a signed request covers, and what the directory of its keys says.

Governing text: draft-ietf-webbotauth-httpsig-protocol, on RFC 9421. Sites learn from the field
Signature-Agent where the keys are published, and from ``keyid`` which one it was.

A request covers its authority and the Signature-Agent member, as verifiers in use expect. Over
plain HTTP it covers the whole target URI too: ``@authority`` is the same for both schemes, so a
signature that was read off the wire could otherwise be sent again over HTTPS.

Left to taste: a request's signature lives a minute, a directory's two hours, of which caches may
keep it one. The nonce has 64 octets, as is the custom.
"""

from __future__ import annotations

import base64
from typing import Literal

from browser.model.url import Url
from browser.rules.signature import Terms
from browser.rules.signature_parts import Component, Parameters

Form = Literal["legacy", "dictionary"]

LABEL = "sig1"
DIRECTORY = "/.well-known/http-message-signatures-directory"
MEDIA_TYPE = "application/http-message-signatures-directory+json"
LIFE = 60  # seconds; the draft allows a day
DIRECTORY_LIFE = 7200  # seconds
DIRECTORY_KEPT = 3600  # seconds, by caches
NONCE = 64  # octets

_AUTHORITY = Component("@authority")
_TARGET_URI = Component("@target-uri")
_AGENT = {
    "legacy": Component("signature-agent"),
    "dictionary": Component("signature-agent", (("key", LABEL),)),
}
_OF_DIRECTORY = (Component("@authority", (("req", True),)),)


def agent_field(origin: str, form: Form) -> str:
    """The value of Signature-Agent: *origin* alone, or as a member of a dictionary."""
    return f'"{origin}"' if form == "legacy" else f'{LABEL}="{origin}"'


def request_terms(url: Url, *, form: Form, keyid: str, now: float, nonce: bytes) -> Terms:
    """What the signature of a request for *url* covers.

    Args:
        url: As it is asked for.
        form: How Signature-Agent is written.
        keyid: Thumbprint of the key.
        now: Seconds since the epoch.
        nonce: Fresh for every request.
    """
    narrower = () if url.scheme == "https" else (_TARGET_URI,)
    covered = (_AUTHORITY, *narrower, _AGENT[form])
    return Terms(covered, _parameters(keyid, now, LIFE, nonce, "web-bot-auth"))


def directory_terms(*, keyid: str, now: float, nonce: bytes) -> Terms:
    """What each key's signature of the directory covers: the authority it is published under."""
    tag = "http-message-signatures-directory"
    return Terms(_OF_DIRECTORY, _parameters(keyid, now, DIRECTORY_LIFE, nonce, tag))


def _parameters(keyid: str, now: float, life: int, nonce: bytes, tag: str) -> Parameters:
    created = int(now)
    return (
        ("created", created),
        ("keyid", keyid),
        ("alg", "ed25519"),
        ("expires", created + life),
        ("nonce", base64.b64encode(nonce).decode()),
        ("tag", tag),
    )
