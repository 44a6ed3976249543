"""The commands under way, so that a chat can show what is happening while it happens.

What has ended stands in the session (`browser.model.session.Step`); this is the one step of a
conversation that has not. It is kept in memory only: a service that was killed runs nothing. What
runs on other replicas is heard of (`browser.mirror`).

Who looks on is woken and looks for itself, so nothing is kept for a slow reader, and no command
waits for one.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

import anyio

from browser.model.clock import iso
from browser.model.result import Reply
from browser.model.session import Session, Step

WATCHES = 16  # of one session at once: its own callers', and as many of those it is shown to
ALL_WATCHES = 128  # of all sessions at once, likewise
ELSEWHERE = 10_000  # commands of other processes that are known of
GRACE = 5.0  # seconds in which who was pushed out may end by itself


def nobody(_key: str) -> None:
    """Nobody else has to know."""


class TooManyWatches(Exception):
    """As many look on as may."""


@dataclass(frozen=True)
class Running:
    """A step that runs.

    Attributes:
        step: As it is now.
        state: Another one for every change of every step, also of another process.
        session: As it was before the step, for who looks on before it is saved the first time.
    """

    step: Step
    state: str
    session: Session


class Watch:
    """Wakes whoever looks on at a session.

    Attributes:
        pushed_out: Whether somebody newer has taken its place; it should end.
        scope: What to look on in; it is cancelled when it does not end.
    """

    def __init__(self) -> None:
        self._event = anyio.Event()
        self.pushed_out = False
        self.scope = anyio.CancelScope()

    def push_out(self) -> None:
        """Its place is taken."""
        self.pushed_out = True
        self.scope.deadline = anyio.current_time() + GRACE
        self.wake()

    def wake(self) -> None:
        """Something has changed."""
        self._event.set()

    async def changed(self) -> None:
        """Return when something has changed since the last return, at once if it has."""
        await self._event.wait()
        self._event = anyio.Event()


class Steps:
    """Running steps, by the key of their session; a session runs one command at a time."""

    def __init__(self) -> None:
        self._running: dict[str, Running] = {}
        self._elsewhere: dict[str, Running] = {}  # the one heard of first stands first
        self._watches: dict[tuple[str, bool], dict[Watch, None]] = {}  # the oldest first
        self._count = {False: 0, True: 0}
        self._process = secrets.token_hex(4)
        self._states = itertools.count(1)
        self.changed: Callable[[str], None] = nobody  # told of the session, by its key

    def begin(self, session: Session, step: Step) -> None:
        """A command began."""
        self._set(session, step)

    def note(self, key: str, text: str) -> None:
        """Say what the running command waits for: ``waiting 3 s for example.com``."""
        found = self._running.get(key)
        if found is not None:
            self._set(found.session, replace(found.step, note=text))

    def end(self, key: str) -> None:
        """It ended."""
        self._running.pop(key, None)
        self.wake(key)

    def of(self, key: str, saved: int = 0) -> Step | None:
        """The step that is running, if there is one. *saved* as for `running`."""
        found = self.running(key, saved)
        return found.step if found else None

    @property
    def count(self) -> int:
        """How many are running here."""
        return len(self._running)

    def running(self, key: str, saved: int = 0) -> Running | None:
        """The same, with its state.

        Args:
            key: Of the session.
            saved: How many steps the session has in the store. What another process is said to
                run and is among them has ended, though nobody has told us.
        """
        here, elsewhere = self._running.get(key), self._elsewhere.get(key)
        return here or (elsewhere if elsewhere and elsewhere.step.n > saved else None)

    def here(self) -> Mapping[str, Running]:
        """What this process runs."""
        return self._running

    def shared(self, share: str) -> Session | None:
        """The session of this `Session.share`, if it runs a command."""
        everywhere = (*self._running.values(), *self._elsewhere.values())
        return next((one.session for one in everywhere if one.session.share == share), None)

    def heard(self, key: str, running: Running | None) -> None:
        """What another process runs of a session now."""
        self._elsewhere.pop(key, None)
        if running is not None:
            self._elsewhere[key] = running
            if len(self._elsewhere) > ELSEWHERE:
                del self._elsewhere[next(iter(self._elsewhere))]
        self._wake(key)

    def forget(self, key: str) -> None:
        """The session was deleted, and what another process may still run of it is not shown."""
        self._elsewhere.pop(key, None)
        self.wake(key)

    def wake(self, key: str) -> None:
        """Let everybody who looks on at a session look again."""
        self.changed(key)
        self._wake(key)

    def _wake(self, key: str) -> None:
        for shared in (False, True):
            for watch in self._watches.get((key, shared), ()):
                watch.wake()

    @contextmanager
    def watch(self, key: str, *, shared: bool = False) -> Iterator[Watch]:
        """Look on at a session. On the event loop only.

        Args:
            key: Of the session.
            shared: By somebody whom it is shown to. They are counted apart, so that they never
                take the places of the session's own callers; and the newest pushes the oldest
                out, since nobody can tell the one who holds all places to let go of them.

        Raises:
            TooManyWatches: nothing is watched then.
        """
        mine = self._watches.get((key, shared), {})
        full = len(mine) >= WATCHES
        if full and shared:
            oldest = next(iter(mine))
            self._leave(key, oldest, shared=shared)
            oldest.push_out()
        elif full or self._count[shared] >= ALL_WATCHES:
            raise TooManyWatches
        watch = Watch()
        mine[watch] = None
        self._watches[key, shared] = mine
        self._count[shared] += 1
        try:
            yield watch
        finally:
            self._leave(key, watch, shared=shared)

    def _leave(self, key: str, watch: Watch, *, shared: bool) -> None:
        mine = self._watches.get((key, shared), {})
        if watch in mine:
            del mine[watch]
            self._count[shared] -= 1
            if not mine:
                del self._watches[key, shared]

    def _set(self, session: Session, step: Step) -> None:
        state = f"{self._process}{next(self._states):x}"
        self._running[session.key] = Running(step, state, session)
        self.wake(session.key)


def ended(session: Session, running: Step | None) -> list[Step]:
    """The steps of *session* that have ended.

    The one that runs is in the session already while it is being saved.
    """
    return session.steps[: running.n - 1] if running else session.steps


def step_of(session: Session, reply: Reply, began: float, now: float) -> Step:
    """The step that *reply* ended, the next one of *session*.

    Args:
        session: Which has not got it yet.
        reply: What came of the command.
        began: Seconds since the epoch.
        now: When it ended, likewise.
    """
    result, failure = reply.result, reply.failure
    shown = result.display if result else None
    return Step(
        n=len(session.steps) + 1,
        command=reply.command,
        args=reply.args,
        status="failed" if failure else "finished",
        at=iso(began),
        cursor=shown.cursor if shown else None,
        url=failure.url if failure else (shown.url or None) if shown else None,
        title=shown.title if shown else None,
        failure=asdict(failure) if failure else None,
        politeness=asdict(reply.politeness),
        took_ms=round((now - began) * 1000),
    )
