"""Directives for robots: the X-Robots-Tag field and ``<meta name="robots">``.

Governing text: none; the custom is set by the documentation of Google's robots meta tag, of
Bing's NOARCHIVE and NOCACHE, and of DeviantArt's ``noai``. As they have it:

- names are compared without case; directives for everyone and for our tokens count together;
- ``name:`` before a directive names one robot, for the rest of that field or up to the next such
  name, unless the name is that of a directive with a value. So fields are read one by one and
  never joined;
- a max-snippet whose value does not begin with a number says nothing, nor does a negative one;
  -1 is the documented way to say "no limit".

Left to taste: a blank or a semicolon parts directives as a comma does (``noindex nosnippet``
can hardly mean anything else); an equals sign or, before a number, a blank does for a colon; what
stands behind the number, such as a unit, is no part of it; ``*:`` and ``robots:`` mean everyone; a
version behind a robot's name is ignored; what stands behind the first 8 KiB is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from browser.rules.robots_lines import shown

FIELD = "x-robots-tag"
MAX_READ = 8192  # characters of all fields, and of all metas
MAX_NUMBER = 9  # digits; more characters than any page has

_PLAIN = frozenset({"nosnippet", "noarchive", "nocache", "noai", "noimageai"})
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_EVERYONE = frozenset({"robots", "*"})
_PARTS = re.compile(r"[,;]")
_NAME = re.compile(r"\s*([a-z_*][\w*-]*)(?:/[\w.]*)?\s*:", re.ASCII | re.IGNORECASE)
_DIRECTIVE = re.compile(
    r"(?P<dated>unavailable_after)\s*[:=]?(?P<date>.*)"
    r"|(?P<valued>max-(?:snippet|image-preview|video-preview))"
    r"(?:\s*[:=]\s*|\s+(?=[+-]?[0-9]))(?P<value>\S*)"
    r"|(?P<word>[^\s:=]+)",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"\s*\+?(-?)([0-9]+)")
_REST_OF_DATE = re.compile(r"\s*[0-9]")


class Directive(NamedTuple):
    """One directive that counts for us.

    Attributes:
        name: Lower-case.
        value: Behind the colon; empty for a directive without one.
        source: Where it stands: ``X-Robots-Tag``.
        text: As it stands there.
    """

    name: str
    value: str
    source: str
    text: str

    @property
    def written(self) -> str:
        """For people and models: ``X-Robots-Tag: max-snippet:50``."""
        return f"{self.source}: {shown(' '.join(self.text.split()).encode('utf-8', 'replace'))}"

    @property
    def limit(self) -> int | None:
        """The number of characters that a max-snippet allows; ``None`` when it sets no limit."""
        match = _NUMBER.match(self.value)
        if match is None or match[1]:
            return None
        digits = match[2].lstrip("0") or "0"
        return int(digits) if len(digits) <= MAX_NUMBER else None

    def passed(self, now: float) -> bool:
        """Whether the date of an unavailable_after is over; one that is no date counts as over."""
        moment = _moment(self.value.strip())
        return moment is None or moment <= now


def from_fields(fields: Iterable[tuple[str, str]], tokens: Iterable[str]) -> tuple[Directive, ...]:
    """The directives of X-Robots-Tag fields.

    Args:
        fields: All fields of the reply, lower-case names, one by one as they came.
        tokens: Our product tokens.
    """
    values = (("X-Robots-Tag", value) for name, value in fields if name == FIELD)
    return tuple(dict.fromkeys(_read(values, tokens)))


def from_metas(metas: Iterable[tuple[str, str]], tokens: Iterable[str]) -> tuple[Directive, ...]:
    """The directives of metas for everyone or for us.

    Args:
        metas: Name in lower case and content.
        tokens: Our product tokens.
    """
    ours = {"robots", *(token.lower() for token in tokens)}
    contents = ((f"meta {name}", content) for name, content in metas if name in ours)
    return tuple(dict.fromkeys(_read(contents, tokens)))


def _read(sources: Iterable[tuple[str, str]], tokens: Iterable[str]) -> Iterator[Directive]:
    ours = _EVERYONE.union(token.lower() for token in tokens)
    left = MAX_READ
    for source, text in sources:
        yield from _one(source, text[:left], ours)
        left = max(left - len(text), 0)


def _one(source: str, text: str, ours: frozenset[str]) -> Iterator[Directive]:
    counts = True
    for part in _whole_dates(_PARTS.split(text)):
        at = 0
        name = _NAME.match(part)
        while name and name[1].lower() not in _VALUED | _PLAIN:
            counts = name[1].lower() in ours
            at = name.end()
            name = _NAME.match(part, at)
        for found in _DIRECTIVE.finditer(part, at) if counts else ():
            named = (found["dated"] or found["valued"] or found["word"]).lower()
            if named in _PLAIN or not found["word"]:
                value = found["date"] or found["value"] or ""
                yield Directive(named, value, source, found[0])


def _whole_dates(parts: list[str]) -> Iterator[str]:
    """The same parts, but a date that holds a comma (``Fri, 25 Jun 2010``) in one piece."""
    open_date = ""
    for part in parts:
        if open_date and _REST_OF_DATE.match(part):
            open_date += "," + part
            continue
        if open_date:
            yield open_date
        open_date = part if "unavailable_after" in part.lower() else ""
        if not open_date:
            yield part
    if open_date:
        yield open_date


def _moment(text: str) -> float | None:
    """Seconds since the epoch of a date by RFC 822, RFC 850 or ISO 8601."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None
