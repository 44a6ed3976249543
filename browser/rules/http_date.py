"""A date of HTTP, as a moment.

Governing texts: RFC 9110 5.6.7 (the three forms, and which century two digits mean); RFC 9111 4.2
(a cache reads them without regard to case, and never by a local time zone).

Left to taste: ``UTC`` is taken for ``GMT``; the name of the weekday has to be one but need not
be right; a leap second counts as the second before it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)"
_LONG_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_FORMS = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        rf"{_DAY}, (?P<day>\d\d) (?P<month>[a-z]{{3}}) (?P<year>\d{{4}}) {_TIME} (?:GMT|UTC)",
        rf"{_LONG_DAY}, (?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d) {_TIME} (?:GMT|UTC)",
        rf"{_DAY} (?P<month>[a-z]{{3}}) (?P<day>[ \d]\d) {_TIME} (?P<year>\d{{4}})",
    )
)


def http_date(value: str, now: float) -> float | None:
    """Seconds since the epoch, or ``None`` when *value* is no date of HTTP.

    Args:
        value: A field's value.
        now: Seconds since the epoch; a year of two digits lies at most 50 years after it.
    """
    text = value.strip(" \t")
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        return None
    place = f" {_MONTHS}".find(f" {found['month'].lower()}")
    if place < 0:
        return None
    month = place // 4 + 1
    year = int(found["year"])
    if len(found["year"]) == 2:
        this = datetime.fromtimestamp(now, UTC).year
        year += this - this % 100
        if year > this + 50:
            year -= 100
    try:
        moment = datetime(
            year,
            month,
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            59 if found["second"] == "60" else int(found["second"]),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    return moment.timestamp()
