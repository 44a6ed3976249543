"""Reads what a signature covers (RFC 9421 4.1), so that published examples can be made again."""

from __future__ import annotations

from typing import Any

import http_sf

from browser.rules.signature import Terms
from browser.rules.signature_parts import Component


def parse_terms(signature_input: str) -> dict[str, Terms]:
    """Read a Signature-Input field.

    Returns:
        What each label's signature covers.

    Raises:
        ValueError: it is not such a field.
    """
    read: Any = http_sf.parse(signature_input.encode("ascii"), tltype="dictionary")
    found: dict[str, Terms] = {}
    for label, (covered, parameters) in read.items():
        if not isinstance(covered, list) or not all(type(name) is str for name, _ in covered):
            raise ValueError(f"{label} lists no components")
        components = (Component(name, tuple(own.items())) for name, own in covered)
        found[label] = Terms(tuple(components), tuple(parameters.items()))
    return found
