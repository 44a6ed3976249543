"""What happens, as server-sent events: ``/operator/events``.

``totals`` when they changed, ``hosts`` with those of which there is something new, ``refusal`` and
``change`` (of limits) one by one; a comment tells a quiet line from a dead one. The first event is
``totals``. What was before is not told: a page asks for the list, and then follows.

Everybody who reads shares one look a second, and nobody looks when nobody reads. What has a pace
of its own (a countdown, an age) is nothing new. A second in which more than `AT_ONCE` hosts changed
tells the rest in those after it, each host as it is then.

Governing text: WHATWG HTML 9.2 (server-sent events). Left to taste: the intervals.
"""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from browser.api.operator.told import change_json, host_json, refusal_json, totals_json
from browser.errors import StateUnavailable
from browser.model.limits import Change
from browser.orders import Orders
from browser.sights.seen import Refusal
from browser.sights.view import Look, Row, View

EVERY = 1.0  # seconds between two looks
ALIVE = 10  # looks without an event until a comment is sent
RETRY = 2000  # milliseconds after which a web browser asks again
AT_ONCE = 200  # hosts in one event
BACKLOG = 200  # refusals that a look may bring, and changes
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx would hold it back
STREAM: dict[str, Any] = {
    "description": "Events `totals` (data: `TotalsInfo`), `hosts` (data: a list of `HostInfo`), "
    "`refusal` (data: `RefusalInfo`) and `change` (data: `ChangeInfo`), until one side has enough.",
    "content": {"text/event-stream": {"schema": {"type": "string"}}},
}


@dataclass(eq=False)
class Reader:
    """Who reads, and what it has still to be told.

    Attributes:
        hosts: That changed, the longest ago first.
        refusals: The oldest first.
        changes: Likewise.
        totals: As it was told last.
    """

    hosts: OrderedDict[str, None] = field(default_factory=OrderedDict)
    refusals: deque[Refusal] = field(default_factory=lambda: deque(maxlen=BACKLOG))
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=BACKLOG))
    totals: dict[str, Any] = field(default_factory=dict)


class Readers:
    """All who read, and the looks they share."""

    def __init__(self, view: View, orders: Orders) -> None:
        self.view = view
        self._readers: set[Reader] = set()
        self._stamps: dict[str, tuple[object, ...]] = {}
        self._refused: set[str] = set()
        self._looked: Look | None = None
        self._due = 0.0
        self._lock = anyio.Lock()
        orders.on_change(self._changed)

    @contextmanager
    def join(self) -> Iterator[Reader]:
        """Read from now on."""
        reader = Reader()
        self._readers.add(reader)
        try:
            yield reader
        finally:
            self._readers.remove(reader)
            if not self._readers:
                self._stamps, self._refused, self._looked = {}, set(), None

    async def look(self) -> Look:
        """The look of this second; what it shows for the first time is noted for every reader.

        Raises:
            StateUnavailable: the store is away.
        """
        async with self._lock:
            if self._looked is None or anyio.current_time() >= self._due:
                look = await self.view.look()
                first, self._looked = self._looked is None, look
                self._due = anyio.current_time() + EVERY / 2
                self._note(look, first=first)
            return self._looked

    def _note(self, look: Look, *, first: bool) -> None:
        stamps = {host: row.stamp for host, row in look.rows.items()}
        refused = {refusal.id for refusal in look.refusals}
        if not first:
            news = [host for host, stamp in stamps.items() if self._stamps.get(host) != stamp]
            fresh = [one for one in look.refusals if one.id not in self._refused]
            for reader in self._readers:
                reader.hosts.update(dict.fromkeys(news))
                reader.refusals.extend(reversed(fresh))
        self._stamps, self._refused = stamps, refused

    def _changed(self, change: Change) -> None:
        for reader in self._readers:
            reader.changes.append(change)


class Feed(EventSourceResponse):
    """The answer: never ends by itself.

    Args:
        readers: All of them.
    """

    def __init__(self, readers: Readers) -> None:
        super().__init__(iter(()), headers=_HEADERS)
        self._readers = readers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        with self._readers.join() as reader:
            self.body_iterator = self._events(reader)
            await super().__call__(scope, receive, send)

    async def _events(self, reader: Reader) -> AsyncIterator[bytes]:
        yield format_sse_event(retry=RETRY)
        quiet = 0
        while True:
            quiet += 1
            try:
                look = await self._readers.look()
            except StateUnavailable:  # it may be back at the next look
                look = None
            for event in self._news(reader, look) if look else ():
                quiet = 0
                yield event
            if quiet >= ALIVE:
                quiet = 0
                yield KEEPALIVE_COMMENT
            await anyio.sleep(EVERY)

    def _news(self, reader: Reader, look: Look) -> Iterator[bytes]:
        totals = totals_json(look)
        if totals != reader.totals:
            reader.totals = totals
            yield _event("totals", totals)
        while reader.changes:
            yield _event("change", change_json(reader.changes.popleft()))
        while reader.refusals:
            yield _event("refusal", refusal_json(reader.refusals.popleft()))
        rows: list[Row] = []
        while reader.hosts and len(rows) < AT_ONCE:
            host, _ = reader.hosts.popitem(last=False)
            if host in look.rows:
                rows.append(look.rows[host])
        if rows:
            cap = self._readers.view.limits.now.crawl_delay_cap
            yield _event("hosts", [host_json(row, look.at, cap) for row in rows])


def _event(kind: str, data: Any) -> bytes:
    return format_sse_event(event=kind, data_str=json.dumps(data))
