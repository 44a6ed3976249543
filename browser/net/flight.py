"""Requests for the same thing at the same time: one is sent, the others wait for what it brings.

All within this process; what other processes ask for is seen to in `browser.net.once`.

The first to ask leads; its request runs in its own task and under its own deadlines. Those who ask
meanwhile follow.

    what became of the leader                        what a follower does
    a reply that may answer others                   takes it
    a reply that may not (RFC 9111 4: not storable)  asks by itself, at once
    the origin or the network failed                 fails with it
    cancelled, refused by our own pace, a defect     the next leads, the others follow it

A timeout is the leader's own when it had less time left than the follower has.

Left to taste: after a reply that is for one only, all followers go at once rather than one after
another. The pace of the host keeps them apart, and each learns its wait before it begins.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

import anyio

from browser.errors import FetchFailed
from browser.model.clock import Clock
from browser.model.reason import Reason
from browser.net.once import impatient

T = TypeVar("T")


@dataclass(frozen=True)
class Landed(Generic[T]):
    """What a request brought.

    Attributes:
        value: For the one who sent it.
        followers: What those who waited do: ``take`` it too, or ask ``alone``, each by itself.
    """

    value: T
    followers: Literal["take", "alone"]


@dataclass
class _Flight(Generic[T]):
    within: float
    over: anyio.Event = field(default_factory=anyio.Event)
    landed: Landed[T] | None = None
    failed: FetchFailed | None = None

    def condemns(self, within: float) -> FetchFailed | None:
        """The failure that a follower with *within* seconds left shares."""
        error = self.failed
        if error is None or (error.reason is Reason.TIMEOUT and within > self.within):
            return None
        return _again(error)


class Flights(Generic[T]):
    """Requests under way, by the key of what they ask for. One object serves one event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._under_way: dict[str, _Flight[T]] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    async def join(
        self,
        key: str,
        fly: Callable[[], Awaitable[Landed[T]]],
        *,
        max_wait: float,
        within: float,
        waits: Callable[[], None],
        waited: Callable[[float], None],
    ) -> tuple[T, bool]:
        """Send a request, or wait for the same one that is under way.

        Args:
            key: Equal for equal requests.
            fly: Sends it.
            max_wait: Seconds the caller would wait for a turn of its own.
            within: Seconds it would then have for the reply; with *max_wait* the patience with
                another's request, which does the same.
            waits: Called before the wait for another's request.
            waited: Told the seconds that were spent behind others, before *fly* is called.

        Returns:
            What the request brought, and whether another sent it.

        Raises:
            Refused: ``rate_limited`` when the patience is over, or what *fly* raises.
            FetchFailed: what the request under way ended in, or what *fly* raises.
        """
        patience_ends = anyio.current_time() + max_wait + within
        left = within
        while (flight := self._under_way.get(key)) is not None:
            waits()
            began = self._clock.now()
            with anyio.move_on_after(patience_ends - anyio.current_time()) as waiting:
                await flight.over.wait()
            behind = max(self._clock.now() - began, 0.0)
            left -= behind
            waited(behind)
            if waiting.cancelled_caught:
                raise impatient()
            if (error := flight.condemns(left)) is not None:
                raise error
            landed = flight.landed
            if landed is not None and landed.followers == "take":
                return landed.value, True
            if landed is not None and landed.followers == "alone":
                return (await fly()).value, False
        return await self._lead(key, fly, left), False

    async def _lead(self, key: str, fly: Callable[[], Awaitable[Landed[T]]], within: float) -> T:
        flight = self._under_way[key] = _Flight[T](within)
        try:
            flight.landed = await fly()
        except FetchFailed as error:
            flight.failed = _again(error)
            raise
        finally:
            del self._under_way[key]
            flight.over.set()
        return flight.landed.value


def _again(error: FetchFailed) -> FetchFailed:
    """The same failure for another caller, who adds its own URL to it."""
    return FetchFailed(
        error.reason,
        error.sentence,
        rule=error.rule,
        retry_after=error.retry_after,
        status=error.status,
    )
