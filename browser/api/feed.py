"""The steps of a conversation as server-sent events: all there are, then each change as it comes.

Three things are sent. ``step`` is a step as the transcript has it, and replaces an earlier one of
its number; ``withdrawn`` takes back a running step that left no trace, since its caller hung up or
it could not be kept; a comment tells a quiet line from a dead one. The id of an event says what its
reader has, so who comes back with it (``Last-Event-ID``) is sent what is missing and nothing twice.

A reader is sent the latest state, not every one on the way: nothing is kept for a slow one. The
answer ends when the conversation does; who asks again is told 404, which ends an EventSource. It
ends too when a newer reader of a shared conversation takes the place.

Governing text: WHATWG HTML 9.2 (server-sent events). Left to taste: the intervals, the ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import anyio
from fastapi import Header, Query
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from browser.api.problem import Problem
from browser.api.reply import step_json
from browser.errors import BrowserError
from browser.model.session import Session, Step
from browser.steps import WATCHES, Running, Steps, TooManyWatches, Watch, ended

ALIVE = 10.0  # seconds of silence after which a comment is sent
RETRY = 2.0  # seconds after which a web browser asks again
LATER = 30.0  # the same, for one whose place a newer reader took
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx would hold it back
_ID = re.compile(r"([0-9]{1,9})(?:\.([0-9a-f]{1,20})(?:\.([0-9a-f]{1,40}))?)?")
After = Annotated[
    str | None,
    Query(
        description="Id of the last event that was read, or number of a step. The header "
        "Last-Event-ID, as web browsers send it when they come back, wins.",
        pattern=f"^{_ID.pattern}$",
    ),
]
LastId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        pattern=f"^{_ID.pattern}$",
        include_in_schema=False,  # OpenAPI would call it nullable, and a field cannot be null
    ),
]
STREAM: dict[str, Any] = {
    "description": "Events `step` (data: a step of the transcript, which replaces an earlier one "
    "of its number) and `withdrawn` (data: `n`, a running step that left no trace), until the "
    "conversation ends.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


@dataclass(frozen=True)
class Place:
    """What a reader has; as text, the id of an event.

    Attributes:
        ended: Steps that have ended, from the first.
        made: Of which conversation; there may have been another one of the same name.
        state: Of the running step after them; empty when there was none.
    """

    ended: int = 0
    made: str = ""
    state: str = ""

    @classmethod
    def asked(cls, after: str | None, last: str | None) -> Place:
        """The place after which a request wants to read on, as its `After` and `LastId` say."""
        found = _ID.fullmatch(last or after or "")
        return cls(int(found[1]), found[2] or "", found[3] or "") if found else cls()

    def __str__(self) -> str:
        return ".".join(filter(None, (str(self.ended), self.made, self.state)))


@dataclass(frozen=True)
class Event:
    """One event, and what its reader has then."""

    place: Place
    step: Step | None

    def encoded(self) -> bytes:
        """As it is sent."""
        data = {"n": self.place.ended + 1} if self.step is None else step_json(self.step)
        kind = "withdrawn" if self.step is None else "step"
        return format_sse_event(event=kind, data_str=json.dumps(data), id=str(self.place))


def news(session: Session, running: Running | None, place: Place) -> Iterator[Event]:
    """What a reader at *place* does not have.

    Args:
        session: The conversation.
        running: Its running step.
        place: What the reader has.
    """
    steps = ended(session, running.step if running else None)
    made = made_at(session)
    if place.made not in ("", made) or place.ended > len(steps):
        place = Place()
    for step in steps[place.ended :]:
        yield Event(Place(step.n, made), step)
    here = Place(len(steps), made, running.state if running else "")
    if running:
        if running.state != place.state:
            yield Event(here, running.step)
    elif place.state and place.ended == len(steps):
        yield Event(here, None)


def made_at(session: Session) -> str:
    """Tells a conversation from an earlier one of the same name."""
    return f"{round(session.created * 1e6):x}"


class Feed(EventSourceResponse):
    """The answer: never ends by itself as long as the conversation is there.

    Args:
        steps: Wake it.
        session: Whose steps.
        find: Finds the session again; ``None`` when it is no more.
        after: What the reader has.
        shared: Whether the reader is somebody whom it is shown to.
    """

    def __init__(
        self,
        steps: Steps,
        session: Session,
        find: Callable[[], Awaitable[Session | None]],
        after: Place,
        *,
        shared: bool = False,
    ) -> None:
        super().__init__(iter(()), headers=_HEADERS)
        self._steps = steps
        self._session = session
        self._find = find
        self._after = after
        self._shared = shared

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; 429 when too many read already, and nobody gives way."""
        try:
            with self._steps.watch(self._session.key, shared=self._shared) as watch:
                self.body_iterator = self._events(watch)
                with watch.scope:
                    await super().__call__(scope, receive, send)
        except TooManyWatches:
            refusal = Problem(
                429,
                "too many readers",
                f"The steps of a conversation have at most {WATCHES} readers at once, and those "
                "of all together have a bound. Close another one, or ask again later.",
                headers={"Retry-After": "10"},
            )
            await refusal.response()(scope, receive, send)

    async def _events(self, watch: Watch) -> AsyncIterator[bytes]:
        yield format_sse_event(retry=round(RETRY * 1000))
        session: Session | None = self._session
        made, place = made_at(self._session), self._after
        while session is not None and made_at(session) == made:
            for event in news(session, self._steps.running(session.key, len(session.steps)), place):
                place = event.place
                yield event.encoded()
            with anyio.move_on_after(ALIVE) as quiet:
                await watch.changed()
            if watch.pushed_out:
                yield format_sse_event(retry=round(LATER * 1000))
                return
            if quiet.cancelled_caught:
                yield KEEPALIVE_COMMENT
            try:
                session = await self._find()
            except BrowserError:  # the store is away; it may be back at the next look
                continue
