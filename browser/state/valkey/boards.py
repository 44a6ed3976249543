"""What each replica says of the hosts it deals with: one hash each, which goes when it is silent.

Governing text: `browser.state.ports.Boards`. A replica posts what changed; when the server no
longer knows the rest, because it was silent for too long or the server lost its memory, all of
it is posted again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from browser.state.valkey.connection import Valkey, script

SILENCE = 15.0  # seconds after which what a replica said is forgotten


class ValkeyBoards:
    """The boards of all replicas."""

    def __init__(self, server: Valkey) -> None:
        self._server = server
        self._script = script("boards", SILENCE=SILENCE)
        self._said: dict[str, dict[str, bytes]] = {}  # by replicas that live in this process

    async def post(
        self, replica: str, changed: Mapping[str, bytes], gone: Collection[str] = ()
    ) -> None:
        """Replace what *replica* says under some names. Posting nothing says it is alive."""
        mine = self._said.setdefault(replica, {})
        mine.update(changed)
        for name in gone:
            mine.pop(name, None)
        if not await self._post(replica, changed, gone):
            await self._post(replica, mine)

    async def read(self) -> Mapping[str, Mapping[str, bytes]]:
        """What every replica says that is not silent."""
        flat = await self._ask("read")
        return {
            replica.decode(): {
                name.decode(): said for name, said in zip(board[::2], board[1::2], strict=True)
            }
            for replica, board in zip(flat[::2], flat[1::2], strict=True)
        }

    async def _post(
        self, replica: str, changed: Mapping[str, bytes], gone: Collection[str] = ()
    ) -> bool:
        said = [each for pair in changed.items() for each in pair]
        return bool(await self._ask("post", replica, len(gone), *gone, *said))

    async def _ask(self, act: str, *args: str | bytes | float) -> Any:
        keys = self._server.key("boards"), self._server.key("board", "")
        return await self._server.call(self._script, keys, act, self._server.moment(), *args)
