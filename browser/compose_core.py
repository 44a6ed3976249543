"""From settings to the browser and what it stands on, whichever doors lead to it.

The service puts doors in front of it (`browser.compose`), a program that speaks to one caller on
its standard streams does without them.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass

import anyio

from browser.browse import Browser, Options
from browser.compose_net import Net, build_net, build_provider, build_store
from browser.conversation import Conversations
from browser.errors import BrowserError
from browser.model.clock import Clock
from browser.model.reason import Reason
from browser.net.api_client import ApiClient
from browser.net.clock import SystemClock
from browser.net.lookup import Lookup
from browser.net.sandbox import Sandbox
from browser.net.signing_key import SigningKey
from browser.places import Places
from browser.rules.budget import Budget
from browser.search.logged import Logged
from browser.search.provider import ApiReply
from browser.settings import SessionSection, Settings
from browser.state.open import Store
from browser.steps import Steps
from browser.telemetry.log import quiet
from browser.who import identity, signing_keys


@dataclass(frozen=True)
class Core:
    """A browser that is ready to be started.

    Attributes:
        settings: It was made from.
        clock: Tells the time.
        conversations: Runs commands.
        net: Everything that reaches out.
        keys: That sign requests and are published.
        checks: By the name of a part; each raises `BrowserError` when the part is not ready.
    """

    settings: Settings
    clock: Clock
    conversations: Conversations
    net: Net
    keys: Sequence[SigningKey]
    checks: dict[str, Callable[[], Awaitable[None]]]
    _sandbox: Sandbox
    _api: ApiClient[ApiReply]
    _store: Store
    _warm: anyio.Event

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the workers; afterwards close everything."""
        async with anyio.create_task_group() as background:
            background.start_soon(self._warm_up)
            try:
                yield
            finally:
                background.cancel_scope.cancel()
        await self._sandbox.aclose()
        await self.net.transport.aclose()
        await self._api.aclose()
        await self._store.aclose()

    async def _warm_up(self) -> None:
        await self._sandbox.warm()
        self._warm.set()


def build_core(
    settings: Settings,
    *,
    clock: Clock | None = None,
    lookup: Lookup | None = None,
    tls: ssl.SSLContext | None = None,
) -> Core:
    """Build the browser.

    Args:
        settings: All of them.
        clock: Tells the time; the system's when left out.
        lookup: Resolves names; the system's resolver when left out.
        tls: Trust settings for origins; the usual authorities when left out.

    Raises:
        ValueError: the store or a key file cannot be used; the text is one line for the operator.
    """
    quiet()
    clock = clock or SystemClock()
    keys = signing_keys(settings, clock)
    steps = Steps()
    store = build_store(settings, clock, busy=lambda key: steps.of(key) is not None)
    net = build_net(settings, store, clock, lookup=lookup, tls=tls, tell=steps.note, keys=keys)
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
                mode=settings.signals.mode,
                tokens=(who.token, *who.also_obey),
                budget=_budget(settings.session),
            ),
        ),
        sessions=store.sessions,
        clock=clock,
        max_commands=settings.session.max_commands,
        safe=settings.search.safe,
        language=settings.agent.accept_language.partition(",")[0].partition(";")[0].strip(),
        steps=steps,
        places=Places(settings.server.concurrency if settings.server.tokens else None),
    )
    warm = anyio.Event()

    async def workers_ready() -> None:
        if not warm.is_set():
            raise BrowserError(Reason.BUSY, "the workers are starting.", retry_after=2)

    return Core(
        settings=settings,
        clock=clock,
        conversations=conversations,
        net=net,
        keys=keys,
        checks={"store": store.ping, "workers": workers_ready},
        _sandbox=sandbox,
        _api=api,
        _store=store,
        _warm=warm,
    )


def _budget(session: SessionSection) -> Budget:
    return Budget(
        max_searches=session.max_searches,
        max_fetches=session.max_fetches,
        max_per_host=session.max_per_host,
        max_bytes=session.max_bytes,
    )
