"""From settings to a running service: the only place that chooses adapters."""

from __future__ import annotations

import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import anyio
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from browser import __version__
from browser.api import about, citations, health, plugin, problem, sessions
from browser.api.access import SESSION_HEADERS, Access
from browser.browse import Browser, Options
from browser.conversation import Conversations
from browser.errors import BrowserError
from browser.model.clock import Clock, iso
from browser.model.limits import Limits
from browser.model.reason import Reason
from browser.net.api_client import ApiClient
from browser.net.clock import SystemClock
from browser.net.dial import GuardedBackend
from browser.net.fetcher import Fetcher
from browser.net.ladder import Hop
from browser.net.pace import Pace
from browser.net.resolver import Lookup, Resolver
from browser.net.robots import RobotsGate
from browser.net.sandbox import Sandbox
from browser.net.send import Identity, Sender
from browser.net.transport import GetOnly
from browser.rules.own_hosts import HostMap
from browser.search.brave import Brave
from browser.search.local import Local
from browser.search.logged import Logged
from browser.search.mediawiki import MediaWiki
from browser.search.provider import ApiReply, Provider
from browser.search.searxng import SearXNG
from browser.settings import Agent, Search, Settings
from browser.state.open import Store, open_store
from browser.telemetry.log import log_fetch
from browser.telemetry.metrics import Metrics

_log = logging.getLogger("browser")


@dataclass(frozen=True)
class Net:
    """Everything that reaches out.

    Attributes:
        hop: One guarded and paced request.
        robots: Judges by robots.txt.
        transport: Where requests go out.
        metrics: Counts them.
        fetcher: Fetches pages.
    """

    hop: Hop
    robots: RobotsGate
    transport: GetOnly
    metrics: Metrics
    fetcher: Fetcher


def identity(agent: Agent) -> Identity:
    """Who the browser says it is."""
    return Identity(
        token=agent.token,
        user_agent=agent.sent_as,
        contact=agent.contact,
        accept_language=agent.accept_language,
        also_obey=agent.also_obey,
    )


def build_net(
    settings: Settings,
    store: Store,
    clock: Clock,
    *,
    lookup: Lookup | None = None,
    tls: ssl.SSLContext | None = None,
) -> Net:
    """Put the ladder together."""
    own_hosts = HostMap.parse(settings.egress.hosts)
    limits: Limits = settings.limits.as_limits()
    who = identity(settings.agent)
    backend = GuardedBackend(Resolver(own_hosts, lookup=lookup))
    transport = GetOnly(backend, max_connections=limits.total_concurrency, tls=tls)
    hop = Hop(
        backend=backend,
        sender=Sender(transport, who, settings.egress.connect_timeout),
        pace=Pace(store.turns, limits, clock),
        limits=limits,
        ports=frozenset(settings.egress.ports),
        own_hosts=own_hosts,
        clock=clock,
    )
    robots = RobotsGate(store.robots, hop, (who.token, *who.also_obey), clock)
    metrics = Metrics(lambda: transport.refused)
    fetcher = Fetcher(
        hop=hop,
        robots=robots,
        clock=clock,
        max_wait=limits.max_wait,
        timeout=settings.egress.timeout,
        max_bytes=settings.egress.max_bytes,
        max_redirects=settings.egress.max_redirects,
        subscribers=(log_fetch, metrics),
    )
    return Net(hop, robots, transport, metrics, fetcher)


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
            return Local(Path(search.local.index), clock=clock)
        case _:
            wiki = search.mediawiki
            return MediaWiki(api, url=wiki.url, page_url=wiki.page_url, timeout=search.timeout)


def build_store(settings: Settings, clock: Clock) -> Store:
    """Open the store; raises ``ValueError`` with a sentence for the operator."""
    return open_store(
        settings.store.url,
        idle=settings.session.idle,
        max_age=settings.session.max_age,
        max_sessions=settings.session.max_sessions,
        clock=clock,
    )


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    lookup: Lookup | None = None,
    tls: ssl.SSLContext | None = None,
) -> FastAPI:
    """Build the service.

    Args:
        settings: All of them.
        clock: Tells the time; the system's when left out.
        lookup: Resolves names; the system's resolver when left out.
        tls: Trust settings for origins; the usual authorities when left out.

    Raises:
        ValueError: the store cannot be opened; the text is one line for the operator.
    """
    clock = clock or SystemClock()
    store = build_store(settings, clock)
    net = build_net(settings, store, clock, lookup=lookup, tls=tls)
    who = identity(settings.agent)
    api = ApiClient(who.user_agent, ApiReply, clock=clock, verify=tls)
    page = settings.page
    sandbox = Sandbox(
        workers=page.workers,
        timeout=page.timeout,
        memory_mb=page.memory_mb,
        line_chars=page.line_chars,
        max_lines=page.max_lines,
    )
    provider = build_provider(settings.search, api, clock)
    conversations = Conversations(
        browser=Browser(
            fetch=net.fetcher,
            render=sandbox,
            provider=Logged(provider, clock),
            pages=store.pages,
            clock=clock,
            options=Options(
                window_chars=page.window_chars,
                line_chars=page.line_chars,
                quote_chars=settings.quotes.max_chars,
                only_seen=settings.session.open == "seen",
            ),
        ),
        sessions=store.sessions,
        clock=clock,
        max_commands=settings.session.max_commands,
        safe=settings.search.safe,
        language=settings.agent.accept_language.partition(",")[0].partition(";")[0].strip(),
    )
    warm = anyio.Event()

    async def workers_ready() -> None:
        if not warm.is_set():
            raise BrowserError(Reason.BUSY, "the workers are starting.", retry_after=2)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async def warm_up() -> None:
            await sandbox.warm()
            warm.set()

        async with anyio.create_task_group() as background:
            background.start_soon(warm_up)
            try:
                yield
            finally:
                background.cancel_scope.cancel()
        await sandbox.aclose()
        await net.transport.aclose()
        await api.aclose()
        await store.aclose()

    app = FastAPI(
        title="polite-browser",
        version=__version__,
        summary="A text browser for language models.",
        description="Search, open pages as numbered lines with numbered links, find, and quote.",
        docs_url=None,
        redoc_url=None,
        servers=[{"url": settings.server.public_url}] if settings.server.public_url else None,
        lifespan=lifespan,
    )
    access = Access(settings.server.tokens)
    problem.install(app)
    app.include_router(plugin.router(conversations, access))
    app.include_router(sessions.router(conversations, access))
    app.include_router(citations.router(conversations, access))
    app.include_router(
        health.router({"store": store.ping, "workers": workers_ready}, net.metrics.registry)
    )
    app.include_router(about.router(_about(settings, iso(clock.now()))))
    _guard_inbound(app, settings)
    return app


def _about(settings: Settings, since: str) -> about.About:
    return about.About(
        token=settings.agent.token,
        user_agent=settings.agent.sent_as,
        contact=settings.agent.contact,
        rate=settings.limits.rate,
        burst=settings.limits.burst,
        hourly=settings.limits.hourly,
        provider=settings.search.chosen,
        prefixes=tuple(str(prefix) for prefix in settings.egress.prefixes),
        since=since,
    )


def _guard_inbound(app: FastAPI, settings: Settings) -> None:
    server = settings.server
    if server.allowed_hosts:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(server.allowed_hosts))
    if server.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(server.cors_origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", *SESSION_HEADERS],
        )
