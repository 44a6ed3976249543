"""From a browser to the doors of the service: one module of `browser.api` each."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
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
    """

    lazy: tuple[Lazy, ...]

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the doors have tasks of their own; afterwards end these."""
        async with anyio.create_task_group() as tasks:
            for door in self.lazy:
                door.tasks = tasks
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
    app.include_router(plugin.router(conversations, access))
    app.include_router(manifest.router(introduction(settings)))
    app.include_router(tools.router(access, settings.server.public_url))
    app.include_router(openwebui.router(conversations, access, settings.server.public_url))
    app.include_router(allow.router(conversations, access))
    shares = Shares(
        conversations,
        public_url=settings.server.public_url,
        by_name=not settings.server.tokens,
    )
    app.include_router(sessions.router(conversations, access, shares))
    app.include_router(steps.router(conversations, access))
    app.include_router(sources.router(conversations, shares))
    app.include_router(sources_page.router(shares.document, plain, settings.server.cors_origins))
    app.include_router(citations.router(conversations, access))
    app.include_router(health.router(core.checks, core.net.metrics.registry, access))
    me = introduced(settings, core.clock)
    notice = for_owners(me)
    app.include_router(about.router(me, notice, _faces(core, notice, examples)))
    app.include_router(directory.router(core.keys, settings.signature_agent, core.clock))
    models = gptoss.lazily(conversations, core.bus)
    app.include_router(gptoss.router(models, access))
    clients = mcp.lazily(conversations, shared=core.bus is not None)
    app.include_router(mcp.router(clients, access))
    net = core.net
    check = Check(net.hop, net.robots, net.view)
    app.include_router(operator.router(net.view, core.orders, operators, check))
    app.include_router(operator_page.router(guarded=bool(settings.server.operator_token)))
    app.include_router(static.router())
    app.include_router(logo.router())
    return Doors(lazy=(models, clients))


def _faces(core: Core, notice: Notice, examples: Sequence[str]) -> about.Faces:
    fields = policy()
    guarded = bool(core.settings.server.tokens)
    return about.Faces(
        index=about.Markup(lambda: console.page(guarded=guarded, examples=examples), fields),
        agent=about.Markup(lambda: agent.page(notice), fields),
    )
