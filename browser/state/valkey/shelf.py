"""What replicas share and may lose: values under a ceiling of octets, the least used goes first.

Octets are those of the stored values, and some for what the server needs beside them. A value that
was not used for long goes in any case; by the server's clock, as all here.

A server that has a `maxmemory` gives each shelf a part of it at most: what is full answers nothing
(`browser.state.valkey.fit`), so what may be lost must never take the room of what may not. Names
are digests, in keys and before values: those of replies are addresses with their queries.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable

from browser.errors import StateUnavailable
from browser.state.codec import Damaged
from browser.state.database import AWAY
from browser.state.valkey.connection import PREFIX, Valkey, script
from browser.state.valkey.packed import seal, unseal

MOST = 2**30  # octets of a shelf on a server without `maxmemory`
OVERHEAD = 512  # octets the server needs for a value beside itself; measured, rounded up

_log = logging.getLogger("browser.state")


class Shelf:
    """Values by name, several variants of each.

    Args:
        server: Keeps them.
        name: Of the shelf.
        most: Octets of all; ``None`` for what *part* says, or `MOST` where there is no bound.
        part: Of the server's `maxmemory`, that all may have in any case.
        largest: Octets of one value; ``None`` for as many as all may have.
        kept: Seconds that a value stays unused.
        many: Variants of one name.
        longest: Octets of one value before it was compressed.
    """

    def __init__(
        self,
        server: Valkey,
        name: str,
        *,
        most: int | None,
        part: float,
        largest: int | None = None,
        kept: float,
        longest: int,
        many: int = 1,
    ) -> None:
        self._server = server
        self._most, self._part, self._largest, self._many = most, part, largest, many
        self._longest, self._kept = longest, kept
        shelf = f"{PREFIX}{name}:"
        self._script = script("shelf", SHELF=shelf, KEPT=kept, OVERHEAD=OVERHEAD)

    async def get(self, name: str) -> list[bytes]:
        """The variants, the newest first.

        Raises:
            StateUnavailable: also when the store gave those of another name.
        """
        found = await self._ask("get", name)
        try:
            head = _digest(name)
            return [await unseal(head, each or b"", self._longest) for each in found]
        except Damaged as error:
            _log.error("the shared store gave a value that is damaged or belongs elsewhere")
            raise StateUnavailable(AWAY) from error

    async def put(self, name: str, value: bytes, variant: str = "") -> None:
        """Keep *value*; one that is too large is not kept, nor is what it replaces."""
        sealed = await seal(_digest(name), value)
        most = self._room()
        largest = most if self._largest is None else min(most, self._largest)
        await self._ask("put", name, _digest(variant), sealed, most, largest, self._many)

    async def forget(self, name: str) -> None:
        """Keep nothing of *name*."""
        await self._ask("forget", name)

    async def stay(self, names: Iterable[str]) -> int:
        """Count them as used now; how many of them there are."""
        return await self._live("GT", self._kept, names)

    async def age(self, names: Iterable[str], left: float) -> None:
        """Let them go after *left* seconds unless they are used again."""
        await self._live("LT", left, names)

    def _room(self) -> int:
        """Octets that all may have. What the server has is known once it was met."""
        whole = self._server.maxmemory
        room = int(whole * self._part) if whole else self._most or MOST
        return room if self._most is None else min(room, self._most)

    async def _live(self, how: str, left: float, names: Iterable[str]) -> int:
        digests = [_digest(name) for name in names]
        given = ("live", self._server.moment(), "", repr(left), how, *digests)
        answer = await self._server.call(self._script, (), *given)
        return int(answer[0])

    async def _ask(self, act: str, name: str, *args: str | float | bytes) -> list[bytes]:
        answer: list[bytes] | None = await self._server.call(
            self._script, (), act, self._server.moment(), _digest(name), *args
        )
        return answer or []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
