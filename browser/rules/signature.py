"""HTTP message signatures: which octets are signed, and how a signature is written down.

Governing texts: RFC 9421 2.5 (the signature base) and 4 (the two fields); RFC 7638 with RFC 8037 2
(the thumbprint that names a key). What the parts of a message are is decided in
`browser.rules.signature_parts`. No key comes near either: `browser.net.signing_key` signs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from browser.rules.signature_parts import (
    Component,
    Kinds,
    Message,
    Parameters,
    value_of,
    written,
)

NO_KINDS: Kinds = MappingProxyType({})

_LABEL = re.compile(r"[a-z*][a-z0-9_\-.*]*")  # RFC 9651 3.1.2
_THUMBPRINT_OF = {  # RFC 7638 3.2, RFC 8037 2: the members that are required
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
    "oct": ("k", "kty"),
}


@dataclass(frozen=True)
class Terms:
    """What a signature covers, and what it says of itself.

    Attributes:
        components: In the order they are signed.
        parameters: ``created``, ``keyid`` and so on, in the order they are written.
    """

    components: tuple[Component, ...]
    parameters: Parameters = ()

    @cached_property
    def text(self) -> str:
        """The value of ``@signature-params``, and of a member of Signature-Input."""
        covered = " ".join(component.identifier for component in self.components)
        return f"({covered}){written(self.parameters)}"

    def base(self, message: Message, kinds: Kinds = NO_KINDS) -> bytes:
        """The octets to sign.

        Args:
            message: With all its fields in place.
            kinds: ``dictionary``, ``list`` or ``item``, by the name of a structured field that is
                covered with ``sf`` and not among the registered ones.

        Raises:
            ValueError: it cannot be made, with a sentence that says why.
        """
        lines: list[str] = []
        seen: set[object] = set()
        for component in self.components:
            # RFC 9421 2.5: the order of the parameters makes no difference here.
            same = component.name, frozenset(component.parameters)
            if same in seen:
                raise ValueError(f"{component.identifier} is covered twice")
            seen.add(same)
            value = value_of(message, component, kinds)
            if not value.isascii() or "\n" in value or "\r" in value:
                raise ValueError(f"{component.identifier} is not one line of ASCII")
            lines.append(f"{component.identifier}: {value}")
        lines.append(f'"@signature-params": {self.text}')
        return "\n".join(lines).encode("ascii")


def signature_fields(label: str, terms: Terms, signature: bytes) -> dict[str, str]:
    """The two fields that carry one signature."""
    if not _LABEL.fullmatch(label):
        raise ValueError("a label is lower-case ASCII (RFC 9651 3.1.2)")
    return {
        "Signature-Input": f"{label}={terms.text}",
        "Signature": f"{label}=:{base64.b64encode(signature).decode()}:",
    }


def thumbprint(jwk: Mapping[str, object]) -> str:
    """The name of a key: SHA-256 over its required members, in base64url without padding.

    Args:
        jwk: A JSON Web Key, public or private; only its public part counts.

    Raises:
        ValueError: the kind of key is unknown or a required member is not there.
    """
    names = _THUMBPRINT_OF.get(str(jwk.get("kty")), ())
    members = {name: jwk.get(name) for name in names}
    if not members or not all(isinstance(member, str) for member in members.values()):
        raise ValueError("not a JSON Web Key of a known kind")
    text = json.dumps(members, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return unpadded(hashlib.sha256(text.encode()).digest())


def unpadded(octets: bytes) -> str:
    """base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
