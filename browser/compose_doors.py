"""From a browser to the doors of the service: one module of `browser.api` each."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import anyio
from fastapi import FastAPI

from browser.api import about, allow, citations, directory, health, plugin, sessions
from browser.api.access import Access
from browser.api.lazy import Lazy
from browser.compose_core import Core
from browser.pages import static
from browser.who import about as introduced


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


def open_doors(app: FastAPI, core: Core, access: Access) -> Doors:
    """Add every door to *app*."""
    conversations, settings = core.conversations, core.settings
    app.include_router(plugin.router(conversations, access))
    app.include_router(allow.router(conversations, access))
    app.include_router(sessions.router(conversations, access))
    app.include_router(citations.router(conversations, access))
    app.include_router(health.router(core.checks, core.net.metrics.registry, access))
    app.include_router(about.router(introduced(settings, core.clock)))
    app.include_router(directory.router(core.keys, settings.signature_agent, core.clock))
    app.include_router(static.router())
    return Doors(lazy=())
