"""State in the memory of one process: for demos, tests and services that may forget.

Decides how much is kept: sessions by their lifetimes, pages as long as a session shows them,
robots.txt copies by their size, hosts until forgetting one changes nothing. The governing text
is `browser.state.ports`. Left to taste: how often expired things are looked for, and how long
a page may wait for the display that shows it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from browser.model.clock import Clock
from browser.model.fetch import RobotsCopy
from browser.model.session import Session
from browser.rules import pace as rules
from browser.rules.pace import HostPace, Rate, Turn
from browser.state.eviction import Crowd

SWEEP_EVERY = 60.0  # seconds between two looks for what has expired
PAGE_GRACE = 600.0  # seconds between storing a page and saving the display that shows it
MAX_LOOSE = 1000  # pages that no display shows; many times the commands that run at once
MAX_HOSTS = 10_000  # hosts whose pace is remembered
MAX_ROBOTS = 10_000  # authorities
MAX_ROBOTS_BYTES = 64 * 2**20  # bytes of robots.txt bodies
SET_BACK = 1.0  # seconds; less is made up for by waiting
_LOOKS = 8  # hosts looked at, at most, to find one that may be forgotten


def nobody(_key: str) -> bool:
    """No session is known to run a command."""
    return False


@dataclass(frozen=True)
class Lifetimes:
    """How long sessions live and how many there may be.

    Attributes:
        idle: Seconds without a command after which a session ends.
        max_age: Seconds after which it ends anyway.
        max_sessions: When there are more, the one idle longest of the owner with most ends.
        clock: Tells the time.
        busy: Whether the session of a key runs a command; such a one is not ended for room. May
            be asked in any thread.
    """

    idle: float
    max_age: float
    max_sessions: int
    clock: Clock
    busy: Callable[[str], bool] = nobody

    def over(self, created: float, used: float) -> bool:
        """Whether a session of these moments has ended."""
        now = self.clock.now()
        return now - used > self.idle or now - created > self.max_age

    def busy_or(self, newest: str) -> Callable[[str], bool]:
        """Whether the session of a key may not be ended for room, which *newest* may not."""
        return lambda key: key == newest or self.busy(key)


class MemoryPages:
    """Pages by key, counted by the displays that show them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages: dict[str, tuple[float, bytes]] = {}
        self._uses: dict[str, int] = {}
        self._loose: dict[str, None] = {}  # that no display shows, the oldest first

    async def put(self, key: str, blob: bytes) -> None:
        """Keep *blob*; a key that is there already stays as it is, but counts as new."""
        _, kept = self._pages.get(key, (0.0, blob))
        self._pages[key] = (self._clock.now(), kept)
        if key not in self._uses:
            self._loosen(key)

    async def get(self, key: str) -> bytes | None:
        """The encoded page."""
        found = self._pages.get(key)
        return found[1] if found else None

    def pin(self, key: str) -> None:
        """One more display shows the page."""
        self._uses[key] = self._uses.get(key, 0) + 1
        self._loose.pop(key, None)

    def unpin(self, key: str) -> None:
        """One display less shows the page; the last one takes it along."""
        self._uses[key] -= 1
        if not self._uses[key]:
            del self._uses[key]
            self._loosen(key)
            self._drop_if_old(key)

    def sweep(self) -> None:
        """Drop pages that no display shows."""
        for key in list(self._loose):
            self._drop_if_old(key)

    def _loosen(self, key: str) -> None:
        self._loose.pop(key, None)
        self._loose[key] = None
        if len(self._loose) > MAX_LOOSE:
            self._drop(next(iter(self._loose)))

    def _drop_if_old(self, key: str) -> None:
        stored_at, _ = self._pages.get(key, (0.0, b""))
        if stored_at <= self._clock.now() - PAGE_GRACE:
            self._drop(key)

    def _drop(self, key: str) -> None:
        self._pages.pop(key, None)
        self._loose.pop(key, None)


class MemorySessions:
    """Sessions by key, and in the order of their last save."""

    def __init__(self, lifetimes: Lifetimes, pages: MemoryPages) -> None:
        self._lifetimes = lifetimes
        self._pages = pages
        self._sessions: dict[str, Session] = {}
        self._keys: dict[str, str] = {}  # of sessions by their share
        self._crowd = Crowd()
        self._pinned: dict[str, list[str]] = {}
        self._sweep_at = 0.0

    async def load(self, key: str) -> Session | None:
        """The session itself, not a copy: the caller runs one command of it at a time."""
        session = self._sessions.get(key)
        if session and self._lifetimes.over(session.created, session.used):
            self._drop(key)
            return None
        return session

    async def shared(self, share: str) -> Session | None:
        """The session itself, as `load` gives it."""
        key = self._keys.get(share)
        return await self.load(key) if key else None

    async def save(self, session: Session) -> None:
        """Keep it as the one used last; end those there is no room for."""
        self._sessions[session.key] = session
        if session.share:
            self._keys[session.share] = session.key
        self._crowd.use(session.owner, session.key)
        pinned = self._pinned.setdefault(session.key, [])
        for display in session.displays[len(pinned) :]:
            pinned.append(display.page_key)
            self._pages.pin(display.page_key)
        while len(self._sessions) > max(1, self._lifetimes.max_sessions):
            surplus = self._crowd.next(self._lifetimes.busy_or(session.key))
            if surplus is None:
                break
            self._drop(surplus)
        now = self._lifetimes.clock.now()
        if now >= self._sweep_at:
            self._sweep_at = now + SWEEP_EVERY
            self._sweep()

    async def delete(self, key: str) -> bool:
        """Forget it; whether there was one that had not ended."""
        session = self._sessions.get(key)
        if session is None:
            return False
        self._drop(key)
        return not self._lifetimes.over(session.created, session.used)

    async def count(self) -> int:
        """How many are kept."""
        return len(self._sessions)

    def _drop(self, key: str) -> None:
        self._keys.pop(self._sessions.pop(key).share, None)
        self._crowd.drop(key)
        for page in self._pinned.pop(key):
            self._pages.unpin(page)

    def _sweep(self) -> None:
        for key, session in list(self._sessions.items()):
            if self._lifetimes.over(session.created, session.used):
                self._drop(key)
        self._pages.sweep()


