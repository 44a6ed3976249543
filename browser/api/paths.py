"""Which paths are calls of programs, and which answers have no end.

What a program calls costs something and is guarded: by a credential and its quota, and on an open
service against other sites' pages. Everything else is what anybody may read: pages of our own and
what is published about the service.
"""

from __future__ import annotations

import re

CALLS = ("/v1/", "/sse", "/messages/", "/mcp", "/openwebui/")
OPERATOR = "/operator/"
_STREAM = re.compile(r"/sse|/mcp|/operator/events|/v1/sessions/[^/]+/steps|/sources/[^/]+/steps")


def is_call(path: str) -> bool:
    """Whether *path* is called by programs, with a credential where one is needed."""
    return path.startswith((*CALLS, OPERATOR))


def is_operator(path: str) -> bool:
    """Whether *path* is called by operators, whose credential is another one."""
    return path.startswith(OPERATOR)


def is_stream(method: str, path: str) -> bool:
    """Whether the answer goes on until one side has enough: server-sent events."""
    return method == "GET" and _STREAM.fullmatch(path) is not None
