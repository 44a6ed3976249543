"""Replies in the memory of one process, under a ceiling of octets.

Decides what goes when there is no room: the key used least recently, with all its variants. One
reply may take an eighth of the room and one key has four variants at most, so that neither a
large page nor a site that varies by everything drives the others out. The governing text is
`browser.state.ports`. Left to taste: those numbers, and that memory is all: what a service that
starts anew has lost is one request each.
"""

from __future__ import annotations

from collections import OrderedDict

from browser.model.response import StoredReply

MAX_OCTETS = 64 * 2**20
LARGEST = 8  # a reply takes at most the room divided by this
MAX_VARIANTS = 4  # replies of one key


class MemoryResponses:
    """Replies by key.

    Args:
        max_octets: Of memory for all of them, header fields included; 0 keeps nothing.

    Attributes:
        octets: Of memory taken now.
    """

    def __init__(self, max_octets: int = MAX_OCTETS) -> None:
        self._max_octets = max_octets
        self._replies: OrderedDict[str, tuple[StoredReply, ...]] = OrderedDict()
        self.octets = 0

    def __len__(self) -> int:
        return len(self._replies)

    async def get(self, key: str) -> tuple[StoredReply, ...]:
        """Those kept of *key*, the newest first."""
        found = self._replies.get(key, ())
        if found:
            self._replies.move_to_end(key)
        return found

    async def put(self, key: str, reply: StoredReply) -> None:
        """Keep *reply*; one that is too large is not kept, nor is what it replaces."""
        others = tuple(old for old in self._take(key) if old.varied != reply.varied)
        if reply.octets + len(key) > self._max_octets // LARGEST:
            return
        self._replies[key] = (reply, *others)[:MAX_VARIANTS]
        self.octets += _octets(key, self._replies[key])
        while self.octets > self._max_octets:
            self._take(next(iter(self._replies)))

    async def forget(self, key: str) -> None:
        """Keep nothing of *key*."""
        self._take(key)

    def _take(self, key: str) -> tuple[StoredReply, ...]:
        replies = self._replies.pop(key, ())
        self.octets -= _octets(key, replies) if replies else 0
        return replies


def _octets(key: str, replies: tuple[StoredReply, ...]) -> int:
    return sum(len(key) + reply.octets for reply in replies)
