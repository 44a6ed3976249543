"""The fault behind the chat outage of March 2023: the reply to a question that was cancelled is
read by the next question on the same connection, and one person is shown what is another's.

Here replies are late, questions are cancelled at every moment between asking and hearing, and
every answer must be that of its own question. `test_sessions` does the same with sessions.
"""

from __future__ import annotations

import random

import pytest
from redis.asyncio.connection import AbstractConnection

from browser.state.valkey import connection
from browser.state.valkey.connection import Valkey
from browser.state.valkey.turns import ValkeyTurns
from tests.clock import ManualClock
from tests.late import AT_ONCE, ROUNDS, asked_and_cancelled, late_replies
from tests.valkey import Server


async def test_no_answer_is_that_of_another_question(server: Server):
    chance = random.Random(2023)
    async with late_replies(server, chance) as url:
        client = Valkey(url)

        async def ask(n: int) -> bool:
            return bool(await client.command("ECHO", f"of {n}") == f"of {n}".encode())

        cancelled, strange = await asked_and_cancelled(ask, chance)
        await client.aclose()
    assert cancelled > ROUNDS
    assert strange == 0


async def test_no_host_is_shown_the_pace_of_another(valkey: Server):
    chance = random.Random(3)
    async with late_replies(valkey, chance) as url:
        client = Valkey(url)
        turns = ValkeyTurns(client, ManualClock())
        for n in range(AT_ONCE):
            await turns.back_off(f"h{n}.example", 0, 3600, 500 + n)

        async def ask(n: int) -> bool:
            n %= AT_ONCE
            turn = await turns.reserve(f"h{n}.example", (), 0, 0)
            return (turn.granted, turn.status) == (False, 500 + n)

        cancelled, strange = await asked_and_cancelled(ask, chance)
        await client.aclose()
    assert cancelled > ROUNDS
    assert strange == 0


async def test_the_fault_would_be_seen_here(valkey: Server, monkeypatch: pytest.MonkeyPatch):
    """With a client that keeps the connection of a cancelled question, as was done then."""

    async def keep(*_: object, **__: object) -> None:
        return

    async def nothing_waits(_: AbstractConnection) -> bool:
        return False

    monkeypatch.setattr(connection, "CONNECTIONS", 1)
    chance = random.Random(2023)
    async with late_replies(valkey, chance) as url:
        client = Valkey(url)

        async def ask(n: int) -> bool:
            return bool(await client.command("ECHO", f"of {n}") == f"of {n}".encode())

        assert await ask(0)
        with monkeypatch.context() as then:
            then.setattr(AbstractConnection, "disconnect", keep)
            then.setattr(AbstractConnection, "can_read", nothing_waits)
            _, strange = await asked_and_cancelled(ask, chance)
        await client.aclose()
    assert strange > 0
