"""Asking whether a kept reply still holds, and what a 304 makes of it.

Governing texts: RFC 9111 3.1 (fields that are not kept), 3.2 (fields that a 304 does not change),
4.3.1 and 4.3.4 (validation); RFC 9110 8.8.2, 8.8.3 (Last-Modified, ETag), 13.1.2, 13.1.3.

Left to taste: Set-Cookie is not kept, since no cookie is ever sent. An entity tag without its
quotes, which many servers send and expect back, is sent back when it holds nothing that could be
read otherwise. One copy is asked after at a time, so that a 304 with its tag is about it, weak or
strong: servers that compress change the one into the other. A copy that a 304 without Date or
Age confirms loses its own: they told of another reply. Replies other than 2xx are not asked after
(RFC 9110 13.2.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from browser.model.response import StoredReply, folded
from browser.rules.freshness import varied
from browser.rules.http_date import http_date
from browser.rules.signals import FIELDS as SIGNALS

_ETAG = re.compile(r'(?:W/)?"[!#-~]{0,512}"|[0-9A-Za-z._:+=-]{1,512}')
_NOT_KEPT = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "proxy-connection",
        "set-cookie",
        "set-cookie2",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
_OF_THE_BODY = frozenset({"content-encoding", "content-length", "content-range", "content-type"})
_OF_THE_REPLY = frozenset({"age", "date"})
# RFC 9110 7.6.1: never a connection's own. A reply must not free itself by naming them there of
# what a cache owes its origin, nor a copy of what its publisher asks.
_OF_THE_PAGE = frozenset({"age", "cache-control", "date", "expires", "vary"}) | SIGNALS


def kept_fields(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The fields that are kept (RFC 9111 3.1)."""
    fields = tuple(fields)
    named = {
        option.strip(" \t").lower()
        for name, value in fields
        if name == "connection"
        for option in value.split(",")
    }
    dropped = _NOT_KEPT | (named - _OF_THE_PAGE)
    return tuple(field for field in fields if field[0] not in dropped)


def conditions(reply: StoredReply) -> dict[str, str]:
    """The header fields that ask whether *reply* still holds; empty when it cannot be asked."""
    if not 200 <= reply.status < 300:
        return {}
    asked = {}
    tag, changed = reply.headers.get("etag", ""), reply.headers.get("last-modified", "")
    if _ETAG.fullmatch(tag):
        asked["If-None-Match"] = tag
    if http_date(changed, reply.response_time) is not None:
        asked["If-Modified-Since"] = changed.strip(" \t")
    return asked


def confirms(reply: StoredReply, headers: Mapping[str, str]) -> bool:
    """Whether a 304 with *headers* is about *reply* (RFC 9111 4.3.4)."""
    tag = headers.get("etag")
    if tag is not None:
        return tag.removeprefix("W/") == reply.headers.get("etag", "").removeprefix("W/")
    changed, own = headers.get("last-modified"), reply.headers.get("last-modified")
    return changed is None or own is None or changed == own


def freshened(
    reply: StoredReply,
    fields: Iterable[tuple[str, str]],
    sent: Mapping[str, str],
    request_time: float,
    response_time: float,
) -> StoredReply:
    """The kept reply after a 304 that confirms it (RFC 9111 3.2).

    Args:
        reply: Kept.
        fields: Of the 304.
        sent: The request's fields, lower-case names.
        request_time: When it was asked, seconds since the epoch.
        response_time: When the 304 came.
    """
    fields = tuple(fields)
    new = tuple(field for field in kept_fields(fields) if field[0] not in _OF_THE_BODY)
    gone = {name for name, _ in new} | _OF_THE_REPLY
    merged = (*(field for field in reply.fields if field[0] not in gone), *new)
    return replace(
        reply,
        fields=merged,
        varied=varied(folded(merged), sent),
        set_cookie=reply.set_cookie or any(name == "set-cookie" for name, _ in fields),
        request_time=request_time,
        response_time=response_time,
    )
