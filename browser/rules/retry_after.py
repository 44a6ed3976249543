"""Retry-After: how long a site asks to be left alone.

Governing text: RFC 9110 10.2.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Read Retry-After: seconds from *now*, or ``None`` when it says nothing usable.

    A date is measured from the reply's own Date, since the site's clock may not be ours. Of
    several numbers the largest counts.

    Args:
        headers: Lower-case names; repeated fields joined by a comma.
        now: Seconds since the epoch; stands in for a Date that is missing.
    """
    value = headers.get("retry-after", "")
    numbers = [part.strip() for part in value.split(",")]
    if all(part.isascii() and part.isdigit() for part in numbers):
        return max(float(part[:12]) for part in numbers)
    until = _moment(value)
    if until is None:
        return None
    sent = _moment(headers.get("date", ""))
    return max(0.0, until - (now if sent is None else sent))


def _moment(value: str) -> float | None:
    try:
        moment = parsedate_to_datetime(value.strip())
        if moment.tzinfo is None:  # asctime form, RFC 9110 5.6.7: always GMT
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
