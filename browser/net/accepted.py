"""Which replies are pages, and what is told of those that are not.

Governing text: RFC 9110 15. A status is an answer, not an obstacle: nothing is asked again under
another name, and no fee is paid.
"""

from __future__ import annotations

import math
import re

from browser.errors import FetchFailed
from browser.model.reason import Reason
from browser.net.cache import Passed, ago
from browser.net.send import Raw

# The site chooses this text and the model reads it: an amount and a currency, nothing else.
_PRICE = re.compile(r"[A-Z]{3} ?[0-9]{1,9}(?:\.[0-9]{1,9})?")


def accepted(host: str, passed: Passed) -> Raw:
    """The reply, when it brings a page.

    Raises:
        FetchFailed: ``http_status``, ``payment_required``, ``host_backing_off`` or
            ``bad_response``.
    """
    answer = passed.answer
    raw, status = answer.raw, answer.raw.status
    if 200 <= status < 300 and status != 206:
        return raw
    if status == 402:
        price = raw.headers.get("crawler-price", "")
        asks = f" ({price})" if _PRICE.fullmatch(price) else ""
        raise FetchFailed(
            Reason.PAYMENT_REQUIRED,
            f"{host} asks a fee for this page{asks}, and this browser does not pay. "
            "Choose another source.",
            status=status,
        )
    if status in (429, 503):
        seconds = math.ceil(answer.pause)
        raise FetchFailed(
            Reason.HOST_BACKING_OFF,
            f"{host} asked us to slow down (HTTP {status}). "
            f"Try again in {seconds} s, or choose another source.",
            status=status,
            retry_after=seconds,
        )
    if status >= 400:
        then = f", {ago(passed.age)}" if passed.use == "hit" and passed.age >= 1 else ""
        raise FetchFailed(
            Reason.HTTP_STATUS,
            f"{host} answered {status} ({_meaning(status)}){then}. Choose another source.",
            status=status,
        )
    raise FetchFailed(
        Reason.BAD_RESPONSE,
        f"{host} answered {status}, which is no page. Choose another source.",
        status=status,
    )


def _meaning(status: int) -> str:
    known = {
        401: "a login is needed",
        403: "the site does not let this browser in",
        404: "there is no such page",
        410: "the page is gone",
        451: "withheld for legal reasons",
    }
    return known.get(status, "the site has a problem" if status >= 500 else "the site refused")
