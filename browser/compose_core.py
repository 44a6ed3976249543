"""From settings to the browser and what it stands on, whichever doors lead to it.

The service puts doors in front of it (`browser.compose`), a program that speaks to one caller on
its standard streams does without them.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import get_args

import anyio

from browser.browse import Browser, Options
from browser.closing import Closing
from browser.compose_net import Net, build_net, build_provider, build_store
from browser.compose_telemetry import Telemetry, build_telemetry
from browser.config import again
from browser.conversation import Conversations
from browser.mirror import Mirror
from browser.model.clock import Clock
from browser.model.limits import HostState
from browser.net.api_client import ApiClient
from browser.net.clock import SystemClock
from browser.net.limits import CurrentLimits
from browser.net.lookup import Lookup
from browser.net.sandbox import Sandbox
from browser.net.signing_key import SigningKey
from browser.net.transport import trusted
from browser.orders import Orders
from browser.places import Places
from browser.recorded import Recorded
from browser.rules.budget import Budget
from browser.search.logged import Logged
from browser.search.provider import ApiReply
from browser.settings import SessionSection, Settings
from browser.state.open import Store
from browser.state.ports import Bus
from browser.steps import Steps
from browser.telemetry.gauges import Gauges
from browser.telemetry.log import log_defect, quiet
from browser.telemetry.store import measured
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
        closing: Told when the service is to stop.
        orders: What operators have ordered.
        telemetry: What the operator is told.
        bus: To the other replicas; ``None`` when there can be none.
    """

    settings: Settings
    clock: Clock
    conversations: Conversations
    net: Net
    keys: Sequence[SigningKey]
    checks: dict[str, Callable[[], Awaitable[None]]]
    closing: Closing
    orders: Orders
    telemetry: Telemetry
    bus: Bus | None
    _mirror: Mirror | None
    _gauges: Gauges
    _sandbox: Sandbox
    _api: ApiClient[ApiReply]
    _store: Store

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the workers; afterwards close everything."""
        await self.orders.follow()
        tasks = [self._gauges.run, self._sandbox.warm, self.orders.run, self.net.view.sights.run]
        if self._mirror is not None:
            tasks.append(self._mirror.run)
        async with self.telemetry.running(), anyio.create_task_group() as background:
            for task in tasks:
                background.start_soon(self._vital, task)
            try:
                yield
            finally:
                background.cancel_scope.cancel()
        await self._sandbox.aclose()
        await self.net.transport.aclose()
        await self._api.aclose()
        await self._store.aclose()

    async def _vital(self, task: Callable[[], Awaitable[None]]) -> None:
        """Run *task*; the service does not go on without what it does."""
        try:
            await task()
        except Exception as error:  # noqa: BLE001 - a supervisor starts another process
            log_defect(error)
            self.closing.fail()


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
    tls = tls or trusted()
    keys = signing_keys(settings, clock)
    steps, closing = Steps(), Closing()
    store = build_store(settings, clock, busy=lambda key: steps.of(key) is not None)
    telemetry = build_telemetry(settings, clock, traced=True)
    store = measured(store, telemetry.metrics)
    limits = CurrentLimits(settings.limits.as_limits())
    net = build_net(
        settings,
        store,
        clock,
        limits=limits,
        lookup=lookup,
        tls=tls,
        tell=steps.note,
        keys=keys,
        telemetry=telemetry,
    )
    net.view.sights.running = lambda: steps.count

    async def states() -> list[str]:
        return [row.state for row in (await net.view.look()).rows.values()]

    who = identity(settings.agent)
    api = ApiClient(who.user_agent, ApiReply, clock=clock, verify=tls)
    page = settings.page
    sandbox = Sandbox(
        workers=page.workers,
        timeout=page.timeout,
        memory_mb=page.memory_mb,
        line_chars=page.line_chars,
        max_lines=page.max_lines,
        started=telemetry.metrics.worker_started,
        ended=telemetry.metrics.worker_ended,
    )
    provider = build_provider(settings.search, api, clock)
    conversations = Recorded(
        telemetry.watch,
        browser=Browser(
            fetch=net.fetcher,
            render=sandbox,
            provider=Logged(provider, clock, telemetry.searches),
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
        leases=store.leases,
        clock=clock,
        max_commands=settings.session.max_commands,
        safe=settings.search.safe,
        language=settings.agent.accept_language.partition(",")[0].partition(";")[0].strip(),
        steps=steps,
        places=Places(settings.server.concurrency if settings.server.tokens else None),
        closing=closing,
    )
    return Core(
        settings=settings,
        clock=clock,
        conversations=conversations,
        net=net,
        keys=keys,
        checks={"service": closing.check, "store": store.ping, "workers": sandbox.check},
        closing=closing,
        orders=Orders(store.orders, limits, clock, again(settings)),
        telemetry=telemetry,
        _gauges=Gauges(
            telemetry.metrics,
            clock,
            store=settings.store.url.partition(":")[0],
            search=settings.search.chosen,
            ping=store.ping,
            workers=lambda: sandbox.alive,
            sessions=store.sessions.count,
            states=get_args(HostState),
            hosts=states,
        ),
        bus=store.bus,
        _mirror=Mirror(steps, store.bus) if store.bus is not None else None,
        _sandbox=sandbox,
        _api=api,
        _store=store,
    )


def _budget(session: SessionSection) -> Budget:
    return Budget(
        max_searches=session.max_searches,
        max_fetches=session.max_fetches,
        max_per_host=session.max_per_host,
        max_bytes=session.max_bytes,
    )
