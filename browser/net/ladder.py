"""The rungs that every request climbs, whether for a page or for its robots.txt.

    allowed  the URL by what it says, the operator's block list, every address of its host
    paced    a turn of the host and a place among the requests under way
    sent     one GET (`browser.net.send`)

The rung ``robots`` stands between the first two for pages (`browser.net.fetcher`). What a site
answers to overload (429, 503) is learned here, so that robots.txt and pages share one pause.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from browser.errors import Refused
from browser.model.clock import Clock
from browser.model.url import Url
from browser.model.verdict import Deny
from browser.net.asker import NOBODY, Asker
from browser.net.dial import GuardedBackend
from browser.net.limits import CurrentLimits
from browser.net.lines import Lines
from browser.net.pace import Pace
from browser.net.send import ACCEPT, Raw, Sender
from browser.rules.own_hosts import HostMap
from browser.rules.retry_after import retry_after
from browser.rules.target import judge_target


@dataclass
class Spent:
    """What a fetch has used up on its way; each rung adds to it, also when it fails.

    Attributes:
        waited: Seconds spent waiting for turns and places.
        network: Seconds spent on name servers and sites.
        asker: On whose behalf.
    """

    waited: float = 0.0
    network: float = 0.0
    asker: Asker = NOBODY


@dataclass(frozen=True)
class Answer:
    """What a request brought.

    Attributes:
        raw: The reply.
        pause: Seconds the host is left alone from now on, since it sent 429 or 503; else 0.
    """

    raw: Raw
    pause: float = 0.0


class Hop:
    """One request, guarded and paced.

    Args:
        backend: Resolves and dials.
        sender: Sends.
        pace: Gives turns.
        limits: For the block list.
        ports: That may be asked.
        own_hosts: The operator's own hosts.
        clock: Tells the time.

    Attributes:
        lines: Who is at which host now.
    """

    def __init__(
        self,
        *,
        backend: GuardedBackend,
        sender: Sender,
        pace: Pace,
        limits: CurrentLimits,
        ports: frozenset[int],
        own_hosts: HostMap,
        clock: Clock,
    ) -> None:
        self._backend = backend
        self._sender = sender
        self._pace = pace
        self._limits = limits
        self._ports = ports
        self._own_hosts = own_hosts
        self._clock = clock
        self.lines = Lines()

    @property
    def own_hosts(self) -> HostMap:
        """The operator's own hosts."""
        return self._own_hosts

    @property
    def request_fields(self) -> Mapping[str, str]:
        """The header fields that go out with every request for a page."""
        return self._sender.identity.headers(ACCEPT)

    async def allowed(self, url: Url, spent: Spent | None = None) -> None:
        """Judge the URL, then every address of its host.

        Args:
            url: Where.
            spent: Grows by what the name server takes.

        Raises:
            Refused: with the reason.
            FetchFailed: ``dns_failed``.
            StateUnavailable: it is not known what the operator has blocked.
        """
        verdict = judge_target(url, ports=self._ports, own_hosts=self._own_hosts)
        if isinstance(verdict, Deny):
            raise Refused.by(verdict, url.href)
        self._limits.permit(url.host, url.href)
        began = self._clock.now()
        await self._backend.pin(url.host, url.port)
        if spent is not None:
            spent.network += max(self._clock.now() - began, 0.0)

    async def paced(
        self,
        url: Url,
        max_wait: float,
        spent: Spent,
        *,
        within: float,
        max_bytes: int,
        accept: str = ACCEPT,
        cut: bool = False,
        crawl_delay: float | None = None,
        conditions: Mapping[str, str] | None = None,
        at_turn: Callable[[], None] | None = None,
    ) -> Answer:
        """Wait for a turn and send.

        Args:
            url: Where; allowed before.
            max_wait: Seconds the turn may be away.
            spent: Grows by what this takes.
            within: Seconds for the reply.
            max_bytes: Cap on the body.
            accept: The Accept field.
            cut: Whether a longer body is cut rather than refused.
            crawl_delay: What robots.txt asks for, in seconds.
            conditions: Header fields that make the request a conditional one.
            at_turn: Called when the turn has come, before anything is sent.

        Raises:
            Refused: no turn.
            FetchFailed: no reply.
        """
        turn = self._pace.turn(
            url.host,
            max_wait,
            crawl_delay,
            address=self._backend.shared_address(url.host, url.port),
            asker=spent.asker,
        )
        async with self._counted(url.host, turn, spent):
            if at_turn is not None:
                at_turn()
            began = self._clock.now()
            try:
                raw = await self._sender.get(
                    url,
                    within=within,
                    max_bytes=max_bytes,
                    accept=accept,
                    cut=cut,
                    conditions=conditions,
                )
            finally:
                spent.network += max(self._clock.now() - began, 0.0)
        if raw.status in (429, 503):
            asked = retry_after(raw.headers, self._clock.now())
            return Answer(raw, await self._pace.back_off(url.host, asked, raw.status))
        if raw.status < 400:
            await self._pace.relax(url.host)
        return Answer(raw)

    @asynccontextmanager
    async def _counted(
        self, host: str, turn: AbstractAsyncContextManager[float], spent: Spent
    ) -> AsyncIterator[None]:
        """The turn, its wait added to *spent*, also when it is refused or given up."""
        began = self._clock.now()
        waits = True
        self.lines.comes(host)
        try:
            async with turn as waited:
                waits = False
                self.lines.goes(host)
                spent.waited += waited
                yield
        finally:
            self.lines.leaves(host, waits=waits)
            if waits:
                spent.waited += max(self._clock.now() - began, 0.0)
