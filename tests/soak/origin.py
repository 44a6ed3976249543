"""The sites of a load, in a process of their own: every host name, and when each was asked.

``python -m tests.soak.origin PORT LOG`` answers until it is killed. LOG gets a line for each
request: seconds of the machine's monotonic clock, host, target. The clock is the same in all
processes of a machine, so what two services sent can be put in order.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

WORDS = "Slow and steady wins the race, said the tortoise to the hare on line"
PAGE = (
    "<!doctype html><html lang=en><title>Fable {host}</title><body><main><h1>Fable of {host}</h1>"
    + "".join(f"<p>{WORDS} {n}. <a href='/p{n}'>Chapter {n}</a></p>" for n in range(1, 40))
    + "</main>"
)


class Site(asyncio.Protocol):
    """One connection."""

    def __init__(self, log: int) -> None:
        self._log = log
        self._head = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._head += data
        while b"\r\n\r\n" in self._head:
            head, _, self._head = self._head.partition(b"\r\n\r\n")
            self._answer(head.decode("latin-1").split("\r\n"), now)

    def _answer(self, lines: list[str], now: float) -> None:
        target = lines[0].split(" ")[1]
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        host = fields.get("host", "").partition(":")[0]
        os.write(self._log, f"{now:.6f} {host} {target}\n".encode())
        assert self._transport is not None
        if target == "/robots.txt":
            status, kind, body = "200 OK", "text/plain", b"User-agent: *\nAllow: /\n"
        else:
            status, kind = "200 OK", "text/html; charset=utf-8"
            body = PAGE.format(host=host).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def serve(port: int, log: str) -> None:
    """Answer for ever."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Site(file), "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
