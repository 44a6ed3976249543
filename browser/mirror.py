"""What runs elsewhere: each replica tells the others which commands it runs.

Whoever looks on at a conversation may have been sent to another replica than the one that runs
its command. The running step is published when it changes and again every few seconds; one that
is not heard of for longer has ended with its replica. The end of a step is told after the session
was saved, so that who looks again finds it there.

Of a session that has never been saved the others are told enough to show it (who may see it, and
since when it is there). Left to taste: the intervals.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import anyio

from browser.errors import StateUnavailable
from browser.model.session import Session, Step
from browser.state.heard import heard
from browser.state.ports import Bus
from browser.steps import Running, Steps

CHANNEL = "steps"
BEAT = 5.0  # seconds between two times that a running step is told
LOST = 3 * BEAT  # seconds of silence after which it runs no more


class Mirror:
    """Tells and listens.

    Args:
        steps: Of this process.
        bus: To the others.
    """

    def __init__(self, steps: Steps, bus: Bus) -> None:
        self._steps = steps
        self._bus = bus
        self._me = secrets.token_hex(8)
        self._changed: dict[str, None] = {}  # sessions that the others are to be told of
        self._something = anyio.Event()
        self._heard: dict[str, float] = {}  # when of each session, the oldest first
        steps.changed = self._note

    async def run(self) -> None:
        """Go on until cancelled."""
        async with anyio.create_task_group() as group:
            group.start_soon(self._tell)
            group.start_soon(heard, self._bus, CHANNEL, self._take)
            group.start_soon(self._beat)

    def _note(self, key: str) -> None:
        self._changed[key] = None
        self._something.set()

    async def _tell(self) -> None:
        while True:
            await self._something.wait()
            self._something = anyio.Event()
            while self._changed:
                key = next(iter(self._changed))
                del self._changed[key]
                told = encoded(self._me, key, self._steps.here().get(key))
                try:
                    await self._bus.publish(CHANNEL, json.dumps(told).encode())
                except StateUnavailable:  # what still runs is told again
                    self._changed.clear()

    async def _beat(self) -> None:
        while True:
            await anyio.sleep(BEAT)
            for key in self._steps.here():
                self._note(key)
            lost = anyio.current_time() - LOST
            for key in [key for key, at in self._heard.items() if at < lost]:
                del self._heard[key]
                self._steps.heard(key, None)

    def _take(self, told: Mapping[str, Any]) -> None:
        if told["from"] == self._me:
            return
        key, running = decoded(told)
        if running is None:
            self._heard.pop(key, None)
        else:
            self._heard[key] = anyio.current_time()
        self._steps.heard(key, running)


def encoded(sender: str, key: str, running: Running | None) -> dict[str, Any]:
    """What the others are told of the session *key*."""
    told: dict[str, Any] = {"from": sender, "key": key}
    if running is not None:
        made = running.session
        told |= {
            "step": asdict(running.step),
            "state": running.state,
            "session": [made.id, made.owner, made.created, made.share],
        }
    return told


def decoded(told: Mapping[str, Any]) -> tuple[str, Running | None]:
    """The key and what runs of it.

    Raises:
        ValueError, LookupError, TypeError: another version said it.
    """
    key = str(told["key"])
    if "step" not in told:
        return key, None
    name, owner, created, share = told["session"]
    session = Session(key, name, owner, created, used=created, share=share)
    return key, Running(Step(**told["step"]), told["state"], session)
