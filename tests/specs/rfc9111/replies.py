"""Replies for the tests of RFC 9111; every moment is counted from one."""

from __future__ import annotations

from datetime import UTC, datetime

from browser.model.response import StoredReply, folded
from browser.rules.freshness import varied
from browser.rules.revalidation import kept_fields

START = 1_763_800_000.0
DAY = 86_400.0
SENT = {"user-agent": "Test", "accept": "text/html", "accept-language": "en"}


def date(seconds: float = 0.0) -> str:
    """The date of HTTP that many seconds after the start."""
    return datetime.fromtimestamp(START + seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")


def headers(*fields: str) -> dict[str, str]:
    """Fields as a reply has them, from lines."""
    return folded(_fields(fields))


def reply(
    *fields: str, status: int = 200, took: float = 0.0, sent: dict[str, str] = SENT
) -> StoredReply:
    """A reply that came at the start, after *took* seconds."""
    return StoredReply(
        status=status,
        fields=kept_fields(_fields(fields)),
        locations=(),
        body=b"body",
        varied=varied(folded(_fields(fields)), sent),
        request_time=START - took,
        response_time=START,
        set_cookie="set-cookie" in headers(*fields),
    )


def _fields(lines: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition(":") for line in lines)
    return tuple((name.lower(), value.strip()) for name, _, value in pairs)
