"""The operator's orders: limits of single hosts, changed while the service runs.

An order is written to the store together with its line of the audit log, holds in this process
before whoever gave it has an answer, and in every other process of the store within a second:
each asks for the store's revision twice a second. While the store is away the orders known last
hold; a process that has never known them asks nobody (`browser.net.limits`). What a store has
lost, those who know it give back, but for orders that its log says were taken back.

The audit log is also written, one JSON object a change, on the logger ``browser.audit``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import anyio

from browser.errors import StateUnavailable
from browser.model.clock import Clock, iso
from browser.model.limits import Change, HostOrder, Limits
from browser.model.line import line as logged
from browser.net.limits import CurrentLimits
from browser.rules.orders import Wanted, host_name, line, lost
from browser.state.ports import HostOrders, Revision

EVERY = 0.5  # seconds between two looks at the store
MISSED = 100  # changes by other processes that subscribers are told of at one look
SIGNAL = "SIGHUP"  # who asks for the settings by the signal
SERVICE = "polite-browser"  # who gives lost orders back
LOST = "the store had lost this order; it stands again"
UNUSABLE = "The settings could not be used; the limits that held before hold on."
LOG = 1000  # newest changes in which it is looked for whether a lost order was taken back

_audit = logging.getLogger("browser.audit")
_log = logging.getLogger("browser.orders")

Subscriber = Callable[[Change], None]


@dataclass(frozen=True)
class Reread:
    """What reading the settings again has brought.

    Attributes:
        limits: That hold now; ``None`` when there is nothing to read.
        says: One line for the operator.
    """

    limits: Limits | None
    says: str


class OrderError(ValueError):
    """An order that cannot be carried out; the text says what is valid."""


def nothing_to_read() -> Reread:
    """There is no settings file."""
    return Reread(
        None, "No settings file is in use, so there is nothing to read again: start with --config."
    )


class Orders:
    """What operators have ordered.

    Args:
        store: Keeps the orders and the audit log.
        limits: That the orders change.
        clock: Tells the time.
        reread: Reads the settings again; may wait for the disk, and raises ``ValueError`` with
            one line for the operator when they cannot be used.

    Attributes:
        limits: As given.
    """

    def __init__(
        self,
        store: HostOrders,
        limits: CurrentLimits,
        clock: Clock,
        reread: Callable[[], Reread] = nothing_to_read,
    ) -> None:
        self.limits = limits
        self._store = store
        self._clock = clock
        self._reread = reread
        self._seen: Revision | None = None
        self._away = False
        self._one_at_a_time = anyio.Lock()
        self._subscribers: list[Subscriber] = []
        self._asked = anyio.Event()

    def standing(self) -> Mapping[str, HostOrder]:
        """Every order that stands, by host, as known here: at most a second old."""
        return self.limits.orders

    def on_change(self, subscriber: Subscriber) -> None:
        """Tell *subscriber* of every change, whichever process of the store made it."""
        self._subscribers.append(subscriber)

    async def set(self, wanted: Wanted, host: str, by: str) -> HostOrder:
        """Let *wanted* hold for *host* in the place of what was ordered before.

        Args:
            wanted: The whole order.
            host: As in a URL.
            by: Who orders it.

        Raises:
            OrderError: *host* is no host.
            StateUnavailable: the store is away; nothing has changed.
        """
        order = wanted.order(_host(host), by, self._clock.now())
        async with self._one_at_a_time:
            before = await self._known()
            change = Change(
                action="set",
                host=order.host,
                by=by,
                at=order.at,
                before=before.get(order.host),
                after=order,
                note=order.note,
            )
            await self._store.put(order, change)
            await self._ordered({**before, order.host: order}, change)
        return order

    async def unset(self, host: str, by: str) -> bool:
        """Take the order for *host* back; whether there was one. Raises as `set` does."""
        name = _host(host)
        async with self._one_at_a_time:
            standing = dict(await self._known())
            before = standing.pop(name, None)
            change = Change("unset", name, by, self._clock.now(), before)
            there = await self._store.delete(name, change)
            if there:
                await self._ordered(standing, change)
        return there

    async def reload(self, by: str) -> str:
        """Read the settings again, here and in every process of the store.

        Args:
            by: Who asks.

        Returns:
            What has come of it here, for the operator.

        Raises:
            OrderError: the settings cannot be used, or there are none to read; what held before
                holds on. The text says why.
            StateUnavailable: the store is away: the settings were read here and nowhere else.
        """
        async with self._one_at_a_time:
            says, bad = await self._read(self.limits.revision + 1)
            # Why they are bad is for who asked: others who read the log may not know the file.
            change = Change("reload", "", by, self._clock.now(), note=UNUSABLE if bad else says)
            self._tell(change)
            # Also when ours cannot be used: other machines have files of their own.
            await self._store.reload(change)
            if self._seen is not None:
                self._seen = replace(self._seen, reloads=self._seen.reloads + 1)
                await self.limits.change(revision=self._seen.number)
        if bad:
            raise OrderError(says)
        return says

    def ask_reload(self) -> None:
        """Like `reload`, soon, from a signal's handler in the thread of the event loop."""
        self._asked.set()

    async def changes(self, limit: int) -> Sequence[Change]:
        """What was changed last, the newest first."""
        return await self._store.changes(limit)

    async def load(self) -> None:
        """Learn what the store has to say, and obey it.

        Raises:
            StateUnavailable: the store is away; what was known before holds on.
        """
        async with self._one_at_a_time:
            await self._known()

    async def run(self) -> None:
        """Follow the store, and do what a signal asks for, until cancelled."""
        while True:
            with anyio.move_on_after(EVERY):
                await self._asked.wait()
            if self._asked.is_set():
                self._asked = anyio.Event()
                await self._by_signal()
            await self.follow()

    async def follow(self) -> None:
        """One look at the store; a store that is away is told in the log, once."""
        try:
            await self.load()
        except StateUnavailable:
            if not self._away:
                holds = "the limits known last hold" if self.limits.known else "nothing is fetched"
                _log.warning("limits: the store is away; %s until it is back", holds)
            self._away = True
        else:
            if self._away:
                _log.warning("limits: the store is back")
            self._away = False

    async def _by_signal(self) -> None:
        try:
            says = await self.reload(SIGNAL)
        except OrderError as error:
            says = str(error)
        except StateUnavailable:
            says = "settings read again here; the store is away, so other processes were not told"
        _log.warning("reload: %s", says)

    async def _known(self) -> Mapping[str, HostOrder]:
        """What stands, after what other processes have changed is obeyed."""
        revision, seen = await self._store.revision(), self._seen
        if revision == seen:
            return self.limits.orders
        if seen is None or (revision.epoch, revision.orders) != (seen.epoch, seen.orders):
            standing = await self._store.all()
            if seen is not None and not revision.follows(seen):
                standing = {**standing, **await self._given_back(standing)}
            # The settings, when they are to be read again, belong to the same revision.
            same = seen is not None and revision.reloads != seen.reloads
            number = self.limits.revision if same else revision.number
            await self.limits.change(orders=standing, revision=number)
        self._seen = revision
        if seen is not None:
            await self._by_others(revision, seen)
        await self.limits.change(revision=revision.number)
        return self.limits.orders

    async def _given_back(self, standing: Mapping[str, HostOrder]) -> Mapping[str, HostOrder]:
        """The orders known here that a store may have lost of which *standing* are left."""
        missing = lost(self.limits.orders, standing, await self._store.changes(LOG))
        for host, order in missing.items():
            change = Change("set", host, SERVICE, self._clock.now(), after=order, note=LOST)
            if await self._store.restore(order, change):  # which the next look passes on
                _log.warning("limits: the store had lost the order for %s; given back", host)
                _write(change)
        return missing

    async def _by_others(self, revision: Revision, seen: Revision) -> None:
        if revision.reloads and revision.reloads != seen.reloads:
            says, _ = await self._read(revision.number)
            _log.warning("reload, asked for in another process: %s", says)
        new = revision.orders - seen.orders + revision.reloads - seen.reloads
        for change in reversed(await self._store.changes(max(0, min(new, MISSED)))):
            self._pass_on(change)

    async def _ordered(self, standing: Mapping[str, HostOrder], change: Change) -> None:
        seen = self._seen or Revision()
        self._seen = replace(seen, orders=seen.orders + 1)
        await self.limits.change(orders=standing, revision=self._seen.number)
        self._tell(change)

    async def _read(self, number: int) -> tuple[str, bool]:
        """What came of reading the settings again, and whether they cannot be used.

        Args:
            number: Of the revision that they make.
        """
        try:
            read = await anyio.to_thread.run_sync(self._reread)
        except ValueError as error:
            return f"{error}. The limits that held before hold on.", True
        if read.limits is None:
            return read.says, True
        await self.limits.change(settings=read.limits, revision=number)
        return read.says, False

    def _tell(self, change: Change) -> None:
        _write(change)
        self._pass_on(change)

    def _pass_on(self, change: Change) -> None:
        for subscriber in self._subscribers:
            subscriber(change)


def _write(change: Change) -> None:
    told = {"before": line(change.before), "after": line(change.after), "note": change.note}
    made = {"action": change.action, "host": change.host, "by": change.by, "at": iso(change.at)}
    _audit.info("%s", logged("audit", {**made, **told}))


def _host(text: str) -> str:
    name = host_name(text)
    if name is None:
        raise OrderError(f"{text[:80]!r} is not a host name; write it as in a URL, without *")
    return name
