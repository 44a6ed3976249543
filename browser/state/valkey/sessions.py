"""Sessions that replicas share: any of them may run the next command.

A session is one hash: a head, and one field for each display, quote, step and allowed address,
which are only ever added. Every save gives it a new state, a random name. From that follow

- **little to send**: a process that has used a session before asks for what came since the state it
  knows; the store remembers the last eight. A save sends what is new;
- **fencing**: a save says on which state it stands. When another replica has saved meanwhile (this
  one was cut off and lost its lease), nothing is written and the command answers `busy`: what is
  not saved has not happened. The next command begins with what the store has. So it is when
  somebody has deleted the session meanwhile, which the store remembers for an hour; one that has
  only ended is written anew;
- **one writer's view**: a script does the whole of each call, so no replica sees half a save.

What came from the store is checked: a head names its session, and a save its new state. What
belongs elsewhere is a fault and never shown.

**Ends.** A session has the server's time to live, so that nothing stays when nobody is left to
sweep; every save also ends a few that are over, and those there is no room for, by the rules of
`browser.state.eviction`. One whose lease somebody holds runs a command and is passed over.

**Durability.** An answer leaves after its save was acknowledged; the rest is the server's. With
``appendonly yes`` and ``appendfsync always`` an acknowledged save is on the disk, and killing
replicas, server or machine loses nothing. With ``everysec`` a killed server may lose two seconds
as well when its disk is slow: it then acknowledges before it has written.

**Pages** that a session shows are told to stay (`browser.state.valkey.pages`) when half of its idle
time has gone since they were told last, and to leave when it is deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import secrets
from collections import OrderedDict
from collections.abc import Sequence
from copy import copy
from typing import Any

from browser.errors import StateUnavailable
from browser.model.session import Display, Quote, Saved, Session, Shown, Step
from browser.state import codec
from browser.state.codec import Damaged
from browser.state.database import AWAY
from browser.state.memory import Lifetimes
from browser.state.valkey.connection import PREFIX, Valkey, script
from browser.state.valkey.packed import pack, unpack
from browser.state.valkey.pages import ValkeyPages

HOT_SESSIONS = 256  # sessions kept in memory; a long one takes a few megabytes
MAX_ENTRY = 16 * 2**20  # octets of one entry, unpacked
TAKEN = "Another command of this conversation has run meanwhile. Try again in a moment."
DELETED = "This conversation was deleted meanwhile. Nothing of the command is kept."
GONE = 3600.0  # seconds for which a deletion is remembered: no command goes on for longer
LISTS = ("displays", "quotes", "steps", "allowed")
_READ = (codec.display, codec.quote, codec.step, codec.address)

_log = logging.getLogger("browser.state")


class ValkeySessions:
    """Sessions, those used last also in memory.

    Args:
        server: Keeps them.
        lifetimes: How long sessions live and how many there may be; whether one runs a command
            is known by its lease.
        hot: How many stay in memory.
    """

    def __init__(self, server: Valkey, lifetimes: Lifetimes, hot: int = HOT_SESSIONS) -> None:
        self._server = server
        self._lifetimes = lifetimes
        self._capacity = hot
        self._hot: OrderedDict[str, Session] = OrderedDict()
        self._script = script("sessions", P=PREFIX)
        self._pages = ValkeyPages(server, lifetimes)

    async def load(self, key: str) -> Session | None:
        """The session as it was saved last, unless it is unknown or has ended."""
        session = await self._current(key)
        if session is None:
            self._hot.pop(key, None)
            return None
        if self._lifetimes.over(session.created, session.used):
            # Only as it is: by another replica's clock it may go on.
            await self._drop(key, session.saved.state if session.saved else "")
            return None
        self._warm(session)
        return session

    async def shared(self, share: str) -> Session | None:
        """The session of this share, as `load` gives it."""
        if not share or not share.isascii():  # none has been given that is not
            return None
        key = await self._server.command("GET", self._server.key("share", _digest(share)))
        session = await self.load(key.decode()) if key else None
        return session if session is not None and session.share == share else None

    async def save(self, session: Session) -> None:
        """Write what is new; once this returns, killing the process loses nothing of it.

        Raises:
            StateUnavailable: the store is away, or another process has saved or deleted the
                session since it was loaded. Whether the first was saved all the same is not known.
        """
        try:
            touch = await self._saved(session)
        except BaseException:
            self._hot.pop(session.key, None)
            raise
        self._warm(session)
        if touch:
            with contextlib.suppress(StateUnavailable):  # the next save tries again
                await self._touch(session)

    async def delete(self, key: str) -> bool:
        """Forget it; whether there was one that had not ended."""
        pages: set[str] = set()
        with contextlib.suppress(StateUnavailable):  # what cannot be read is deleted all the same
            known = await self._current(key)
            pages = _kept(known) if known else pages
        head = await self._drop(key, "", GONE)
        if head is None:
            return False
        with contextlib.suppress(StateUnavailable):  # they go by themselves, later
            await self._pages.leave(pages)
        session = _checked(key, head)
        return not self._lifetimes.over(session.created, session.used)

    async def count(self) -> int:
        """How many are kept."""
        return int(await self._server.command("ZCARD", self._server.key("sessions:ends")))

    async def _current(self, key: str) -> Session | None:
        base = self._hot.get(key)
        known = base.saved if base is not None else None
        asked = (known.state, *known.sizes) if known else ("", 0, 0, 0, 0)
        answer = await self._ask("load", key, *asked)
        if not answer:
            return None
        state = answer[0].decode("ascii", "replace")
        if base is not None and len(answer) == 1 and known is not None and state == known.state:
            return base  # also when it was saved while this was asked
        # Another load, or a save, may have come first: there must be one object of each state.
        for there in (base, self._hot.get(key)):
            if there is not None and there.saved is not None and there.saved.state == state:
                return there
        try:
            return _read(key, base, answer)
        except (Damaged, LookupError, ValueError, TypeError) as error:
            raise _fault() from error

    async def _saved(self, session: Session) -> bool:
        """Write; whether the pages are to be touched."""
        state = secrets.token_hex(8)
        now = self._lifetimes.clock.now()
        left = min(
            self._lifetimes.idle - (now - session.used),
            self._lifetimes.max_age - (now - session.created),
        )
        known = session.saved
        while True:
            sizes, entries = _written(session, known)
            answer = await self._ask(
                *("save", session.key, known.state if known else "", state, session.owner),
                *(_digest(session.share) if session.share else "", repr(max(left, 1.0))),
                *(max(1, self._lifetimes.max_sessions), self._server.key("lease", "session:")),
                *(repr(self._lifetimes.idle / 2), pack(codec.pack_head(session).encode())),
                " ".join(map(str, sizes)),
                *entries,
            )
            if answer == [b"whole"] and known is not None:  # it has ended meanwhile
                known = None
                continue
            if answer == [b"gone"]:
                raise StateUnavailable(DELETED, retry_after=1)
            if answer == [b"busy"]:
                raise StateUnavailable(TAKEN, retry_after=1)
            if len(answer) != 2 or answer[0] != state.encode():
                raise _fault()
            session.saved = Saved(state, sizes)
            return bool(answer[1])

    async def _touch(self, session: Session) -> None:
        await self._pages.stay(_kept(session))
        await self._ask("touch", session.key)

    async def _drop(self, key: str, state: str, remember: float = 0.0) -> bytes | None:
        self._hot.pop(key, None)
        head: bytes | None = await self._ask("drop", key, state, repr(remember))
        self._hot.pop(key, None)  # a load that began before may have brought it back
        return head

    async def _ask(self, act: str, key: str, *args: str | float | bytes) -> Any:
        return await self._server.call(self._script, (), act, self._server.moment(), key, *args)

    def _warm(self, session: Session) -> None:
        self._hot[session.key] = session
        self._hot.move_to_end(session.key)
        while len(self._hot) > self._capacity:
            self._hot.popitem(last=False)


def _kept(session: Session) -> set[str]:
    """The keys of those pages the session shows that are stored."""
    return {shown.page_key for shown in session.displays if shown.signals.keep}


def _written(
    session: Session, known: Saved | None
) -> tuple[tuple[int, int, int, int], list[str | bytes]]:
    """The sizes of the session's lists, and what the store does not have of them."""
    lists: tuple[Sequence[Display | Quote | Step | str], ...] = (
        *(session.displays, session.quotes),
        *(session.steps, session.allowed),
    )
    from_ = known.sizes if known else (0, 0, 0, 0)
    entries: list[str | bytes] = []
    for name, values, start in zip(LISTS, lists, from_, strict=True):
        for n, value in enumerate(values[start:], start):
            entries += (f"{name[0]}{n}", pack(codec.pack(value).encode()))
    displays, quotes, steps, allowed = (len(values) for values in lists)
    return (displays, quotes, steps, allowed), entries


