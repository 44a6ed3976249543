"""Pages that their publishers do not want written down, for as long as they are used.

Kept in the memory of this process and nowhere else; a restart forgets them. Decides how many:
the page used least recently goes first when there are too many or too much of them, and each
goes when nobody has read it for a while. The port is `browser.state.ports.Pages`, with which
they share nothing: no adapter of it is asked to keep a secret from its own file.
"""

from __future__ import annotations

from collections import OrderedDict

from browser.model.clock import Clock

MAX_PAGES = 512
MAX_BYTES = 64 * 2**20  # octets of encoded pages together
IDLE = 3600.0  # seconds without a reader after which a page goes


class VolatilePages:
    """Encoded pages in memory.

    Args:
        clock: Tells the time.
        max_pages: When there are more, the one used least recently goes.
        max_bytes: Likewise; the newest page stays, however large.
    """

    def __init__(
        self, clock: Clock, max_pages: int = MAX_PAGES, max_bytes: int = MAX_BYTES
    ) -> None:
        self._clock = clock
        self._max_pages = max_pages
        self._max_bytes = max_bytes
        self._pages: OrderedDict[str, tuple[float, bytes]] = OrderedDict()  # oldest use first
        self._bytes = 0

    async def put(self, key: str, blob: bytes) -> None:
        """Keep *blob*; what is there under *key* is replaced."""
        await self.drop(key)
        self._pages[key] = (self._clock.now(), blob)
        self._bytes += len(blob)
        self._age()
        while len(self._pages) > 1 and (
            len(self._pages) > self._max_pages or self._bytes > self._max_bytes
        ):
            await self.drop(next(iter(self._pages)))

    async def get(self, key: str) -> bytes | None:
        """The encoded page, if it is still there."""
        self._age()
        found = self._pages.get(key)
        if found is None:
            return None
        self._pages[key] = (self._clock.now(), found[1])
        self._pages.move_to_end(key)
        return found[1]

    async def drop(self, key: str) -> None:
        """Forget the page, if it is there."""
        found = self._pages.pop(key, None)
        if found is not None:
            self._bytes -= len(found[1])

    def _age(self) -> None:
        before = self._clock.now() - IDLE
        while self._pages:
            key, (used, blob) = next(iter(self._pages.items()))
            if used > before:
                return
            del self._pages[key]
            self._bytes -= len(blob)
