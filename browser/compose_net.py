"""From settings to everything that reaches out: the ladder of a fetch, the search, the store."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from browser.compose_telemetry import Telemetry, build_telemetry
from browser.model.clock import Clock
from browser.model.signals import RobotsSays
from browser.model.url import Url
from browser.net.api_client import ApiClient
from browser.net.cache import Cache
from browser.net.dial import GuardedBackend
from browser.net.fetcher import Fetcher, MayKeep, Subscriber, Tell
from browser.net.ladder import Hop
from browser.net.limits import CurrentLimits, by_settings
from browser.net.lookup import Lookup
from browser.net.pace import Pace
from browser.net.resolver import Resolver
from browser.net.robots import RobotsGate
from browser.net.send import Raw, Sender
from browser.net.signing_key import SigningKey
from browser.net.transport import GetOnly
from browser.net.watched import WatchedGate
from browser.rules import signals
from browser.rules.own_hosts import HostMap
from browser.search.brave import Brave
from browser.search.mediawiki import MediaWiki
from browser.search.provider import ApiReply, Provider
from browser.search.searxng import SearXNG
from browser.settings import Search, Settings
from browser.sights.keeper import Sights
from browser.sights.view import View
from browser.state.memory import nobody
from browser.state.open import Store, open_store
from browser.telemetry.metrics import Metrics
from browser.who import identity, signer, signing_keys


@dataclass(frozen=True)
class Net:
    """Everything that reaches out.

    Attributes:
        hop: One guarded and paced request.
        robots: Judges by robots.txt.
        transport: Where requests go out.
        metrics: Counts them.
        fetcher: Fetches pages.
        view: What each host is doing.
    """

    hop: Hop
    robots: RobotsGate
    transport: GetOnly
    metrics: Metrics
    fetcher: Fetcher
    view: View


def build_net(
    settings: Settings,
    store: Store,
    clock: Clock,
    *,
    limits: CurrentLimits | None = None,
    lookup: Lookup | None = None,
    tls: ssl.SSLContext | None = None,
    tell: Tell | None = None,
    keys: Sequence[SigningKey] | None = None,
    telemetry: Telemetry | None = None,
) -> Net:
    """Put the ladder together.

    Args:
        settings: All of them.
        store: Keeps robots.txt and the pace.
        clock: Tells the time.
        limits: That hold now; those of the settings when left out.
        lookup: Resolves names; the system's resolver when left out.
        tls: Trust settings for origins; the usual authorities when left out.
        tell: Told what the fetch of a conversation waits for.
        keys: The first signs requests; read from their files when left out.
        telemetry: Told of every fetch; one of its own when left out.

    Raises:
        ValueError: a key file cannot be used.
    """
    telemetry = telemetry or build_telemetry(settings, clock)
    if keys is None:
        keys = signing_keys(settings, clock)
    own_hosts = HostMap.parse(settings.egress.hosts)
    limits = limits or by_settings(settings.limits.as_limits())
    who = identity(settings.agent)
    backend = GuardedBackend(Resolver(own_hosts, lookup=lookup, denied=settings.egress.deny))
    transport = GetOnly(
        backend,
        max_connections=limits.now.total_concurrency,
        tls=tls,
        on_refused=telemetry.metrics.method_refused,
    )
    pace = Pace(store.turns, limits, clock)
    hop = Hop(
        backend=backend,
        sender=Sender(
            transport, who, settings.egress.connect_timeout, signer(settings, keys, clock)
        ),
        pace=pace,
        limits=limits,
        ports=frozenset(settings.egress.ports),
        own_hosts=own_hosts,
        clock=clock,
    )
    sights = Sights(hop.lines, pace.line_ends, store.turns, store.boards, clock)
    subscribers: tuple[Subscriber, ...] = (*telemetry.fetches, sights)
    tokens = (who.token, *who.also_obey)
    robots = WatchedGate(
        *(store.robots, hop, tokens, clock, subscribers),
        mode=settings.signals.mode,
        leases=store.leases,
    )
    robots.told = sights.judged
    max_age = settings.cache.max_age if settings.cache.max_bytes else 0
    fetcher = Fetcher(
        hop=hop,
        robots=robots,
        cache=Cache(store.responses, clock, max_age=max_age, leases=store.leases),
        may_keep=_may_keep(settings, tokens, clock),
        clock=clock,
        limits=limits,
        timeout=settings.egress.timeout,
        max_bytes=settings.egress.max_bytes,
        max_redirects=settings.egress.max_redirects,
        subscribers=subscribers,
        tell=tell,
    )
    view = View(sights, store.turns, store.boards, store.sessions, limits, clock)
    return Net(hop, robots, transport, telemetry.metrics, fetcher, view)


def _may_keep(settings: Settings, tokens: Sequence[str], clock: Clock) -> MayKeep:
    def may_keep(says: RobotsSays, url: Url, raw: Raw) -> bool:
        return signals.judge(
            says,
            raw.fields,
            (),
            tokens=tokens,
            mode=settings.signals.mode,
            url=url,
            now=clock.now(),
        ).keep

    return may_keep


def build_provider(search: Search, api: ApiClient[ApiReply], clock: Clock) -> Provider:
    """The search provider that the settings choose."""
    match search.chosen:
        case "brave":
            return Brave(
                api,
                key=search.brave.key,
                clock=clock,
                url=search.brave.url,
                timeout=search.timeout,
            )
        case "searxng":
            return SearXNG(api, url=search.searxng.url, clock=clock, timeout=search.timeout)
        case "local":
            from browser.search.local import Local  # noqa: PLC0415 - it takes long to load

            return Local(Path(search.local.index), clock=clock)
        case _:
            wiki = search.mediawiki
            return MediaWiki(api, url=wiki.url, page_url=wiki.page_url, timeout=search.timeout)


def build_store(settings: Settings, clock: Clock, busy: Callable[[str], bool] = nobody) -> Store:
    """Open the store; raises ``ValueError`` with one line for the operator.

    Args:
        settings: All of them.
        clock: Tells the time.
        busy: Whether the session of a key runs a command.
    """
    try:
        return open_store(
            settings.store.url,
            idle=settings.session.idle,
            max_age=settings.session.max_age,
            max_sessions=settings.session.max_sessions,
            clock=clock,
            busy=busy,
            cache_bytes=settings.cache.max_bytes,
        )
    except ValueError as error:
        raise ValueError(f"config: store.url: {error}") from error
