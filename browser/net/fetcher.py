"""One fetch of one page: a ladder whose rungs each add one concern.

    fetch      deadline, canonical record
    followed   redirects, at most `egress.max_redirects`; each hop climbs the whole ladder anew
    allowed    URL, block list, addresses              (browser.net.ladder)
    robots     the site's robots.txt                   (browser.net.robots)
    paced      a turn of the host                      (browser.net.ladder)
    sent       the GET itself                          (browser.net.send)

Nothing is fetched that no command asked for: no frame, style, script, image, favicon, prefetch
or meta refresh. No request is repeated under another name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from browser.errors import BrowserError, FetchFailed, Refused
from browser.model.clock import Clock
from browser.model.fetch import Fetched, FetchRecord, Politeness
from browser.model.reason import Reason
from browser.model.url import Url
from browser.model.verdict import Allow, Deny
from browser.net.dial import pins
from browser.net.ladder import Answer, Hop, Spent
from browser.net.robots import RobotsGate
from browser.net.send import Raw
from browser.rules.redirect import is_redirect, next_url, one_location
from browser.rules.target import parse_target

Subscriber = Callable[[FetchRecord], None]

# The site chooses this text and the model reads it: an amount and a currency, nothing else.
_PRICE = re.compile(r"[A-Z]{3} ?[0-9]{1,9}(?:\.[0-9]{1,9})?")


@dataclass
class _Trip:
    """What one fetch has used up and learned on its way."""

    url: Url
    seen: list[str] = field(default_factory=list)
    spent: Spent = field(default_factory=Spent)
    hops: int = 0
    rule: str | None = None
    status: int = 0


class Fetcher:
    """Fetches pages.

    Args:
        hop: One guarded and paced request.
        robots: Judges by robots.txt.
        clock: Tells the time.
        max_wait: Seconds a whole fetch may wait for turns.
        timeout: Seconds a whole fetch may spend on the network.
        max_bytes: Cap on a page.
        max_redirects: How many are followed.
        subscribers: Told of every fetch when it has ended.
    """

    def __init__(
        self,
        *,
        hop: Hop,
        robots: RobotsGate,
        clock: Clock,
        max_wait: float,
        timeout: float,
        max_bytes: int,
        max_redirects: int,
        subscribers: Sequence[Subscriber] = (),
    ) -> None:
        self._hop = hop
        self._robots = robots
        self._clock = clock
        self._max_wait = max_wait
        self._timeout = timeout
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._subscribers = tuple(subscribers)

    async def fetch(self, url: Url, session: str = "") -> Fetched:
        """Bring one document home.

        Args:
            url: From `browser.rules.target.parse_target` or a page's links.
            session: Key of the session it serves, for the record.

        Raises:
            BrowserError: with the reason; its ``url`` names the hop that failed.
        """
        began = self._clock.now()
        trip = _Trip(url)
        outcome, octets = "cancelled", 0
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
                body=raw.body,
                fetched_at=self._clock.now(),
                politeness=Politeness(
                    "allowed", trip.rule, round(trip.spent.waited * 1000), "miss"
                ),
            )
        except BrowserError as error:
            outcome, trip.status = error.reason.value, error.status or trip.status
            trip.rule = error.rule
            error.url = error.url or trip.url.href
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
            )
            for tell in self._subscribers:
                tell(record)

    async def _followed(self, trip: _Trip) -> Raw:
        while True:
            answer = await self._hop_once(trip)
            raw = answer.raw
            trip.status = raw.status
            if not is_redirect(raw.status):
                return _accepted(trip.url.host, answer)
            trip.seen.append(trip.url.href)
            trip.url = next_url(
                trip.url, raw.status, one_location(raw.locations), trip.seen, self._max_redirects
            )
            trip.hops += 1

    async def _hop_once(self, trip: _Trip) -> Answer:
        await self._hop.allowed(trip.url, trip.spent)
        judged = await self._robots.judge(trip.url, self._patience(trip), trip.spent)
        if isinstance(judged.verdict, Deny):
            raise Refused.by(judged.verdict, trip.url.href)
        allow: Allow = judged.verdict
        trip.rule = allow.rule
        left = self._timeout - trip.spent.network
        if left <= 0:
            raise FetchFailed(
                Reason.TIMEOUT,
                f"{trip.url.host} took too long to answer. Choose another source.",
            )
        return await self._hop.paced(
            trip.url,
            self._patience(trip),
            trip.spent,
            within=left,
            max_bytes=self._max_bytes,
            crawl_delay=judged.crawl_delay,
        )

    def _patience(self, trip: _Trip) -> float:
        return max(self._max_wait - trip.spent.waited, 0.0)


def _accepted(host: str, answer: Answer) -> Raw:
    raw, status = answer.raw, answer.raw.status
    if 200 <= status < 300 and status != 206:
        return raw
    if status == 402:
        price = raw.headers.get("crawler-price", "")
        asks = f" ({price})" if _PRICE.fullmatch(price) else ""
        raise FetchFailed(
            Reason.PAYMENT_REQUIRED,
            f"{host} asks a fee for this page{asks}, and this browser does not pay. "
            "Choose another source.",
            status=status,
        )
    if status in (429, 503):
        seconds = math.ceil(answer.pause)
        raise FetchFailed(
            Reason.HOST_BACKING_OFF,
            f"{host} asked us to slow down (HTTP {status}). "
            f"Try again in {seconds} s, or choose another source.",
            status=status,
            retry_after=seconds,
        )
    if status >= 400:
        raise FetchFailed(
            Reason.HTTP_STATUS,
            f"{host} answered {status} ({_meaning(status)}). Choose another source.",
            status=status,
        )
    raise FetchFailed(
        Reason.BAD_RESPONSE,
        f"{host} answered {status}, which is no page. Choose another source.",
        status=status,
    )


def _meaning(status: int) -> str:
    known = {
        401: "a login is needed",
        403: "the site does not let this browser in",
        404: "there is no such page",
        410: "the page is gone",
        451: "withheld for legal reasons",
    }
    return known.get(status, "the site has a problem" if status >= 500 else "the site refused")
