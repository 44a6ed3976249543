"""How much one credential may ask of this service: a rate, and commands at the same time.

A token bucket for each valid token, so there are never more of them than tokens. An open service
has none: only its own machine can call it, and what it may ask of sites is paced anyway. A request
that is refused takes nothing out of the bucket. A place is held until the answer has left; commands
that go on after it are counted where they run (`browser.places`). Answers without an end, which do
nothing most of the time, have places of their own, so that no command waits for one.

The door comes before everything else that programs call: who has no credential is told so before a
body is read. Health, metrics and what site owners read are not counted.

Governing text: RFC 6585 4 (429) with Retry-After (RFC 9110 10.2.3). Left to taste: the bounds.
"""

from __future__ import annotations

import math

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from browser.api.access import Access
from browser.api.paths import is_call, is_operator, is_stream
from browser.api.problem import Problem
from browser.model.clock import Clock

FULL = 1  # seconds after which a caller whose places are all taken may ask again
_DUST = 1e-9  # seconds; sums of floats do not meet exactly


class Allowance:
    """What one credential has left.

    Args:
        rate: Requests a second in the long run.
        burst: Requests at once after a pause.
        concurrency: Requests under way at the same time.
        streams: Answers without an end at the same time.
    """

    def __init__(self, rate: float, burst: int, concurrency: int, streams: int) -> None:
        self._interval = 1 / rate
        self._burst = burst
        self._free = {False: concurrency, True: streams}
        self._full_at = 0.0  # when the bucket will be full again

    def enter(self, now: float, *, stream: bool = False) -> int:
        """Take a place and one request out of the bucket.

        Args:
            now: Seconds since the epoch. A clock that is set back costs no more than a whole
                bucket's time.
            stream: Whether the answer has no end.

        Returns:
            0, or the whole seconds to wait when nothing was taken.
        """
        if not self._free[stream]:
            return FULL
        span = self._burst * self._interval
        self._full_at = min(max(self._full_at, now), now + span)
        wait = self._full_at - now - (span - self._interval)
        if wait > _DUST:
            return math.ceil(wait)
        self._full_at += self._interval
        self._free[stream] -= 1
        return 0

    def leave(self, *, stream: bool = False) -> None:
        """Give the place back."""
        self._free[stream] += 1


class Quota:
    """Middleware: who is asking, and whether it has asked too much.

    Args:
        app: What is guarded.
        access: Tells who is asking.
        clock: Tells the time.
        rate: Requests a second of one credential.
        burst: Requests at once.
        concurrency: Requests under way at once.
        streams: Answers without an end that are read at once.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        clock: Clock,
        rate: float,
        burst: int,
        concurrency: int,
        streams: int,
    ) -> None:
        self._app = app
        self._access = access
        self._clock = clock
        self._bounds = rate, burst, concurrency, streams
        self._allowances: dict[str, Allowance] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 401 or 429."""
        path = scope["path"] if scope["type"] == "http" else ""
        if not is_call(path) or is_operator(path):
            await self._app(scope, receive, send)
            return
        stream = is_stream(scope["method"], path)
        try:
            allowance = self._enter(Headers(scope=scope), stream=stream)
        except Problem as refusal:
            await refusal.response()(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            allowance.leave(stream=stream)

    def _enter(self, headers: Headers, *, stream: bool) -> Allowance:
        owner = self._access.admit(headers)
        if owner not in self._allowances:
            self._allowances[owner] = Allowance(*self._bounds)
        allowance = self._allowances[owner]
        wait = allowance.enter(self._clock.now(), stream=stream)
        if wait:
            rate, burst, concurrency, streams = self._bounds
            raise Problem(
                429,
                "too many requests",
                f"A credential may ask {rate:g} times a second, {burst} times at once, and have "
                f"{concurrency} requests under way and {streams} streams open. "
                f"Ask again in {wait} s.",
                headers={"Retry-After": str(wait)},
            )
        return allowance
