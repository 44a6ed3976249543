"""Every command leaves one canonical record, and is a span while it runs.

What a command causes (fetches, a search, the reading of a page) is told of inside its span.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from browser.conversation import Conversations, key_of
from browser.model.clock import Clock
from browser.model.current import REQUEST
from browser.model.record import HASHED, CommandRecord
from browser.model.result import Reply
from browser.model.spans import SPANS, Begin, no_span


@dataclass
class Ending:
    """How a command ended, once that is known.

    Attributes:
        reply: What it answered.
    """

    reply: Reply | None = None

    @property
    def outcome(self) -> str:
        """As in `CommandRecord`, for a command that was not broken off by a defect."""
        if self.reply is None:
            return "cancelled"
        return self.reply.failure.code if self.reply.failure else "ok"


class Watch:
    """Records commands.

    Args:
        clock: Tells the time.
        subscribers: Told of every command when it has ended.
        changed: Told how many run, whenever that changes.
        begin: Begins spans.

    Attributes:
        running: Commands that have come and are not answered.
    """

    def __init__(
        self,
        clock: Clock,
        subscribers: Sequence[Callable[[CommandRecord], None]] = (),
        changed: Callable[[int], None] | None = None,
        begin: Begin = no_span,
    ) -> None:
        self._clock = clock
        self._subscribers = tuple(subscribers)
        self._changed = changed
        self._begin = begin
        self.running = 0

    @contextmanager
    def command(self, command: str, key: str) -> Iterator[Ending]:
        """Record one command of the session *key*; its reply is to be noted in what is yielded."""
        began, ending, defect = self._clock.now(), Ending(), False
        self._count(1)
        before = SPANS.set(self._begin)
        try:
            with self._begin(
                f"command {command}", command=command, request=REQUEST.get()
            ) as traced:
                try:
                    yield ending
                except Exception:
                    defect = True
                    raise
                finally:
                    outcome = "defect" if defect else ending.outcome
                    traced.tell(outcome=outcome)
        finally:
            SPANS.reset(before)
            self._count(-1)
            now = self._clock.now()
            took = round((now - began) * 1000)
            record = CommandRecord(command, outcome, took, now, key[:HASHED])
            for tell in self._subscribers:
                tell(record)

    def _count(self, by: int) -> None:
        self.running += by
        if self._changed is not None:
            self._changed(self.running)


class Recorded(Conversations):
    """Conversations whose commands are recorded.

    Args:
        watch: Records them.
        parts: As for `Conversations`.
    """

    def __init__(self, watch: Watch, **parts: Any) -> None:
        super().__init__(**parts)
        self._watch = watch

    async def run(
        self, owner: str, session_id: str | None, command: str, args: Mapping[str, Any]
    ) -> Reply:
        """As `Conversations.run`."""
        name = session_id or secrets.token_urlsafe(18)
        with self._watch.command(command, key_of(owner, name)) as ending:
            ending.reply = reply = await super().run(owner, name, command, args)
        return reply
