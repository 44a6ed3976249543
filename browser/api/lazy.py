"""A door that is made when it is first asked, since its libraries take long to load.

The MCP SDK costs nearly a second and a third of the service's memory; most services never hear
MCP spoken. It is loaded in a thread, so that other callers are served meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import anyio
import anyio.abc
import anyio.to_thread
from starlette.types import ASGIApp, Receive, Scope, Send

from browser.telemetry.log import log_defect

Made = tuple[ASGIApp, AbstractAsyncContextManager[object] | None]


class Lazy:
    """An ASGI app, made by *make* upon the first request.

    Args:
        make: Imports what is needed and returns the app, and what has to stay entered as long as
            it serves, or ``None``. Runs in a thread.

    Attributes:
        tasks: Where that is entered; set while the service runs.
        failed: Told when that has failed since, which is logged; set likewise.
    """

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._lock = anyio.Lock()
        self._app: ASGIApp | None = None
        self.tasks: anyio.abc.TaskGroup | None = None
        self.failed: Callable[[], object] = bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        await (self._app or await self._made())(scope, receive, send)

    async def _made(self) -> ASGIApp:
        async with self._lock:
            if self._app is None:
                app, needed = await anyio.to_thread.run_sync(self._make)
                if needed is not None:
                    if self.tasks is None:
                        raise RuntimeError("the service does not run")
                    await self.tasks.start(self._hold, needed)
                self._app = app
        return self._app

    async def _hold(
        self,
        needed: AbstractAsyncContextManager[object],
        *,
        task_status: anyio.abc.TaskStatus[None],
    ) -> None:
        entered = False
        try:
            async with needed:
                task_status.started()
                entered = True
                await anyio.sleep_forever()
        except Exception as error:  # whatever it is, this process is half alive now
            if not entered:
                raise
            log_defect(error)
            self.failed()
