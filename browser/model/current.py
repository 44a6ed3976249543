"""Which inbound request is being served, for whatever is done on its behalf.

A context variable, so that nothing between the door and the log line has to hand it on. Empty
outside a request.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

REQUEST: ContextVar[str] = ContextVar("request", default="")


def _nobody() -> None:
    """What is done for no caller in particular ends when it ends."""


# Called when a page is asked for or its copy taken: from then on the command is worth finishing,
# whoever hangs up.
UNDER_WAY: ContextVar[Callable[[], None]] = ContextVar("under_way", default=_nobody)
