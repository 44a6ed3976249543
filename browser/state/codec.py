"""Displays, quotes, steps, tallies, orders and changes as JSON text, one value a row, and back.

Decides the stored form only; the governing shape is `browser.model.session`. Field names are
the keys, so a field with a default can be added without touching rows that are there. Left to
taste: text is escaped to ASCII, which costs some room for other scripts but carries every
string a model may send, lone surrogates and NUL included.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from browser.model.limits import Change, HostOrder
from browser.model.session import Display, Quote, Session, Step, Tally
from browser.model.signals import Signals


def _plain(value: object) -> dict[str, Any]:
    if isinstance(value, Signals | HostOrder):
        return vars(value)
    raise TypeError(f"not a JSON value: {type(value).__name__}")


_log = logging.getLogger("browser.state")

UNREADABLE = "The store's order for this host cannot be read: order anew, or take it back."
_ORDER = tuple(HostOrder.__dataclass_fields__)
_CHANGE = tuple(Change.__dataclass_fields__)
_HEAD = ("key", "id", "owner", "created", "used", "commands", "share")
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_plain)


class Damaged(ValueError):
    """A stored row is not what this code wrote."""


def pack(value: Display | Quote | Step | Tally | HostOrder | Change | str) -> str:
    """Write *value* as JSON: an object, or a string for an address.

    A display whose page may not be kept is written without its text.

    Raises:
        TypeError: when an argument or failure of a step is not a JSON value.
    """
    if isinstance(value, Display) and not value.signals.keep:
        value = replace(value, text="")
    return _ENCODER.encode(value if isinstance(value, str) else vars(value))


def display(text: str) -> Display:
    """Read a display; raises `Damaged`."""
    fields = _fields(text)
    try:
        fields["link_ids"] = tuple(fields["link_ids"])
        fields["signals"] = _signals(fields.get("signals", {}))
        return Display(**fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise Damaged("a stored display lacks a field or has one too many") from error


def _signals(fields: dict[str, Any]) -> Signals:
    for name in ("obeyed", "reported"):
        fields[name] = tuple(fields.get(name, ()))
    return Signals(**fields)


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


def tally(text: str) -> Tally:
    """Read a tally; raises `Damaged`."""
    try:
        return Tally(**_fields(text))
    except TypeError as error:
        raise Damaged("a stored tally has a field too many") from error


def order(text: str | bytes) -> HostOrder:
    """Read an operator's order; raises `Damaged`."""
    return _order(_fields(text))


def change(text: str | bytes) -> Change:
    """Read a line of the audit log; raises `Damaged`."""
    fields = _fields(text)
    for name in ("before", "after"):
        if fields.get(name) is not None:
            fields[name] = _order(fields[name])
    try:
        return Change(**{name: fields[name] for name in _CHANGE if name in fields})
    except TypeError as error:
        raise Damaged("a stored change lacks a field") from error


def standing(host: str, text: str | bytes) -> HostOrder:
    """The order that stands for *host*. One that cannot be read blocks it, and nothing else.

    Another version may have written it, and may have meant that nobody is asked.
    """
    try:
        found = order(text)
        if found.host == host:
            return found
    except Damaged:
        pass
    _log.error(
        "the order for %.253r cannot be read; the host is blocked until it has another", host
    )
    return HostOrder(host, blocked=True, note=UNREADABLE)


def changes(lines: Iterable[str | bytes]) -> list[Change]:
    """Those lines of the audit log that can be read."""
    found = []
    for text in lines:
        try:
            found.append(change(text))
        except Damaged:
            _log.error("a line of the audit log cannot be read; it is left out")
    return found


def _order(fields: Any) -> HostOrder:
    """What a later version writes beside the fields known here is passed over."""
    try:
        found = HostOrder(**{name: fields[name] for name in _ORDER if name in fields})
        numbers = (found.rate, found.burst, found.concurrency, found.hourly)
        texts = _are(str, found.host, found.note, found.by) and _are(bool | None, found.blocked)
        if texts and _are(float | int, found.at) and all(map(_positive, numbers)):
            return found
    except TypeError as error:
        raise Damaged("a stored order lacks a field") from error
    raise Damaged("a stored order has a value that is none")


def _are(kind: Any, *values: object) -> bool:
    return all(isinstance(value, kind) for value in values)


def _positive(number: object) -> bool:
    return number is None or (type(number) in (int, float) and 0 < number < math.inf)  # type: ignore[operator]


def pack_head(session: Session) -> str:
    """Write what is no list of *session* as a JSON object."""
    return _ENCODER.encode(
        {name: getattr(session, name) for name in _HEAD} | {"tally": vars(session.tally)}
    )


def head(text: str) -> Session:
    """Read a session without displays, quotes, steps and addresses; raises `Damaged`."""
    fields = _fields(text)
    try:
        tally = Tally(**fields.pop("tally", {}))
        return Session(**{name: fields[name] for name in _HEAD}, tally=tally)
    except (KeyError, TypeError) as error:
        raise Damaged("a stored session lacks a field, or its tally has one too many") from error


def address(text: str) -> str:
    """Read an allowed address; raises `Damaged`."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Damaged("a stored address is not JSON") from error
    if not isinstance(value, str):
        raise Damaged("a stored address is not a string")
    return value


def _fields(text: str | bytes) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except ValueError as error:
        raise Damaged("a stored row is not JSON") from error
    if not isinstance(fields, dict):
        raise Damaged("a stored row is not a JSON object")
    return fields
