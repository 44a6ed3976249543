"""A reply as it is kept for the next command that asks for the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

# What Python needs beside the characters themselves; measured, rounded up.
ENTRY = 2048  # octets for a reply
FIELD = 320  # octets for a header field


def folded(fields: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Fields by name; repeated ones joined by a comma (RFC 9110 5.3)."""
    headers: dict[str, str] = {}
    for name, value in fields:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


@dataclass(frozen=True)
class StoredReply:
    """One reply to a GET.

    Attributes:
        status: HTTP status.
        fields: Lower-case names and values as they came, without those that are not kept.
        locations: Every Location field.
        body: Decoded.
        varied: The request fields that Vary names, and what was sent in them; ``None`` for
            a field that was not sent.
        request_time: When the request went out, seconds since the epoch. With *response_time*
            that of the last reply of the origin, which may have been a 304.
        response_time: When the reply came.
        set_cookie: Whether it set a cookie; the cookie itself is not kept.
    """

    status: int
    fields: tuple[tuple[str, str], ...]
    locations: tuple[str, ...]
    body: bytes = field(repr=False)
    varied: tuple[tuple[str, str | None], ...]
    request_time: float
    response_time: float
    set_cookie: bool = False

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The fields, folded."""
        return folded(self.fields)

    @property
    def octets(self) -> int:
        """Of memory, about and not less: body, header fields and what holds them."""
        text = sum(len(name) + 2 * len(value) for name, value in self.fields)
        named = sum(len(name) + len(value or "") for name, value in self.varied)
        places = sum(len(location) for location in self.locations)
        count = len(self.fields) + len(self.varied) + len(self.locations)
        return ENTRY + FIELD * count + text + named + places + len(self.body)
