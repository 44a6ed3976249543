"""Conversations that a load holds: each on a connection of its own through the proxy."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tests.soak.fleet import TOKEN


class Gone(Exception):
    """No answer came: the connection was cut."""


@dataclass
class Caller:
    """One conversation.

    Attributes:
        port: Of the proxy.
        session: Its name.
        cursors: What each display that was answered showed: its URL.
        quotes: Text of each quote that was answered, by its citation's cursor and number.
        codes: How often each failure was answered.
        commands: Answered, well or not.
        gone: Answers that never came.
    """

    port: int
    session: str
    cursors: dict[int, str] = field(default_factory=dict)
    quotes: dict[str, str] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    commands: int = 0
    gone: int = 0
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def do(self, command: str, **parameters: object) -> dict[str, Any]:
        """Run a command; the reply, whose ``ok`` may be false.

        Raises:
            Gone: none came, or the proxy had nobody to ask.
        """
        query = urlencode({**parameters, "session": self.session}, quote_via=quote)
        reply = await self.get(f"/v1/{command}?{query}")
        self.commands += 1
        if reply["session"] != self.session:
            raise AssertionError(f"{self.session} was answered as {reply['session']}")
        if not reply["ok"]:
            code = reply["failure"]["code"]
            self.codes[code] = self.codes.get(code, 0) + 1
        elif reply["page"] is not None and command in ("open_url", "click"):
            self.cursors[reply["cursor"]] = reply["page"]["url"]
        if reply["ok"] and reply["quote"] is not None:
            self.quotes[reply["quote"]["id"]] = reply["quote"]["text"]
        return reply

    async def get(self, target: str) -> dict[str, Any]:
        """A GET that answers JSON."""
        try:
            status, body = await self._ask(target)
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            self.gone += 1
            self._drop()
            raise Gone from error
        if status in (502, 503, 504):
            self.gone += 1
            raise Gone
        if status != 200:
            raise AssertionError(f"{target}: {status} {body[:300]!r}")
        found: dict[str, Any] = json.loads(body)
        return found

    def close(self) -> None:
        """Hang up."""
        self._drop()

    async def _ask(self, target: str) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(
            f"GET {target} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n"
            "\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        body = await reader.readexactly(length)
        if "connection: close" in head:
            self._drop()
        return int(head.split(" ")[1]), body

    def _drop(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
