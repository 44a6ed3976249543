"""Copies of robots.txt that replicas share."""

from __future__ import annotations

from browser.errors import StateUnavailable
from browser.model.fetch import RobotsCopy
from browser.state.database import AWAY
from browser.state.memory import MAX_ROBOTS_BYTES
from browser.state.rows import ROBOTS_KEPT
from browser.state.valkey.connection import Valkey
from browser.state.valkey.packed import headed, parted
from browser.state.valkey.shelf import Shelf

_LONGEST = 1024 * 1024  # octets; a body has 512,000 at most


class ValkeyRobots:
    """Copies of robots.txt; the one used least recently goes first."""

    def __init__(self, server: Valkey, max_bytes: int = MAX_ROBOTS_BYTES) -> None:
        self._shelf = Shelf(
            server,
            "robots",
            most=max_bytes,
            part=1 / 8,
            kept=ROBOTS_KEPT,
            longest=_LONGEST,
        )

    async def get(self, authority: str) -> RobotsCopy | None:
        """The copy, expired or not."""
        for value in await self._shelf.get(authority):
            try:
                head, body = parted(value)
                return RobotsCopy(**head, body=body)
            except (ValueError, TypeError) as error:
                raise StateUnavailable(AWAY) from error
        return None

    async def put(self, authority: str, copy: RobotsCopy) -> None:
        """Replace the copy."""
        head = {name: each for name, each in vars(copy).items() if name != "body"}
        await self._shelf.put(authority, headed(head, copy.body))
