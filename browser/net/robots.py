"""May this page be fetched? The site's robots.txt, asked for once and remembered.

Governing text: RFC 9309 2.3 and 2.4; what an attempt teaches and for how long is decided in
`browser.rules.robots_fetch`, what a file says in `browser.rules.robots`. One attempt at a time
for each authority: ten clicks that arrive together cause one request.

The request for robots.txt takes a turn of its host like any other, and follows redirects under
the same guard; it is never held up by a Crawl-delay, which speaks of pages.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import anyio
import anyio.to_thread

from browser.errors import BrowserError, FetchFailed
from browser.model.clock import Clock
from browser.model.fetch import RobotsCopy
from browser.model.reason import Reason
from browser.model.url import Authority, Url
from browser.model.verdict import Allow, Deny, Verdict
from browser.net.ladder import Hop, Spent
from browser.rules.redirect import is_redirect, next_url, one_location
from browser.rules.robots import Robots, parse
from browser.rules.robots_fetch import MAX_REDIRECTS, Attempt, judge_unreachable, learn
from browser.state.ports import RobotsCopies

MAX_BYTES = 512_000  # RFC 9309 2.5: at least 500 KiB
WITHIN = 10.0  # seconds for the whole attempt, its redirects included
ACCEPT = "text/plain,*/*;q=0.1"
SMALL = 16_384  # octets judged on the event loop; larger files go to a thread
PARSED = 1024  # files kept parsed
PARSED_BYTES = 8 * 1024 * 1024  # octets of them together; parsed they take many times as much


@dataclass(frozen=True)
class Judged:
    """A verdict and what else the file asks for.

    Attributes:
        verdict: May it be fetched.
        crawl_delay: Seconds between pages, if the file says so.
        group: The user-agent lines that were chosen.
        why: What is known of the file, for `check`.
    """

    verdict: Verdict
    crawl_delay: float | None = None
    group: str | None = None
    why: str = ""


class RobotsGate:
    """Judges URLs by robots.txt.

    Args:
        copies: Where files are remembered.
        hop: One guarded and paced request.
        tokens: Product tokens to obey; the first is who we are.
        clock: Tells the time.
    """

    def __init__(
        self, copies: RobotsCopies, hop: Hop, tokens: tuple[str, ...], clock: Clock
    ) -> None:
        self._copies = copies
        self._hop = hop
        self._tokens = tokens
        self._clock = clock
        self._locks: dict[Authority, anyio.Lock] = {}
        self._users: dict[Authority, int] = {}
        self._parsed: OrderedDict[bytes, Robots] = OrderedDict()
        self._parsed_bytes = 0
        self._parsing = threading.Lock()

    async def judge(self, url: Url, max_wait: float, spent: Spent | None = None) -> Judged:
        """Say whether *url* may be fetched.

        Args:
            url: The page, already judged by the guard.
            max_wait: Seconds the request for robots.txt may wait for a turn.
            spent: Grows by what asking for robots.txt takes.

        Raises:
            BrowserError: no turn for the request, or the guard refused the host.
        """
        copy = await self._copy(url.authority, max_wait, spent or Spent())
        if copy.kind == "deny":
            return Judged(judge_unreachable(copy, self._clock.now(), url.host), why=copy.why)
        if copy.kind == "allow":
            return Judged(Allow(), why=copy.why)
        if len(copy.body) <= SMALL:
            return self._by_rules(copy, url)
        return await anyio.to_thread.run_sync(self._by_rules, copy, url)

    def _by_rules(self, copy: RobotsCopy, url: Url) -> Judged:
        robots = self._parse(copy.body)
        verdict: Verdict = Allow()
        delay = 0.0
        for token in self._tokens:
            judged = robots.judge(url.without_fragment().href, token)
            asked = robots.crawl_delay(token), robots.request_interval(token)
            delay = max(delay, *(seconds or 0.0 for seconds in asked))
            if isinstance(judged, Deny):
                return Judged(judged, delay or None, robots.group(token), copy.why)
            verdict = verdict if verdict != Allow() else judged
        return Judged(verdict, delay or None, robots.group(self._tokens[0]), copy.why)

    async def _copy(self, authority: Authority, max_wait: float, spent: Spent) -> RobotsCopy:
        lock = self._locks.setdefault(authority, anyio.Lock())
        self._users[authority] = self._users.get(authority, 0) + 1
        try:
            async with lock:
                known = await self._copies.get(str(authority))
                if known is not None and known.expires_at > self._clock.now():
                    return known
                attempt = await self._attempt(authority, max_wait, spent)
                learned = learn(attempt, known, self._clock.now())
                await self._copies.put(str(authority), learned)
                return learned
        finally:
            self._users[authority] -= 1
            if not self._users[authority]:
                del self._users[authority], self._locks[authority]

    async def _attempt(self, authority: Authority, max_wait: float, spent: Spent) -> Attempt:
        url = Url.parse(f"{authority}/robots.txt")
        seen: list[str] = []
        status = 0
        patience, deadline = spent.waited + max_wait, spent.network + WITHIN
        while True:
            try:
                if seen:  # the first host was judged by the page's own ladder
                    await self._hop.allowed(url, spent)
                if spent.network >= deadline:
                    return Attempt(status=status, failure=Reason.TIMEOUT)
                answer = await self._hop.paced(
                    url,
                    max(patience - spent.waited, 0.0),
                    spent,
                    within=deadline - spent.network,
                    max_bytes=MAX_BYTES,
                    accept=ACCEPT,
                    cut=True,
                )
            except FetchFailed as error:
                return Attempt(status=status, failure=error.reason)
            except BrowserError as error:
                # Our own pace is no fault of the site: nothing is learned from it.
                if error.reason in (Reason.RATE_LIMITED, Reason.HOST_BACKING_OFF, Reason.BUSY):
                    raise
                return Attempt(status=status, failure=error.reason)
            raw = answer.raw
            status = raw.status
            location = one_location(raw.locations)
            if is_redirect(status) and location is None and any(raw.locations):
                return Attempt(status=status, failure=Reason.BAD_URL)  # two ways: a doubt
            if not is_redirect(status) or location is None:
                return Attempt(status, raw.headers, raw.body, raw.cut)
            try:
                seen.append(url.href)
                url = next_url(url, status, location, seen, MAX_REDIRECTS)
            except BrowserError as error:
                # There is a Location, so "no rules" is not what it says; it is just of no use.
                unusable = error.reason is Reason.BAD_RESPONSE
                return Attempt(status=status, failure=Reason.BAD_URL if unusable else error.reason)

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
