"""Places among the requests under way: of each host, of each shared address, and of all.

Places are counted in this process. A host's gate exists as long as somebody stands before it or
is inside, and has as many places as the limits say at the moment: who is inside stays when they
become fewer.

aiolimiter bounds how many requests start in a second over all hosts: it has no notion of a
known wait, which is why hosts are paced by reservations and only the total by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
from aiolimiter import AsyncLimiter

from browser.net.asker import Asker
from browser.net.limits import CurrentLimits
from browser.net.patience import crowded

ADDRESS = "@"  # before an address that is paced like a host; no host name begins so


@dataclass(eq=False)
class Pass:
    """One request's places.

    Attributes:
        keys: Of the gates it goes through: a host, or an address behind `ADDRESS`.
        held: Places it has.
    """

    keys: Sequence[str]
    held: list[anyio.CapacityLimiter] = field(default_factory=list)


class Gates:
    """All gates of one event loop.

    Args:
        limits: How many places there are. Those of all hosts together are fixed from the start,
            as the number of connections is.
    """

    def __init__(self, limits: CurrentLimits) -> None:
        total = limits.now.total_concurrency
        self._limits = limits
        self._gates: dict[str, anyio.CapacityLimiter] = {}
        self._users: dict[str, int] = {}
        self._all = anyio.CapacityLimiter(total)
        self.starts = AsyncLimiter(total, 1)

    @property
    def empty(self) -> bool:
        """Whether nobody is inside or stands before a gate."""
        return not (self._gates or self._users or self._all.borrowed_tokens)

    async def enter(self, keys: Sequence[str], patience: float, asker: Asker) -> Pass:
        """Take a place at every gate of *keys*, the first of which is the host.

        Raises:
            Refused: no place becomes free within *patience* seconds.
        """
        entering = Pass(keys)
        gates = []
        for key in keys:
            gate = self._gates.get(key)
            if gate is None:
                gate = self._gates[key] = anyio.CapacityLimiter(self._count(key))
            gates.append(gate)
            self._users[key] = self._users.get(key, 0) + 1
        try:
            await self._take_all([*gates, self._all], entering, patience, asker)
        except BaseException:
            self.leave(entering)
            raise
        return entering

    def leave(self, entered: Pass) -> None:
        """Give the places of *entered* back."""
        for gate in entered.held:
            gate.release_on_behalf_of(entered)
        for key in entered.keys:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._gates[key]

    def resize(self) -> None:
        """Let every gate have the places that the limits say now."""
        for key, gate in self._gates.items():
            if gate.total_tokens != (count := self._count(key)):
                gate.total_tokens = count

    def _count(self, key: str) -> int:
        if key.startswith(ADDRESS):
            return self._limits.now.address_concurrency
        return self._limits.of(key).concurrency

    async def _take_all(
        self, gates: list[anyio.CapacityLimiter], entering: Pass, patience: float, asker: Asker
    ) -> None:
        if all(gate.available_tokens > 0 for gate in gates) and self.starts.has_capacity():
            for gate in gates:  # nobody is waited for, so no deadline is needed
                gate.acquire_on_behalf_of_nowait(entering)
                entering.held.append(gate)
            await self.starts.acquire()
            return
        host, held = entering.keys[0], entering.held
        with anyio.move_on_after(max(patience, 0)) as waiting:
            for gate in gates:
                await _take(gate, entering, host, asker)
                held.append(gate)
            await self.starts.acquire()
        if waiting.cancelled_caught:
            raise crowded(host, self._limits.of(host) if not held else None)


async def _take(gate: anyio.CapacityLimiter, entering: Pass, host: str, asker: Asker) -> None:
    """Take a place; a free one also when there is no time left to wait."""
    try:
        gate.acquire_on_behalf_of_nowait(entering)
    except anyio.WouldBlock:
        if asker.tell is not None:
            asker.tell(f"waiting for {host}: other requests are under way")
        await gate.acquire_on_behalf_of(entering)
