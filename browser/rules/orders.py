"""What an operator may order for one host, and what comes of it.

Governing text: none; README has the table. The same keys and bounds hold for a live order and
for ``[limits.hosts."name"]`` in the settings, so that either can be written as the other. What
an order leaves out follows the settings.

Values are of their own type: ``true`` is no number and ``"5"`` neither, since who means something
else than was read must hear of it. Left to taste: the bounds. Those of one host are what a site
might bear, so that a slip of the finger is no attack; those of every host, in the settings, only
keep numbers that nobody means out of the arithmetic.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from browser.model.clock import iso
from browser.model.limits import Change, HostLimits, HostOrder
from browser.rules.own_hosts import HostMap

MAX_NOTE = 200  # characters
MAX_RATE = 1e6  # requests a second
MIN_RATE = 1e-6
MAX_COUNT = 1_000_000_000

MOST = {"rate": 100, "burst": 1000, "concurrency": 256, "hourly": 1_000_000}  # of one host

Rate = Annotated[float, Field(ge=MIN_RATE, le=MAX_RATE, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=MAX_COUNT)]


class Wanted(BaseModel):
    """The limits that are wanted for one host; what is left out is as for every host."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rate: Rate | None = Field(
        default=None, description="Requests a second in the long run.", le=MOST["rate"]
    )
    burst: Count | None = Field(
        default=None, description="Requests at once after a pause.", le=MOST["burst"]
    )
    concurrency: Count | None = Field(
        default=None, description="Requests under way at the same time.", le=MOST["concurrency"]
    )
    hourly: Count | None = Field(default=None, description="Requests an hour.", le=MOST["hourly"])
    blocked: bool | None = Field(default=None, description="Whether the host is not opened at all.")
    note: str = Field(default="", description="Why; one line.", max_length=MAX_NOTE)

    @field_validator("note")
    @classmethod
    def _one_line(cls, note: str) -> str:
        if not note.isprintable():
            raise PydanticCustomError("one_line", "has to be one line", {"max_length": MAX_NOTE})
        return note.strip()

    def order(self, host: str, by: str, at: float) -> HostOrder:
        """The same as an order for *host* by somebody at a moment."""
        return HostOrder(host=host, by=by, at=at, **self.model_dump())

    def over(self, limits: HostLimits) -> HostLimits:
        """*limits* with what is wanted in its place."""
        return _over(limits, self.model_dump())


def host_name(text: str) -> str | None:
    """The host as a URL has it, or ``None`` when *text* is no host alone."""
    try:
        return next(iter(HostMap.parse({text.removesuffix("."): "127.0.0.1"}).exact), None)
    except ValueError:
        return None


def ordered(limits: HostLimits, order: HostOrder) -> HostLimits:
    """*limits* with what *order* says in its place."""
    return replace(_over(limits, said(order)), note=order.note)


def said(order: HostOrder) -> dict[str, Any]:
    """What *order* says of limits, by the keys of `Wanted`; what it leaves out is not there."""
    fields = {name: getattr(order, name) for name in Wanted.model_fields}
    return {name: value for name, value in fields.items() if value not in (None, "")}


def line(order: HostOrder | None) -> dict[str, Any] | None:
    """*order* as the audit log and the API show it: what it says, who ordered it and when."""
    if order is None:
        return None
    return {**said(order), "by": order.by, "at": iso(order.at)}


def as_toml(orders: Iterable[HostOrder]) -> str:
    """*orders* as tables of a settings file."""
    tables = []
    for order in sorted(orders, key=lambda each: each.host):
        rows = [f"[limits.hosts.{_string(order.host)}]"]
        rows += [f"{name} = {_value(value)}" for name, value in said(order).items()]
        tables.append("\n".join(rows) + "\n")
    return "\n".join(tables)


def _over(limits: HostLimits, fields: dict[str, Any]) -> HostLimits:
    known = {name: value for name, value in fields.items() if value not in (None, "")}
    return replace(limits, **known)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _string(value) if isinstance(value, str) else repr(value)


def _string(text: str) -> str:
    # What is printable is written alike in JSON and TOML; escaped pairs of surrogates are not.
    return json.dumps(text, ensure_ascii=False)


def lost(
    known: Mapping[str, HostOrder], standing: Mapping[str, HostOrder], changes: Iterable[Change]
) -> dict[str, HostOrder]:
    """Of the orders *known* to a process, those that a store has lost, by host.

    Args:
        known: What stood when the store was last asked.
        standing: What stands in the store.
        changes: Of its log: an order that was taken back since is not lost.
    """
    back = {
        change.host
        for change in changes
        if change.action == "unset" and change.host in known and change.at >= known[change.host].at
    }
    return {host: order for host, order in known.items() if host not in {*standing, *back}}
