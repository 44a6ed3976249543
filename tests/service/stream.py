"""A reader of server-sent events: waits for events, never for time."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

PATIENCE = 30.0  # seconds a test waits for what has to come


@dataclass
class Event:
    """One event as WHATWG HTML 9.2.6 reads it."""

    event: str = "message"
    id: str | None = None
    retry: int | None = None
    comments: list[str] = field(default_factory=list)
    data: Any = None


class Reader:
    """Reads a stream in a thread of its own."""

    def __init__(self, client: httpx.Client, path: str, last: str | None = None) -> None:
        headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last} if last else {})}
        self._request = client.build_request("GET", path, headers=headers, timeout=PATIENCE)
        self._client = client
        self._queue: queue.Queue[Event | None] = queue.Queue()
        self._answered = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self.response: httpx.Response | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._answered.wait(PATIENCE)
        assert self.response is not None
        return self

    def __exit__(self, *_: object) -> None:
        assert self.response is not None
        stream = self.response.extensions["network_stream"].get_extra_info("socket")
        with contextlib.suppress(OSError):  # it may have ended
            stream.shutdown(socket.SHUT_RDWR)
        self._thread.join(PATIENCE)

    def next(self) -> Event:
        """The next event that has data."""
        while True:
            event = self.any()
            if event.data is not None:
                return event

    def any(self) -> Event:
        """The next block, also one of comments only."""
        event = self._queue.get(timeout=PATIENCE)
        assert event is not None, "the stream has ended"
        return event

    def rest(self) -> list[Event]:
        """What still comes until the stream ends."""
        left = []
        while (event := self._queue.get(timeout=PATIENCE)) is not None:
            left.append(event)
        return [event for event in left if event.data is not None]

    def _read(self) -> None:
        try:
            self.response = self._client.send(self._request, stream=True)
            self._answered.set()
            block: list[str] = []
            for line in self.response.iter_lines():
                if line:
                    block.append(line)
                elif block:
                    self._queue.put(_event(block))
                    block = []
        except httpx.HTTPError:
            pass
        finally:
            self._answered.set()
            if self.response is not None:
                self.response.close()
            self._queue.put(None)


def _event(lines: list[str]) -> Event:
    event = Event()
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "":
                event.comments.append(value)
            case "event":
                event.event = value
            case "id":
                event.id = value
            case "retry":
                event.retry = int(value)
            case "data":
                event.data = json.loads(value)
            case _:
                raise AssertionError(line)
    return event
