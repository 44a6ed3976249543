"""From a browser to the doors of the service: one module of `browser.api` each."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

import anyio
from fastapi import FastAPI

from browser.api import (
    about,
    allow,
    citations,
    directory,
    health,
    manifest,
    plugin,
    sessions,
    sources,
    steps,
    tools,
)
from browser.api.access import Access
from browser.api.gptoss import door as gptoss
from browser.api.lazy import Lazy
from browser.api.mcp import door as mcp
from browser.api.openwebui import door as openwebui
from browser.api.operator import door as operator
from browser.api.operator.access import OperatorAccess
from browser.api.operator.check import Check
from browser.api.share import Shares, plain
from browser.compose_core import Core
from browser.model.about import Notice
from browser.notice import for_owners
from browser.pages import agent, console, logo, static
from browser.pages import operator as operator_page
from browser.pages import sources as sources_page
from browser.pages.render import policy
from browser.who import about as introduced
from browser.who import introduction


@dataclass(frozen=True)
class Doors:
    """What the doors need while the service runs.

    Attributes:
        lazy: Those that are made when they are first asked.
        failed: Told when the task of one has failed.
    """

    lazy: tuple[Lazy, ...]
    failed: Callable[[], None]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the doors have tasks of their own; afterwards end these."""
        async with anyio.create_task_group() as tasks:
            for door in self.lazy:
                door.tasks, door.failed = tasks, self.failed
            try:
                yield
            finally:
                tasks.cancel_scope.cancel()


def open_doors(
    app: FastAPI,
    core: Core,
    access: Access,
    operators: OperatorAccess,
    examples: Sequence[str] = console.EXAMPLES,
) -> Doors:
    """Add every door to *app*; *examples* are lines that the console offers to try."""
    conversations, settings = core.conversations, core.settings
    shares = Shares(
        conversations,
        public_url=settings.server.public_url,
        by_name=not settings.server.tokens,
    )
    me = introduced(settings, core.clock)
    notice = for_owners(me)
    models = gptoss.lazily(conversations, core.bus)
    clients = mcp.lazily(conversations, shared=core.bus is not None)
    net = core.net
    check = Check(net.hop, net.robots, net.view)
    for door in (
        plugin.router(conversations, access),
        manifest.router(introduction(settings)),
        tools.router(access, settings.server.public_url),
        openwebui.router(conversations, access, settings.server.public_url),
        allow.router(conversations, access),
        sessions.router(conversations, access, shares),
        steps.router(conversations, access),
        sources.router(conversations, shares),
        sources_page.router(shares.document, plain, settings.server.cors_origins),
        citations.router(conversations, access),
        health.router(
            core.checks, net.metrics.registry, health.reader(settings.server.metrics_token, access)
        ),
        about.router(me, notice, _faces(core, notice, examples)),
        directory.router(core.keys, settings.signature_agent, core.clock),
        gptoss.router(models, access),
        mcp.router(clients, access),
        operator.router(net.view, core.orders, operators, check),
        operator_page.router(guarded=bool(settings.server.operator_token)),
        static.router(),
        logo.router(),
    ):
        # `include_router` would have every route analysed once more, upon the first request.
        app.routes.extend(door.routes)
    return Doors((models, clients), core.closing.fail)


def _faces(core: Core, notice: Notice, examples: Sequence[str]) -> about.Faces:
    fields = policy()
    guarded = bool(core.settings.server.tokens)
    return about.Faces(
        index=about.Markup(lambda: console.page(guarded=guarded, examples=examples), fields),
        agent=about.Markup(lambda: agent.page(notice), fields),
    )
