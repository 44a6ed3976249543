"""The right to be the only process that does a thing.

Governing text: the pattern for locks in the command reference of SET (NX, PX and a random token,
deleted only by whoever knows the token). On one server it excludes as long as the server keeps
its memory; `browser.state.ports.Leases` says what callers have to check themselves.

A server that was hanging may take a lease for somebody who has given up: when it answers again it
is first told to let go of such leases.

Left to taste: that a lease lasts five seconds and is renewed three times in them, and how often
those who wait look.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio

from browser.errors import StateUnavailable
from browser.state.valkey.connection import Command, Valkey

LASTS = 5.0  # seconds without renewal; a holder that died has lost it then
UNSURE = 1000  # leases, at most, of which it is remembered that they may have been taken
LOOK = 0.02, 0.2  # seconds between looks of those who wait: at first, and at most

_RENEW = "return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2])"
_RELEASE = """
for n, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[n] then redis.call('DEL', key) end
end
"""


class ValkeyLeases:
    """Leases at the server."""

    def __init__(self, server: Valkey) -> None:
        self._server = server
        self._unsure: OrderedDict[str, str] = OrderedDict()  # keys by token
        server.teach(self._lessons)

    @asynccontextmanager
    async def hold(self, name: str, patience: float) -> AsyncIterator[bool]:
        """Wait at most *patience* seconds; yields whether the lease is ours.

        Raises:
            StateUnavailable: when the server is away before it is ours. Later that is no error.
        """
        key, token = self._server.key("lease", name), secrets.token_hex(16)
        failure: Exception | None = None
        ours = await self._take(key, token, patience)
        try:
            async with anyio.create_task_group() as tasks:
                if ours:
                    tasks.start_soon(self._renew, key, token)
                try:
                    yield ours
                except Exception as error:  # noqa: BLE001 - raised below, out of its group
                    failure = error
                tasks.cancel_scope.cancel()
        finally:
            if ours:
                await self._release(key, token)
        if failure is not None:
            raise failure

    async def _take(self, key: str, token: str, patience: float) -> bool:
        pause, longest = LOOK
        until = anyio.current_time() + patience
        while True:
            command = "SET", key, token, "NX", "PX", int(LASTS * 1000)
            try:
                if await self._server.command(*command):
                    return True
            except anyio.get_cancelled_exc_class():
                await self._release(key, token)  # the answer may have been that it is ours
                raise
            except StateUnavailable:
                self._doubt(key, token)
                raise
            left = until - anyio.current_time()
            if left <= 0:
                return False
            await anyio.sleep(min(pause, left))
            pause = min(pause * 1.5, longest)

    async def _renew(self, key: str, token: str) -> None:
        while True:
            await anyio.sleep(LASTS / 3)
            try:
                await self._server.call(_RENEW, [key], token, int(LASTS * 1000))
            except StateUnavailable:
                continue

    async def _release(self, key: str, token: str) -> None:
        with anyio.CancelScope(shield=True):
            try:
                await self._server.call(_RELEASE, [key], token)
            except StateUnavailable:
                self._doubt(key, token)

    def _doubt(self, key: str, token: str) -> None:
        self._unsure[token] = key
        if len(self._unsure) > UNSURE:
            self._unsure.popitem(last=False)

    def _lessons(self) -> Iterator[Command]:
        if told := dict(self._unsure):
            yield ("EVAL", _RELEASE, len(told), *told.values(), *told)
            for token in told:  # once it has answered
                self._unsure.pop(token, None)
