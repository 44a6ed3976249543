"""May this page be fetched? The site's robots.txt, asked for once and remembered.

Governing text: RFC 9309 2.3 and 2.4; what an attempt teaches and for how long is decided in
`browser.rules.robots_fetch`, what a file says in `browser.rules.robots`. One attempt at a time
for each authority: ten clicks that arrive together cause one request.

The request for robots.txt takes a turn of its host like any other, and follows redirects under
the same guard; it is never held up by a Crawl-delay, which speaks of pages. A copy that has
expired is asked for on condition that it changed (RFC 9110 13.1). Each attempt leaves a record
beside that of the page.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

import anyio
import anyio.to_thread

from browser.errors import BrowserError, FetchFailed
from browser.model.clock import Clock
from browser.model.fetch import FetchRecord, RobotsCopy
from browser.model.reason import Reason
from browser.model.signals import Mode
from browser.model.url import Authority, Url
from browser.model.verdict import Allow, Deny, Verdict
from browser.net.judged import Judged, Source
from browser.net.ladder import Hop, Spent
from browser.net.once import once
from browser.net.robots_way import Way, step
from browser.net.uncollected import UNCOLLECTED
from browser.rules.robots import Robots, parse
from browser.rules.robots_fetch import (
    Attempt,
    conditions,
    judge_unreachable,
    learn,
)
from browser.rules.signals import before, robots_says
from browser.state.alone import EVERYTHING
from browser.state.ports import Leases, RobotsCopies

MAX_BYTES = 512_000  # RFC 9309 2.5: at least 500 KiB
WITHIN = 10.0  # seconds for the whole attempt, its redirects included
ACCEPT = "text/plain,*/*;q=0.1"
SMALL = 4096  # octets judged on the event loop; larger files go to a thread
PARSED = 1024  # files kept parsed
PARSED_BYTES = 640 * 1024  # octets of them together; parsed they take up to sixty times as much
LARGE = 65_536  # octets; one in a hundred files is larger, and of these two are judged at a time
AT_A_TIME = 2

_OWN_PACE = frozenset({Reason.RATE_LIMITED, Reason.HOST_BACKING_OFF, Reason.BUSY})
_OURS = _OWN_PACE | {Reason.HOST_BLOCKED}


class RobotsGate:
    """Judges URLs by robots.txt.

    Args:
        copies: Where files are remembered.
        hop: One guarded and paced request.
        tokens: Product tokens to obey; the first is who we are.
        clock: Tells the time.
        subscribers: Told of every attempt when it has ended.
        mode: How far signals beyond the rules are obeyed.
        leases: Say which replica asks.
    """

    def __init__(
        self,
        copies: RobotsCopies,
        hop: Hop,
        tokens: tuple[str, ...],
        clock: Clock,
        subscribers: Sequence[Callable[[FetchRecord], None]] = (),
        mode: Mode = "default",
        leases: Leases = EVERYTHING,
    ) -> None:
        self._copies = copies
        self._hop = hop
        self._tokens = tokens
        self._mode = mode
        self._leases = leases
        self._clock = clock
        self._subscribers = tuple(subscribers)
        self._locks: dict[Authority, anyio.Lock] = {}
        self._users: dict[Authority, int] = {}
        self._parsed: OrderedDict[bytes, Robots] = OrderedDict()
        self._parsed_bytes = 0
        self._parsing = threading.Lock()
        self._large = anyio.CapacityLimiter(AT_A_TIME)

    async def judge(self, url: Url, max_wait: float, spent: Spent | None = None) -> Judged:
        """Say whether *url* may be fetched.

        Args:
            url: The page, already judged by the guard.
            max_wait: Seconds the request for robots.txt may wait for a turn.
            spent: Grows by what asking for robots.txt takes.

        Raises:
            BrowserError: no turn for the request, or the guard refused the host.
        """
        copy, source = await self._copy(url.authority, max_wait, spent or Spent())
        now = self._clock.now()
        if copy.kind == "deny":
            judged = Judged(judge_unreachable(copy, now, url.host))
        elif copy.kind == "allow":
            judged = Judged(Allow())
        elif len(copy.body) <= SMALL:
            judged = self._by_rules(copy.body, url)
        else:
            large = self._large if len(copy.body) > LARGE else None
            judged = await anyio.to_thread.run_sync(
                self._by_rules_of_many, copy.body, url, limiter=large
            )
        learned = copy.good_at or copy.fetched_at
        return replace(judged, why=copy.why, source=source, age=max(now - learned, 0.0), copy=copy)

    def _by_rules_of_many(self, body: bytes, url: Url) -> Judged:
        with UNCOLLECTED:
            return self._by_rules(body, url)

    def _by_rules(self, body: bytes, url: Url) -> Judged:
        """The strictest of what the file says to each of our names."""
        robots = self._parse(body)
        verdict: Verdict = Allow()
        decided, delay = self._tokens[0], 0.0
        for token in self._tokens:
            judged = robots.judge(url, token)
            asked = robots.crawl_delay(token), robots.request_interval(token)
            delay = max(delay, *(seconds or 0.0 for seconds in asked))
            if not verdict.allowed:
                continue
            if isinstance(judged, Deny) or verdict == Allow() != judged:
                verdict, decided = judged, token
        says = robots_says(robots, self._tokens, url)
        if verdict.allowed:
            verdict = before(says, self._mode, url) or verdict
        return Judged(verdict, delay or None, robots.chosen(decided), token=decided, says=says)

    async def _copy(
        self, authority: Authority, max_wait: float, spent: Spent
    ) -> tuple[RobotsCopy, Source]:
        good = self._good(await self._copies.get(str(authority)))
        if good is not None:
            return good
        lock = self._locks.setdefault(authority, anyio.Lock())
        self._users[authority] = self._users.get(authority, 0) + 1

        def waits() -> None:
            if spent.asker.tell is not None:
                spent.asker.tell(f"waiting for robots.txt of {authority.host}")

        try:
            if lock.locked():
                waits()
            async with (
                lock,
                once(self._leases, "robots", str(authority), max_wait + WITHIN, waits),
            ):
                known = await self._copies.get(str(authority))
                good = self._good(known)  # those who held the lock before may have learned it
                if good is not None:
                    return good
                attempt = await self._attempt(authority, known, max_wait, spent)
                learned = learn(attempt, known, self._clock.now())
                await self._copies.put(str(authority), learned)
                return learned, "stale" if _outlived(learned) else "fetched"
        finally:
            self._users[authority] -= 1
            if not self._users[authority]:
                del self._users[authority], self._locks[authority]

    def _good(self, known: RobotsCopy | None) -> tuple[RobotsCopy, Source] | None:
        if known is None or known.expires_at <= self._clock.now():
            return None
        return known, "stale" if _outlived(known) else "kept"

    async def _attempt(
        self, authority: Authority, known: RobotsCopy | None, max_wait: float, spent: Spent
    ) -> Attempt:
        """One attempt and its record."""
        began, waited = self._clock.now(), spent.waited
        way = Way(Url.parse(f"{authority}/robots.txt"), conditions(known), spent)
        outcome = "cancelled"
        try:
            attempt = await self._followed(way, max_wait)
        except BrowserError as error:
            outcome = error.reason.value
            raise
        except Exception:
            outcome = "defect"
            raise
        else:
            outcome = attempt.outcome
            return attempt
        finally:
            ended = self._clock.now()
            record = FetchRecord(
                host=authority.host,
                url=f"{authority}/robots.txt",
                final_url=way.url.href,
                outcome=outcome,
                status=way.status,
                octets=way.octets,
                hops=len(way.seen),
                waited_ms=round((spent.waited - waited) * 1000),
                took_ms=round((ended - began) * 1000),
                at=ended,
                purpose="robots",
                cache="revalidated" if way.status == 304 and outcome == "ok" else "miss",
            )
            for tell in self._subscribers:
                tell(record)

    async def _followed(self, way: Way, max_wait: float) -> Attempt:
        patience, deadline = way.spent.waited + max_wait, way.spent.network + WITHIN
        while True:
            try:
                if way.seen:  # the first host was judged by the page's own ladder
                    await self._hop.allowed(way.url, way.spent)
                if way.spent.network >= deadline:
                    return Attempt(status=way.status, failure=Reason.TIMEOUT)
                answer = await self._hop.paced(
                    way.url,
                    max(patience - way.spent.waited, 0.0),
                    way.spent,
                    within=deadline - way.spent.network,
                    max_bytes=MAX_BYTES,
                    accept=ACCEPT,
                    cut=True,
                    conditions={} if way.seen else way.fields,
                )
            except FetchFailed as error:
                return Attempt(status=way.status, failure=error.reason)
            except BrowserError as error:
                # What we or our operator will is no fault of the site: nothing is learned of it.
                if error.reason in (_OWN_PACE if way.seen else _OURS):
                    raise
                return Attempt(status=way.status, failure=error.reason)
            attempt = step(way, answer.raw, self._hop)
            if attempt is not None:
                return attempt

    def _parse(self, body: bytes) -> Robots:
        """The parsed file. May run in a thread: two may parse the same file, which does no harm."""
        robots = self._parsed.get(body)
        if robots is None:
            robots = parse(body)
        with self._parsing:
            if body not in self._parsed:
                self._parsed[body] = robots
                self._parsed_bytes += len(body)
            self._parsed.move_to_end(body)
            while len(self._parsed) > PARSED or self._parsed_bytes > PARSED_BYTES:
                old, _ = self._parsed.popitem(last=False)
                self._parsed_bytes -= len(old)
        return robots


def _outlived(copy: RobotsCopy) -> bool:
    return copy.kind == "rules" and copy.failures > 0
