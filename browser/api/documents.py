"""Documents made of conversations, kept until the conversation changes or is forgotten.

They are made in a thread, a few at a time: whoever is shown a conversation may look as often as
they like, and everybody else is served meanwhile.

Governing text: RFC 9110 8.8.3 (entity tags). Left to taste: how many are kept.
"""

from __future__ import annotations

import hashlib
import weakref
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import anyio
import anyio.to_thread

from browser.model.session import Session

MAKERS = 2  # documents made at a time
KEPT = 32  # documents
KEPT_OCTETS = 16 * 2**20  # of them together; the newest stays, however large

State = tuple[object, ...]
Place = tuple[str, str]  # key of the session, and which document of it


class Document(NamedTuple):
    """What is sent, and what tells it from what was sent before."""

    body: bytes
    tag: str


class _Kept(NamedTuple):
    state: State
    document: Document
    session: weakref.ref[Session]


class Documents:
    """The documents used last. On the event loop only."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Place, _Kept] = OrderedDict()  # the oldest use first
        self._makers = anyio.Semaphore(MAKERS)

    async def get(
        self, session: Session, name: str, state: State, make: Callable[[], bytes]
    ) -> Document:
        """A document of *session*.

        Args:
            session: When it is forgotten, so is what was made of it.
            name: Which document.
            state: Of the session; of another one it is made anew.
            make: Makes it, in a thread.
        """
        place = (session.key, name)
        found = self._find(place, state)
        if found is not None:
            return found
        async with self._makers:
            found = self._find(place, state)  # made while this one waited
            if found is None:
                found = await anyio.to_thread.run_sync(_made, make)
                self._keep(place, state, found, session)
        return found

    def _find(self, place: Place, state: State) -> Document | None:
        kept = self._kept.get(place)
        if kept is None or kept.state != state:
            return None
        self._kept.move_to_end(place)
        return kept.document

    def _keep(self, place: Place, state: State, document: Document, session: Session) -> None:
        gone = weakref.ref(session, partial(self._forget, place))
        self._kept[place] = _Kept(state, document, gone)
        self._kept.move_to_end(place)
        while len(self._kept) > 1 and (
            len(self._kept) > KEPT
            or sum(len(kept.document.body) for kept in self._kept.values()) > KEPT_OCTETS
        ):
            self._kept.popitem(last=False)

    def _forget(self, place: Place, session: weakref.ref[Session]) -> None:
        kept = self._kept.get(place)
        if kept is not None and kept.session is session:
            del self._kept[place]


def _made(make: Callable[[], bytes]) -> Document:
    body = make()
    return Document(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
