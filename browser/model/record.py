"""The canonical records beside that of a fetch: one a command, one a search.

Log lines and metrics are derived from them. None holds what was asked for: no query, no address,
no text.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from browser.model.current import REQUEST

HASHED = 12  # characters of a session's key that stand for it in records


@dataclass(frozen=True)
class CommandRecord:
    """How one command ended.

    Attributes:
        command: One of the commands.
        outcome: ``ok``, a reason's code, ``cancelled`` by the caller, or ``defect`` of ours.
        took_ms: From its arrival to its answer, waiting for its turn included.
        at: When it ended, seconds since the epoch.
        session: Short hash of its session.
        request: The inbound request it came with, as that one's X-Request-Id names it.
    """

    command: str
    outcome: str
    took_ms: int
    at: float
    session: str = ""
    request: str = field(default_factory=REQUEST.get)


@dataclass(frozen=True)
class SearchRecord:
    """How one search at a provider ended.

    Attributes:
        provider: Its name.
        outcome: ``ok`` or ``search_failed``.
        hits: Results it gave.
        took_ms: The whole search.
        at: When it ended, seconds since the epoch.
        why: The sentence of a failure.
        request: As in `CommandRecord`.
    """

    provider: str
    outcome: str
    hits: int
    took_ms: int
    at: float
    why: str | None = None
    request: str = field(default_factory=REQUEST.get)
