"""What a stranger may cost, before anything is known of its request.

uvicorn reads the head of a request at any length and waits for its end for ever, queues as many
requests of a connection as come, keeps an answer until it is read, and takes every connection.
`BoundedRequests` bounds all of it where the bytes pass.

Governing texts: RFC 6585 5 (431), RFC 9112 9.3.2 (pipelining), RFC 9110 15.6.4 (503). Left to
taste: the bounds, which are many times what an honest caller needs.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from http import HTTPStatus
from typing import cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from browser.api.headers import ID, SAFE
from browser.api.problem import MEDIA_TYPE

MAX_HEAD = 64 * 1024  # bytes of request line and header fields; the longest URL we take is 8 KiB
MAX_QUEUE = 16  # requests of one connection that wait for an earlier answer
MAX_CONNECTIONS = 512  # at once; the usual limit of open files is 1024, and fetches need some too
WITHIN = 30.0  # seconds from connecting, or from its first byte, to the last byte of a request
UNREAD = 30.0  # seconds in which a caller has to take a step of an answer, or all that is left
STEP = 16 * 1024  # bytes


class BoundedRequests(HttpToolsProtocol):
    """uvicorn's HTTP protocol with an end to everything."""

    _in_head = False
    _began_here = False
    _head = 0
    _too_long = False
    _deadline: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock: who connects has something to say."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            self._refuse(503, "too many connections", "Come back in a few seconds.")
            return
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self._disarm()
        self._read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse, then count what belongs to a head that began earlier and goes on."""
        self._arm()
        self._began_here = False
        super().data_received(data)
        if not self._in_head or self._began_here or self.transport.is_closing():
            return
        self._head += len(data)
        if self._head > MAX_HEAD:
            self._refuse_head()

    def on_message_begin(self) -> None:
        """A head begins somewhere in these bytes; counting starts with the next ones."""
        self._in_head, self._began_here, self._head = True, True, 0
        self._arm()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole; a body may follow."""
        self._in_head = False
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        self._too_long = size > MAX_HEAD  # one that came in a single piece was not counted
        known = self.parser.get_http_version() in ("1.0", "1.1")
        if self._too_long or not known or len(self.pipeline) >= MAX_QUEUE:
            raise ValueError  # the parser stops, and uvicorn calls `send_400_response`
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._disarm()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is written; it may not have left yet."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """The caller reads more slowly than we write."""
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        """The caller has read on; what is left has its own time."""
        super().resume_writing()
        self._read()
        self._watch()

    def send_400_response(self, msg: str) -> None:
        """Say that what came is no request, without a word of it; *msg* is uvicorn's."""
        del msg
        if self._too_long:
            self._refuse_head()
        else:
            self._refuse(400, "malformed request", "That is no HTTP/1.1 request.")

    def _refuse_head(self) -> None:
        self._refuse(431, "head too long", f"A head has at most {MAX_HEAD} bytes.")

    def _refuse(self, status: int, title: str, detail: str) -> None:
        counted = getattr(getattr(self.app, "state", None), "refused", None)
        if counted is not None:
            counted(status)
        earlier = cast("RequestResponseCycle | None", self.cycle)
        if earlier is None or earlier.response_complete:  # else it would stand inside an answer
            self.transport.write(_answer(status, title, detail))
        self.transport.close()
        self._watch()

    def _arm(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(WITHIN, self.transport.close)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _watch(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left and self._reading is None:
            self._reading = self.loop.call_later(UNREAD, self._give_up, left)

    def _read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _give_up(self, before: int) -> None:
        self._reading = None
        left = self.transport.get_write_buffer_size()
        if left and before - left < STEP:
            self.transport.abort()
        else:
            self._watch()


def _answer(status: int, title: str, detail: str) -> bytes:
    name = secrets.token_hex(8)
    body = {
        "type": "about:blank",
        "status": status,
        "title": title,
        "detail": detail,
        "request_id": name,
    }
    content = json.dumps(body).encode()
    fields = {
        **SAFE,
        ID: name,
        **({"Retry-After": "5"} if status == 503 else {}),
        "Content-Type": MEDIA_TYPE,
        "Content-Length": str(len(content)),
        "Connection": "close",
    }
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{key.lower()}: {value}" for key, value in fields.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content