def _read(key: str, base: Session | None, answer: Sequence[Any]) -> Session:
    """The session of *answer*, which follows on *base* where entries do not begin at 0."""
    state, head, from_, now, packed = answer
    session = _checked(key, head)
    sizes = tuple(map(int, now.split()))
    entries = iter(packed)
    for name, read, start, size in zip(LISTS, _READ, map(int, from_.split()), sizes, strict=True):
        values = getattr(base, name)[:start] if start else []
        values += [
            read(unpack(next(entries) or b"", MAX_ENTRY).decode()) for _ in range(start, size)
        ]
        if len(values) != size:
            raise Damaged("a stored session lacks entries")
        setattr(session, name, values)
    displays, quotes, steps, allowed = sizes
    session.saved = Saved(state.decode(), (displays, quotes, steps, allowed))
    if base is not None and base.shown.displays <= int(from_.split()[0]):
        session.shown = Shown(base.shown.displays, copy(base.shown.pages), copy(base.shown.marks))
    return session


def _checked(key: str, head: bytes) -> Session:
    """The head of the session of *key*.

    Raises:
        StateUnavailable: it is that of another, or none.
    """
    try:
        session = codec.head(unpack(head, MAX_ENTRY).decode())
    except (Damaged, ValueError) as error:
        raise _fault() from error
    if session.key != key:
        raise _fault()
    return session


def _fault() -> StateUnavailable:
    # No name of a session: whose it is must not be told, least of all now.
    _log.error("the shared store gave a session that is damaged or belongs elsewhere")
    return StateUnavailable(AWAY)


def _digest(share: str) -> str:
    return hashlib.sha256(share.encode("utf-8", "surrogatepass")).hexdigest()
