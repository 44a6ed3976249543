"""Displays, quotes and steps as JSON text, one value a row, and back.

Decides the stored form only; the governing shape is `browser.model.session`. Field names are
the keys, so a field with a default can be added without touching rows that are there. Left to
taste: text is escaped to ASCII, which costs some room for other scripts but carries every
string a model may send, lone surrogates and NUL included.
"""

from __future__ import annotations

import json
from typing import Any

from browser.model.session import Display, Quote, Step

_ENCODER = json.JSONEncoder(separators=(",", ":"))


class Damaged(ValueError):
    """A stored row is not what this code wrote."""


def pack(value: Display | Quote | Step) -> str:
    """Write *value* as one JSON object.

    Raises:
        TypeError: when an argument or failure of a step is not a JSON value.
    """
    return _ENCODER.encode(vars(value))


def display(text: str) -> Display:
    """Read a display; raises `Damaged`."""
    fields = _fields(text)
    try:
        fields["link_ids"] = tuple(fields["link_ids"])
        return Display(**fields)
    except (KeyError, TypeError) as error:
        raise Damaged("a stored display lacks a field or has one too many") from error


def quote(text: str) -> Quote:
    """Read a quote; raises `Damaged`."""
    try:
        return Quote(**_fields(text))
    except TypeError as error:
        raise Damaged("a stored quote lacks a field or has one too many") from error


def step(text: str) -> Step:
    """Read a step; raises `Damaged`."""
    try:
        return Step(**_fields(text))
    except TypeError as error:
        raise Damaged("a stored step lacks a field or has one too many") from error


def _fields(text: str) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise Damaged("a stored row is not JSON") from error
    if not isinstance(fields, dict):
        raise Damaged("a stored row is not a JSON object")
    return fields