class MemoryRobots:
    """Copies of robots.txt; the one used least recently goes first."""

    def __init__(self, max_bytes: int = MAX_ROBOTS_BYTES) -> None:
        self._max_bytes = max_bytes
        self._copies: OrderedDict[str, RobotsCopy] = OrderedDict()
        self._bytes = 0

    async def get(self, authority: str) -> RobotsCopy | None:
        """The copy, expired or not."""
        copy = self._copies.get(authority)
        if copy:
            self._copies.move_to_end(authority)
        return copy

    async def put(self, authority: str, copy: RobotsCopy) -> None:
        """Replace the copy."""
        old = self._copies.pop(authority, None)
        self._bytes += len(copy.body) - (len(old.body) if old else 0)
        self._copies[authority] = copy
        while len(self._copies) > MAX_ROBOTS or self._bytes > self._max_bytes:
            _, gone = self._copies.popitem(last=False)
            self._bytes -= len(gone.body)


class MemoryTurns:
    """The pace of each host; a call never yields, so a reservation is atomic.

    Args:
        jitter: A number from 0 to 1 for the pauses we choose ourselves.
        capacity: Hosts remembered. More are kept while the oldest still matter.
    """

    def __init__(
        self, jitter: Callable[[], float] = rules.random_jitter, capacity: int = MAX_HOSTS
    ) -> None:
        self._jitter = jitter
        self._capacity = capacity
        self._hosts: OrderedDict[str, HostPace] = OrderedDict()
        self._latest = 0.0

    async def reserve(
        self, host: str, rates: tuple[Rate, ...], now: float, max_wait: float
    ) -> Turn:
        """Take the next turn of *host* if it comes within *max_wait* seconds."""
        self._by(now)
        before = self.pace(host)
        after, turn = rules.reserve(before, rates, now, max_wait)
        if after is not before:
            self.remember(host, after, now)
        return turn

    async def give_back(self, host: str, turn: Turn) -> None:
        """A turn of *host* was not used."""
        if host in self._hosts:
            self._hosts[host] = rules.give_back(self._hosts[host], turn)

    async def go(self, asked: Mapping[str, tuple[Rate, ...]], now: float) -> Turn:
        """Note that a request is sent now, if it may be."""
        self._by(now)
        found = {host: rules.send(self.pace(host), rates, now) for host, rates in asked.items()}
        soonest = max((turn for _, turn in found.values()), key=lambda turn: turn.wait)
        if soonest.granted:
            for host, (pace, _) in found.items():
                if asked[host]:
                    self.remember(host, pace, now)
        return soonest

    async def back_off(
        self, host: str, now: float, retry_after: float | None, status: int
    ) -> float:
        """Hold every turn of *host* back. Returns the pause in seconds."""
        pace = rules.back_off(self.pace(host), now, retry_after, status, self._jitter())
        self.remember(host, pace, now)
        return pace.blocked_until - now

    async def relax(self, host: str) -> None:
        """Forget its strikes."""
        if host in self._hosts:
            self._hosts[host] = rules.relax(self._hosts[host])

    async def look(self, hosts: Collection[str]) -> Mapping[str, HostPace]:
        """What is remembered of *hosts*."""
        return {host: self._hosts[host] for host in hosts if host in self._hosts}

    def _by(self, now: float) -> None:
        """Keep what is owed as far ahead as it was at the last call when the clock is set back."""
        back = self._latest - now
        self._latest = now
        if back > SET_BACK:
            for host, pace in self._hosts.items():
                self._hosts[host] = rules.moved(pace, -back)

    def pace(self, host: str) -> HostPace:
        """What is remembered of *host*."""
        return self._hosts.get(host, rules.NEW)

    def remember(self, host: str, pace: HostPace, now: float) -> None:
        """Keep *pace*, and forget hosts of which nothing is owed when there are too many."""
        self._hosts[host] = pace
        self._hosts.move_to_end(host)
        for _ in range(min(_LOOKS, len(self._hosts) - self._capacity)):
            oldest = next(iter(self._hosts))
            if rules.idle(self._hosts[oldest], now):
                del self._hosts[oldest]
            else:
                self._hosts.move_to_end(oldest)
