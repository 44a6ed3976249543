"""What the service keeps, as Protocols: adapters are interchangeable.

One test suite runs over every adapter. All methods are asynchronous, so that an adapter may
live across a network; all raise `browser.errors.StateUnavailable` when the store is away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from browser.model.fetch import RobotsCopy
from browser.model.limits import Change, HostOrder
from browser.model.response import StoredReply
from browser.model.session import Session
from browser.rules.pace import HostPace, Rate, Turn


class Sessions(Protocol):
    """Conversations, each under a key that holds its owner."""

    async def load(self, key: str) -> Session | None:
        """The session, unless it is unknown or past its idle or absolute age."""

    async def shared(self, share: str) -> Session | None:
        """The session of this `Session.share`, unless that is empty or `load` would not find it."""

    async def save(self, session: Session) -> None:
        """Keep what the session has gained since it was loaded.

        Raises:
            StateUnavailable: also when another process has saved it meanwhile; nothing is kept.
        """

    async def delete(self, key: str) -> bool:
        """Forget it; whether there was one."""

    async def count(self) -> int:
        """How many are kept; a few of them may have ended."""


class Pages(Protocol):
    """Encoded pages, each stored once under its content's key."""

    async def put(self, key: str, blob: bytes) -> None:
        """Keep *blob*; a key that is there already stays as it is."""

    async def get(self, key: str) -> bytes | None:
        """The encoded page."""


class RobotsCopies(Protocol):
    """What is known of each authority's robots.txt."""

    async def get(self, authority: str) -> RobotsCopy | None:
        """The copy, expired or not."""

    async def put(self, authority: str, copy: RobotsCopy) -> None:
        """Replace the copy."""


class Responses(Protocol):
    """Replies that may be used again, by the key of what was asked for.

    Several may be kept of one key: a reply depends on the request fields that its Vary names.
    What is kept may be forgotten at any moment.
    """

    async def get(self, key: str) -> tuple[StoredReply, ...]:
        """Those kept of *key*, the newest first."""

    async def put(self, key: str, reply: StoredReply) -> None:
        """Keep *reply* in the place of the one that varies in the same way."""

    async def forget(self, key: str) -> None:
        """Keep nothing of *key*."""


class Turns(Protocol):
    """The permission to ask a host now, or later, or not at all.

    One call is one atomic reservation: whoever is told to wait three seconds owns the turn in
    three seconds, also when many replicas ask at once.
    """

    async def reserve(
        self, host: str, rates: tuple[Rate, ...], now: float, max_wait: float
    ) -> Turn:
        """Take the next turn of *host* if it comes within *max_wait* seconds."""

    async def give_back(self, host: str, turn: Turn) -> None:
        """A turn of *host* was not used; it is free again if none was taken after it."""

    async def go(self, asked: Mapping[str, tuple[Rate, ...]], now: float) -> Turn:
        """The last step before a request is sent: note that it is, if it may be.

        A turn may be used late, so what was really sent is counted apart from what was reserved.

        Args:
            asked: The rates of each host and address that the request goes to, of which it has
                turns; all let it go or none does.
            now: Seconds since the epoch.

        Returns:
            Whether it may go; if not, the seconds to wait before asking again.
        """

    async def back_off(
        self, host: str, now: float, retry_after: float | None, status: int
    ) -> float:
        """The host sent 429 or 503: hold every turn back. Returns the pause in seconds."""

    async def relax(self, host: str) -> None:
        """The host answered well: forget its strikes."""

    async def look(self, hosts: Collection[str]) -> Mapping[str, HostPace]:
        """What is remembered of *hosts*; those of which nothing is are left out. Takes no turn."""


class Leases(Protocol):
    """The right to be the only process that does a thing, such as fetch one robots.txt.

    Within a process the caller has locks of its own. A store of one process grants everything.
    """

    def hold(self, name: str, patience: float) -> AbstractAsyncContextManager[bool]:
        """Wait at most *patience* seconds; yields whether the lease is ours.

        A holder that dies loses it within seconds. One that is cut off from the store may go on
        without it, so what is written under a lease is checked when it is written.
        """


@dataclass(frozen=True)
class Revision:
    """Grows when an operator changes something, whichever process was told.

    Attributes:
        epoch: Of a memory that counts on: a store that may have lost something has another one.
        orders: Changes of limits so far.
        reloads: Times that reading the settings again was asked for.
    """

    orders: int = 0
    reloads: int = 0
    epoch: str = ""

    @property
    def number(self) -> int:
        """Of all changes."""
        return self.orders + self.reloads

    def follows(self, known: Revision) -> bool:
        """Whether the store has lost nothing since *known*, as far as can be told."""
        return self.epoch == known.epoch and self.orders >= known.orders


class HostOrders(Protocol):
    """What operators have ordered for single hosts while the service runs, and who did."""

    async def all(self) -> Mapping[str, HostOrder]:
        """Every order that stands, by host."""

    async def put(self, order: HostOrder, change: Change) -> None:
        """Let *order* stand in the place of an earlier one, and write *change* down with it."""

    async def delete(self, host: str, change: Change) -> bool:
        """Take the order back; whether there was one. Only then *change* is written down."""

    async def restore(self, order: HostOrder, change: Change) -> bool:
        """Like `put`, of an order the store has lost; whether it had none of that host."""

    async def reload(self, change: Change) -> None:
        """Ask every process to read its settings again."""

    async def changes(self, limit: int) -> Sequence[Change]:
        """What was written down last, the newest first."""

    async def revision(self) -> Revision:
        """Cheap to ask twice a second."""


class Boards(Protocol):
    """What each replica says of the hosts it deals with, for the operator's view of all."""

    async def post(
        self, replica: str, changed: Mapping[str, bytes], gone: Collection[str] = ()
    ) -> None:
        """Replace what *replica* says under some names; it is forgotten when it falls silent."""

    async def read(self) -> Mapping[str, Mapping[str, bytes]]:
        """What every replica says, by replica and name."""


class Bus(Protocol):
    """Short messages to the other processes; one that is missed is never sent again."""

    async def publish(self, channel: str, message: bytes) -> int:
        """Say it to whoever listens now; returns how many do, who says it among them."""

    def listen(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Hear what is said from now on; ends with `StateUnavailable` when the store is away."""
