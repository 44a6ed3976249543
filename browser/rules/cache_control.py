"""What a reply says about keeping it: Cache-Control and, where that is missing, Pragma.

Governing texts: RFC 9111 5.2 (grammar and directives), 4.2.1 (invalid and conflicting values),
1.2.2 (delta-seconds), 5.4 (Pragma); RFC 5861 4 (stale-if-error).

A private cache reads neither ``s-maxage`` nor ``proxy-revalidate`` nor ``private``'s list of
fields. What it does not know it ignores: ``immutable``, ``stale-while-revalidate`` (RFC 5861 3;
nothing is fetched that no command asked for) and whatever comes later.

Left to taste, and always to the strict side: a lifetime that is invalid, or stands twice with
two values, is 0. ``no-cache`` with a list of fields is plain ``no-cache``, unless the list names
only Set-Cookie, which is never kept. ``no-store`` holds also beside ``must-understand``. A value
of absurd length is ``no-store``. ``Pragma: no-cache`` of a reply, which 5.4 leaves open, is what
its author meant by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

MAX_DELTA = 2.0**31  # seconds; what a larger number counts as (1.2.2)
MAX_VALUE = 2048  # characters of a Cache-Control field that are read

_PART = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[^,"]+|[,"]', re.DOTALL)
_DIGITS = re.compile(r"[0-9]+")
_NEVER_KEPT = frozenset({"set-cookie", "set-cookie2"})


@dataclass(frozen=True)
class CacheControl:
    """The directives that mean something to a private cache.

    Attributes:
        no_store: Not to be kept.
        no_cache: Not to be used again without asking.
        must_revalidate: Not to be used once stale, whatever happens.
        private: For one user agent: ours may keep it.
        public: May be kept whatever its status.
        max_age: Seconds of freshness; 0 when what it says is no number.
        stale_if_error: Seconds after its freshness in which it may stand in for an error.
    """

    no_store: bool = False
    no_cache: bool = False
    must_revalidate: bool = False
    private: bool = False
    public: bool = False
    max_age: float | None = None
    stale_if_error: float | None = None


NOTHING_SAID = CacheControl()


def cache_control(headers: Mapping[str, str]) -> CacheControl:
    """Read the directives of a reply.

    Args:
        headers: Lower-case names; repeated fields joined by a comma.
    """
    value = headers.get("cache-control")
    if value is None:
        if "no-cache" in headers.get("pragma", "").lower():
            return CacheControl(no_cache=True)
        return NOTHING_SAID
    if len(value) > MAX_VALUE:
        return CacheControl(no_store=True)
    return _read(value)


@lru_cache(maxsize=256)  # a hit reads the same value several times, and sites are of a few kinds
def _read(value: str) -> CacheControl:
    found: dict[str, list[str | None]] = {}
    for name, argument in _directives(value):
        found.setdefault(name, []).append(argument)
    return CacheControl(
        no_store="no-store" in found,
        no_cache=any(_asks_always(fields) for fields in found.get("no-cache", ())),
        must_revalidate="must-revalidate" in found,
        private="private" in found,
        public="public" in found,
        max_age=_seconds(found.get("max-age")),
        stale_if_error=_seconds(found.get("stale-if-error")),
    )


def delta_seconds(value: str) -> float | None:
    """A number of seconds, or ``None`` when *value* is not just digits."""
    if not _DIGITS.fullmatch(value):
        return None
    digits = value.lstrip("0")
    return min(float(digits or "0"), MAX_DELTA) if len(digits) <= 10 else MAX_DELTA


def _directives(value: str) -> Iterator[tuple[str, str | None]]:
    """Each directive's lower-case name, and its argument without quotes."""
    for item in _items(value) if '"' in value else value.split(","):
        name, equals, argument = item.strip(" \t").partition("=")
        if len(argument) >= 2 and argument[0] == argument[-1] == '"':
            argument = re.sub(r"\\(.)", r"\1", argument[1:-1])
        yield name.strip(" \t").lower(), argument if equals else None


def _items(value: str) -> Iterator[str]:
    item = ""
    for part in _PART.finditer(value):
        if part[0] == ",":
            yield item
            item = ""
        elif part[0] == '"':  # it never ends, so it hides nothing: the commas after it count
            first, *others = value[part.start() :].split(",")
            yield item + first
            yield from others
            return
        else:
            item += part[0]
    yield item


def _asks_always(fields: str | None) -> bool:
    names = {name.strip(" \t").lower() for name in (fields or "").split(",")}
    return not names <= _NEVER_KEPT


def _seconds(arguments: list[str | None] | None) -> float | None:
    if not arguments:
        return None
    values = {delta_seconds(argument or "") for argument in arguments}
    value = values.pop()
    return 0.0 if value is None or values else value
