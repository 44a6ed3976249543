"""Counting in this process, and telling the other ones.

Hosts are a resource that strangers can make without end, so as many are remembered as `MOST`: the
one seen longest ago is forgotten first, but for one where somebody waits or that has asked to be
left alone. Counting begins anew with every start of the process.
"""

from __future__ import annotations

import itertools
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable

import anyio

from browser.errors import StateUnavailable
from browser.model.clock import Clock
from browser.model.fetch import FetchRecord
from browser.model.reason import Reason
from browser.model.url import Authority, Url
from browser.net.judged import Judged
from browser.net.lines import Lines
from browser.rules.own_hosts import MAX_NAME
from browser.sights.boards import written
from browser.sights.seen import AUTHORITIES, Refusal, Robots, Said, Seen, Totals
from browser.state.ports import Boards, Turns

MOST = 10_000  # hosts
REFUSALS = 500  # kept
MAX_RULE = 300  # characters; a site may write a line of any length
TOLD = 100  # refusals that other replicas are told
EVERY = 1.0  # seconds between two posts
_LOOKS = 256  # hosts looked at, at most, to find those that may be forgotten

_OWN_PACE = frozenset({Reason.RATE_LIMITED, Reason.HOST_BACKING_OFF, Reason.BUSY})
_REFUSED = _OWN_PACE | {
    Reason.ROBOTS_DISALLOWED,
    Reason.ROBOTS_UNREACHABLE,
    Reason.SITE_DECLINED,
    Reason.ADDRESS_REFUSED,
    Reason.SCHEME_REFUSED,
    Reason.PORT_REFUSED,
    Reason.BAD_URL,
    Reason.HOST_BLOCKED,
}


def _none() -> int:
    return 0


