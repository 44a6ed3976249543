"""What replicas share and may lose: values under a ceiling of octets, the least used goes first.

Octets are those of the stored values, and some for what the server needs beside them. A value that
was not used for long goes in any case; by the server's clock, as all here.
"""

from __future__ import annotations

import hashlib
import logging

from browser.errors import StateUnavailable
from browser.state.codec import Damaged
from browser.state.database import AWAY
from browser.state.valkey.connection import PREFIX, Valkey, script
from browser.state.valkey.packed import seal, unseal

OVERHEAD = 512  # octets the server needs for a value beside itself; measured, rounded up

_log = logging.getLogger("browser.state")


class Shelf:
    """Values by name, several variants of each.

    Args:
        server: Keeps them.
        name: Of the shelf.
        most: Octets of all.
        largest: Octets of one value.
        kept: Seconds that a value stays unused.
        many: Variants of one name.
        longest: Octets of one value before it was compressed.
    """

    def __init__(
        self,
        server: Valkey,
        name: str,
        *,
        most: int,
        largest: int,
        kept: float,
        longest: int,
        many: int = 1,
    ) -> None:
        self._server = server
        self._limits = most, largest, many
        self._longest = longest
        shelf = f"{PREFIX}{name}:"
        self._script = script("shelf", SHELF=shelf, KEPT=kept, OVERHEAD=OVERHEAD)

    async def get(self, name: str) -> list[bytes]:
        """The variants, the newest first.

        Raises:
            StateUnavailable: also when the store gave those of another name.
        """
        found = await self._ask("get", name)
        try:
            return [await unseal(name, each or b"", self._longest) for each in found]
        except Damaged as error:
            _log.error("the shared store gave a value that is damaged or belongs elsewhere")
            raise StateUnavailable(AWAY) from error

    async def put(self, name: str, value: bytes, variant: str = "") -> None:
        """Keep *value*; one that is too large is not kept, nor is what it replaces."""
        await self._ask("put", name, _digest(variant), await seal(name, value), *self._limits)

    async def forget(self, name: str) -> None:
        """Keep nothing of *name*."""
        await self._ask("forget", name)

    async def _ask(self, act: str, name: str, *args: str | float | bytes) -> list[bytes]:
        answer: list[bytes] | None = await self._server.call(
            self._script, (), act, self._server.moment(), _digest(name), *args
        )
        return answer or []


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
