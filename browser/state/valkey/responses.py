"""Replies that may be used again, by all replicas: a page is fetched once for all of them.

The rules are those of `browser.state.responses`, over one room that all replicas share: they name
the same ``cache.max_bytes``, of which there are no more than an eighth of the server's `maxmemory`.
Octets are counted as stored, which is compressed.
"""

from __future__ import annotations

import json

from browser.errors import StateUnavailable
from browser.model.response import StoredReply
from browser.state.database import AWAY
from browser.state.responses import LARGEST, MAX_VARIANTS
from browser.state.valkey.connection import Valkey
from browser.state.valkey.packed import headed, parted
from browser.state.valkey.shelf import Shelf

KEPT = 7 * 86_400.0  # seconds that a reply stays unused
_LONGEST = 128 * 2**20  # octets of one reply, unpacked


class ValkeyResponses:
    """Replies by key.

    Args:
        server: Keeps them.
        max_octets: Of the server's memory for all of them; 0 keeps nothing.
    """

    def __init__(self, server: Valkey, max_octets: int) -> None:
        self._off = max_octets <= 0
        self._shelf = Shelf(
            server,
            "replies",
            most=max_octets,
            part=1 / 8,
            largest=max_octets // LARGEST,
            kept=KEPT,
            longest=_LONGEST,
            many=MAX_VARIANTS,
        )

    async def get(self, key: str) -> tuple[StoredReply, ...]:
        """Those kept of *key*, the newest first."""
        if self._off:
            return ()
        try:
            return tuple(_read(value) for value in await self._shelf.get(key))
        except (ValueError, TypeError, KeyError) as error:
            raise StateUnavailable(AWAY) from error

    async def put(self, key: str, reply: StoredReply) -> None:
        """Keep *reply*; one that is too large is not kept, nor is what it replaces."""
        if not self._off:
            await self._shelf.put(key, _written(reply), json.dumps(reply.varied))

    async def forget(self, key: str) -> None:
        """Keep nothing of *key*."""
        if not self._off:
            await self._shelf.forget(key)


def _written(reply: StoredReply) -> bytes:
    head = {name: getattr(reply, name) for name in StoredReply.__dataclass_fields__}
    del head["body"]
    return headed(head, reply.body)


def _read(value: bytes) -> StoredReply:
    head, body = parted(value)
    for name in ("fields", "varied"):
        head[name] = tuple((each, said) for each, said in head[name])
    return StoredReply(**head | {"locations": tuple(head["locations"])}, body=body)