class Sights:
    """What this process has seen. A subscriber of fetch records; on the event loop only.

    Args:
        lines: Who is at which host now.
        line_ends: When the last of those who wait for a host goes, or 0.
        turns: Know which hosts asked to be left alone.
        boards: Where others read; ``None`` when there are no others.
        clock: Tells the time.
        most: Hosts remembered.

    Attributes:
        running: Tells how many commands are under way.
    """

    def __init__(
        self,
        lines: Lines,
        line_ends: Callable[[str], float],
        turns: Turns,
        boards: Boards | None,
        clock: Clock,
        most: int = MOST,
    ) -> None:
        self.lines = lines
        self.running: Callable[[], int] = _none
        self.replica = secrets.token_hex(8)
        self.hosts: OrderedDict[str, Seen] = OrderedDict()
        self.refusals: deque[Refusal] = deque(maxlen=REFUSALS)  # the newest first
        self._line_ends = line_ends
        self._turns = turns
        self._boards = boards
        self._most = most
        self._clock = clock
        self._since = clock.now()
        self._counts = {"requests": 0, "robots_requests": 0, "failures": 0, "octets": 0}
        self._changed: set[str] = set()
        self._gone: set[str] = set()
        self._present: set[str] = set()  # hosts that were posted with somebody there
        self._stamps = itertools.count(1)
        self._refused = itertools.count(1)

    def __call__(self, record: FetchRecord) -> None:
        """Count *record*."""
        host = Url(record.final_url).host if record.hops else record.host
        if record.purpose == "robots":
            if record.outcome not in _OWN_PACE:  # else nothing was asked
                self._add(record.host, record.at).robots_requests += 1
                self._counts["robots_requests"] += 1
        else:
            for asked in record.asked:
                self._add(asked, record.at).requests += 1
            self._counts["requests"] += len(record.asked)
            self._came(host, record)
        told_anyway = record.purpose == "robots" and record.outcome in _OWN_PACE
        if record.outcome in _REFUSED and not told_anyway:
            self._refuse(host, record)

    def judged(self, authority: Authority, judged: Judged) -> None:
        """A robots.txt was looked at."""
        copy = judged.copy
        if copy is None:
            return
        seen = self._add(authority.host, None)
        name = str(authority)
        seen.robots.pop(name, None)
        if len(seen.robots) >= AUTHORITIES:
            del seen.robots[next(iter(seen.robots))]
        seen.robots[name] = Robots(
            authority=name,
            kind=copy.kind,
            learned=copy.good_at or copy.fetched_at,
            expires=copy.expires_at,
            crawl_delay=judged.crawl_delay,
            why=copy.why,
        )

    @property
    def totals(self) -> Totals:
        """What this process did."""
        return Totals(since=self._since, running=self.running(), **self._counts)

    def said(self, host: str) -> Said | None:
        """What this process says of *host*; ``None`` when it is unknown here."""
        line = self.lines.at(host)
        seen = self.hosts.get(host)
        if seen is None and not (line.waiting or line.under_way):
            return None
        ends = self._line_ends(host) if line.waiting else 0.0
        return Said(seen or Seen(), line.waiting, line.under_way, ends)

    async def run(self) -> None:
        """Tell the others and forget what is too much, as long as the process serves."""
        while True:
            await anyio.sleep(EVERY)
            try:
                await self.tick()
            except StateUnavailable:  # which may have forgotten all when it comes back
                self._changed.update(self.hosts)

    async def tick(self) -> None:
        """Do so once.

        Raises:
            StateUnavailable: the store is away.
        """
        if len(self.hosts) > self._most:
            await self._forget(len(self.hosts) - self._most)
        if self._boards is None:
            return
        present = set(self.lines.hosts)
        names = self._changed | present | self._present
        said = {name: told for name in names if (told := self.said(name)) is not None}
        recent = list(itertools.islice(self.refusals, TOLD))
        gone = (self._gone | names) - said.keys()
        self._changed, self._gone, self._present = set(), set(), present
        await self._boards.post(self.replica, written(said, self.totals, recent), gone)

    async def _forget(self, surplus: int) -> None:
        oldest = list(itertools.islice(self.hosts, max(_LOOKS, 2 * surplus)))
        paces = await self._turns.look(oldest)
        now = self._clock.now()
        for host in oldest:
            if not surplus:
                return
            pace = paces.get(host)
            if self._is_present(host) or (pace is not None and pace.blocked_until > now):
                self.hosts.move_to_end(host)
            else:
                self._drop(host)
                surplus -= 1

    def _is_present(self, host: str) -> bool:
        line = self.lines.at(host)
        return bool(line.waiting or line.under_way)

    def _drop(self, host: str) -> None:
        del self.hosts[host]
        self._changed.discard(host)
        if self._boards is not None:
            self._gone.add(host)

    def _add(self, host: str, at: float | None) -> Seen:
        seen = self.hosts.get(host)
        if seen is None:
            seen = self.hosts[host] = Seen()
            if len(self.hosts) > 2 * self._most:  # faster than `tick` comes
                self._drop(next(iter(self.hosts)))
        else:
            self.hosts.move_to_end(host)
        if at is not None:
            seen.last = max(seen.last, at)
        seen.stamp = next(self._stamps)
        if self._boards is not None:
            self._changed.add(host)
        self._gone.discard(host)
        return seen

    def _came(self, host: str, record: FetchRecord) -> None:
        if 0 < len(host) <= MAX_NAME:  # a longer one is no host
            seen = self._add(host, record.at)
            seen.outcomes[record.outcome] += 1
            seen.octets += record.octets
        self._counts["octets"] += record.octets
        self._counts["failures"] += record.outcome not in ("ok", "cancelled")

    def _refuse(self, host: str, record: FetchRecord) -> None:
        self.refusals.appendleft(
            Refusal(
                at=record.at,
                host=host[:MAX_NAME],
                code=record.outcome,
                rule=record.rule and record.rule[:MAX_RULE],
                retry_after=record.retry_after,
                purpose=record.purpose,
                id=f"{self.replica}.{next(self._refused)}",
            )
        )
