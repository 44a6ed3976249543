"""Which inbound request is being served, for whatever is done on its behalf.

A context variable, so that nothing between the door and the log line has to hand it on. Empty
outside a request.
"""

from __future__ import annotations

from contextvars import ContextVar

REQUEST: ContextVar[str] = ContextVar("request", default="")
