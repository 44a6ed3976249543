"""One fetch of one page: a ladder whose rungs each add one concern.

    fetch      deadline, canonical record
    followed   redirects, at most `egress.max_redirects`; each hop climbs the whole ladder anew
    allowed    URL, block list, addresses              (browser.net.ladder)
    robots     the site's robots.txt                   (browser.net.robots)
    cached     a copy, or the request of another       (browser.net.cache)
    paced      a turn of the host                      (browser.net.ladder)
    sent       the GET itself                          (browser.net.send)

Nothing is fetched that no command asked for: no frame, style, script, image, favicon, prefetch
or meta refresh. No request is repeated under another name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from browser.errors import BrowserError, FetchFailed, Refused
from browser.model.clock import Clock
from browser.model.current import UNDER_WAY
from browser.model.fetch import CacheUse, Fetched, FetchRecord, Politeness
from browser.model.reason import Reason
from browser.model.signals import NOTHING_SAID, RobotsSays
from browser.model.spans import span
from browser.model.url import Url
from browser.model.verdict import Allow, Deny
from browser.net.accepted import accepted
from browser.net.asker import Asker
from browser.net.cache import Cache, Passed
from browser.net.dial import pins
from browser.net.judged import Judged
from browser.net.ladder import Answer, Hop, Spent
from browser.net.limits import CurrentLimits
from browser.net.robots import RobotsGate
from browser.net.send import Raw
from browser.rules.redirect import is_redirect, next_url, one_location
from browser.rules.target import parse_target

Subscriber = Callable[[FetchRecord], None]
MayKeep = Callable[[RobotsSays, Url, Raw], bool]
Tell = Callable[[str, str], None]  # a session's key, and what it waits for

_GUARDED = frozenset({Reason.ADDRESS_REFUSED, Reason.PORT_REFUSED, Reason.HOST_BLOCKED})
_ROBOTS = {
    Reason.ROBOTS_DISALLOWED: "disallowed",
    Reason.ROBOTS_UNREACHABLE: "unreachable",
    Reason.SITE_DECLINED: "allowed",  # by its rules; a signal beside them says no
}


@dataclass
class _Trip:
    """What one fetch has used up and learned on its way."""

    url: Url
    seen: list[str] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)
    hops: int = 0
    rule: str | None = None
    status: int = 0
    robots: str = "unasked"
    asked: list[str] = field(default_factory=list)
    says: RobotsSays = NOTHING_SAID
    passed: Passed | None = None

    def politeness(self, reason: Reason | None = None) -> Politeness:
        """The manners of the fetch so far, which *reason* ended."""
        robots = _ROBOTS.get(reason, self.robots) if reason else self.robots
        waited = round(self.spent.waited * 1000)
        asked: CacheUse = "miss" if self.asked else "none"
        return Politeness(robots, self.rule, waited, self.passed.use if self.passed else asked)


class Fetcher:
    """Fetches pages.

    Args:
        hop: One guarded and paced request.
        robots: Judges by robots.txt.
        cache: Keeps replies.
        may_keep: Whether a publisher lets a reply be kept, beyond RFC 9111.
        clock: Tells the time.
        limits: Among them, how long a whole fetch may wait for turns.
        timeout: Seconds a whole fetch may spend on the network.
        max_bytes: Cap on a page.
        max_redirects: How many are followed.
        subscribers: Told of every fetch when it has ended.
        tell: Told what a session waits for, while it waits.
    """

    def __init__(
        self,
        *,
        hop: Hop,
        robots: RobotsGate,
        cache: Cache,
        may_keep: MayKeep,
        clock: Clock,
        limits: CurrentLimits,
        timeout: float,
        max_bytes: int,
        max_redirects: int,
        subscribers: Sequence[Subscriber] = (),
        tell: Tell | None = None,
    ) -> None:
        self._hop = hop
        self._robots = robots
        self._cache = cache
        self._may_keep = may_keep
        self._clock = clock
        self._limits = limits
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._subscribers = tuple(subscribers)
        self._tell = tell

    async def fetch(self, url: Url, session: str = "") -> Fetched:
        """Bring one document home.

        Args:
            url: From `browser.rules.target.parse_target` or a page's links.
            session: Key of the session it serves, for the record.

        Raises:
            BrowserError: with the reason; its ``url`` names the hop that failed.
        """
        with span("fetch", host=url.host):  # the record tells the rest
            return await self._fetch(url, session)

    async def _fetch(self, url: Url, session: str) -> Fetched:
        began = self._clock.now()
        trip = _Trip(url)
        trip.spent.asker = self._asker(session)
        outcome, octets, retry_after = "cancelled", 0, None
        try:
            trip.url = parse_target(url.href)  # a page's own link may still have a root dot
            with pins():
                raw = await self._followed(trip)
            outcome, octets = "ok", len(raw.body)
            return Fetched(
                url=trip.url.href,
                status=raw.status,
                headers=dict(raw.headers),
                fields=raw.fields,
                asked=tuple(trip.asked),
                body=raw.body,
                fetched_at=trip.passed.fetched_at if trip.passed else self._clock.now(),
                politeness=trip.politeness(),
                note=trip.passed.note if trip.passed else "",
                robots_says=trip.says,
            )
        except BrowserError as error:
            outcome, trip.status = error.reason.value, error.status or trip.status
            trip.rule, retry_after = error.rule, error.retry_after
            error.url = error.url or trip.url.href
            error.politeness = trip.politeness(error.reason)
            if trip.seen and error.reason in _GUARDED:
                error.sentence = f"{Url(trip.seen[-1]).host} redirects elsewhere. {error.sentence}"
            error.asked = tuple(trip.asked)
            raise
        except Exception:
            outcome = "defect"
            raise
        finally:
            ended = self._clock.now()
            record = FetchRecord(
                host=url.host,
                url=url.href,
                final_url=trip.url.href,
                outcome=outcome,
                status=trip.status,
                octets=octets,
                hops=trip.hops,
                waited_ms=round(trip.spent.waited * 1000),
                took_ms=round((ended - began) * 1000),
                rule=trip.rule,
                at=ended,
                session=session[:12],
                cache=trip.politeness().cache,
                asked=tuple(trip.asked),
                retry_after=retry_after,
            )
            for tell in self._subscribers:
                tell(record)

    async def _followed(self, trip: _Trip) -> Raw:
        while True:
            trip.passed = None  # of the hop before
            passed = trip.passed = await self._hop_once(trip)
            raw = passed.answer.raw
            trip.status = raw.status
            if not is_redirect(raw.status):
                return accepted(trip.url.host, passed)
            trip.seen.append(trip.url.href)
            trip.url = next_url(
                trip.url,
                raw.status,
                one_location(raw.locations),
                trip.seen,
                self._max_redirects,
                self._hop.own_hosts,
            )
            trip.hops += 1

    async def _hop_once(self, trip: _Trip) -> Passed:
        await self._hop.allowed(trip.url, trip.spent)
        with span("robots", host=trip.url.host) as asked:
            judged = await self._robots.judge(trip.url, self._patience(trip), trip.spent)
            asked.tell(source=judged.source)
        if isinstance(judged.verdict, Deny):
            raise Refused.by(judged.verdict, trip.url.href)
        allow: Allow = judged.verdict
        trip.rule, trip.robots, trip.says = allow.rule, "allowed", judged.says
        left = self._timeout - trip.spent.network
        if left <= 0:
            raise FetchFailed(
                Reason.TIMEOUT,
                f"{trip.url.host} took too long to answer. Choose another source.",
            )

        async def send(conditions: Mapping[str, str]) -> Answer:
            return await self._send(trip, judged, conditions)

        return await self._cache.through(
            trip.url,
            self._hop.request_fields,
            send,
            max_wait=self._patience(trip),
            within=left,
            spent=trip.spent,
            may_keep=lambda raw: self._may_keep(trip.says, trip.url, raw),
        )

    async def _send(self, trip: _Trip, judged: Judged, conditions: Mapping[str, str]) -> Answer:
        trip.asked.append(trip.url.host)
        try:
            return await self._hop.paced(
                trip.url,
                self._patience(trip),
                trip.spent,
                within=max(self._timeout - trip.spent.network, 0.0),
                max_bytes=self._max_bytes,
                crawl_delay=judged.crawl_delay,
                conditions=conditions,
                at_turn=UNDER_WAY.get(),
            )
        except Refused:  # no turn, so no request
            trip.asked.pop()
            raise

    async def forget(self, url: Url) -> None:
        """Keep no copy of *url*: its page, read by now, asks for that."""
        await self._cache.forget(url)

    def _asker(self, session: str) -> Asker:
        tell = self._tell
        if tell is None or not session:
            return Asker(session)
        return Asker(session, lambda text: tell(session, text))

    def _patience(self, trip: _Trip) -> float:
        return max(self._limits.now.max_wait - trip.spent.waited, 0.0)
