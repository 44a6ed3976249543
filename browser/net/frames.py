"""What the service and its worker processes say to each other, over two pipes.

A request is a head of two lengths, a JSON object and the document; an answer is a status, a
length and that many octets. Lengths are four octets, little-endian. Nothing here is ever
unpickled or run: the side that reads hostile bytes can answer with bytes, and with nothing else.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from browser.model.reason import Reason
from browser.text.clean import one_line
from browser.text.marks import for_display

SENTENCE = 500  # characters of a refusal; more is no sentence
SHORT = 8 * 1024  # octets of every payload but a page: a sentence, in escapes

_REQUEST = struct.Struct("<II")
_ANSWER = struct.Struct("<BI")
_REASONS = (Reason.UNREADABLE, Reason.UNSUPPORTED_TYPE, Reason.NO_TEXT)


class Status(IntEnum):
    """What an answer is.

    Attributes:
        READY: The worker has started; the payload names what it may no longer do.
        PAGE: The payload is an encoded page.
        REFUSED: The payload says why there is none.
        SPENT: As ``REFUSED``, and the worker ends, since it ran out of memory.
    """

    READY = 0
    PAGE = 1
    REFUSED = 2
    SPENT = 3


class Request(NamedTuple):
    """One document to read.

    Attributes:
        content_type: Its label.
        url: Where it came from.
        body: Its octets.
    """

    content_type: str
    url: str
    body: bytes

    def head(self) -> bytes:
        """All of the request but the body."""
        record = json.dumps([self.content_type, self.url]).encode()
        return _REQUEST.pack(len(record), len(self.body)) + record


class Broken(Exception):
    """The other side is gone, or says what is no answer."""


def read_request(source: int) -> Request | None:
    """The next request of the pipe *source*; ``None`` at its end. Blocks."""
    head = _read(source, _REQUEST.size)
    if head is None:
        return None
    length, size = _REQUEST.unpack(head)
    record, body = _read(source, length), _read(source, size)
    if record is None or body is None:
        return None
    content_type, url = json.loads(record)
    return Request(content_type, url, bytes(body))


def _read(source: int, count: int) -> bytearray | None:
    got = bytearray(count)
    rest = memoryview(got)
    while rest:
        read = os.readv(source, [rest])
        if not read:
            return None
        rest = rest[read:]
    return got


def send_answer(target: int, status: Status, payload: bytes = b"") -> None:
    """Write an answer to the pipe *target*. Blocks."""
    rest = memoryview(_ANSWER.pack(status, len(payload)) + payload)
    while rest:
        rest = rest[os.write(target, rest) :]


def holdings(names: Iterable[str]) -> bytes:
    """The payload of a worker that is ready: what it gave up (`browser.net.confine`)."""
    return json.dumps(list(names)).encode()


def read_holdings(payload: bytes) -> frozenset[str]:
    """What `holdings` wrote; a worker that says nothing gave up nothing.

    Raises:
        Broken: it is none.
    """
    try:
        names = json.loads(payload or b"[]")
    except (ValueError, RecursionError) as error:
        raise Broken("no list of what it gave up") from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Broken("no list of what it gave up")
    return frozenset(names)


def refusal(reason: str, sentence: str) -> bytes:
    """The payload of a refusal."""
    return json.dumps([reason, sentence[:SENTENCE]]).encode()


def read_refusal(payload: bytes) -> tuple[Reason, str]:
    """What `refusal` wrote, its sentence as a title is: on one line, without what is unseen.

    Raises:
        Broken: it is none.
    """
    if len(payload) > SHORT:
        raise Broken("a refusal that is too long")
    try:
        name, sentence = json.loads(payload)
        reason = Reason(name)
    except (ValueError, TypeError, RecursionError) as error:
        raise Broken("a refusal that cannot be read") from error
    if reason not in _REASONS or not isinstance(sentence, str) or len(sentence) > SENTENCE:
        raise Broken("a refusal that no reader makes")
    return reason, for_display(one_line(sentence, SENTENCE))


class Answer:
    """An answer as it arrives, piece by piece.

    Args:
        limit: Octets that a page may have; any other payload may have `SHORT`.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._head = b""
        self._pieces: list[bytes] = []
        self._missing = 0

    def add(self, piece: memoryview) -> bool:
        """Take a copy of what arrived; returns whether the answer is whole.

        Raises:
            Broken: it is no answer, is too long, or goes on after its end.
        """
        if len(self._head) < _ANSWER.size:
            room = _ANSWER.size - len(self._head)
            self._head += piece[:room]
            piece = piece[room:]
            if len(self._head) < _ANSWER.size:
                return False
            status, self._missing = _ANSWER.unpack(self._head)
            limit = self._limit if status == Status.PAGE else SHORT
            if status not in Status.__members__.values() or self._missing > limit:
                raise Broken("no answer")
        self._missing -= len(piece)
        if self._missing < 0:
            raise Broken("more than an answer")
        self._pieces.append(bytes(piece))
        return not self._missing

    @property
    def status(self) -> Status:
        """What the answer is."""
        return Status(self._head[0])

    @property
    def payload(self) -> bytes:
        """What it holds."""
        return b"".join(self._pieces)
