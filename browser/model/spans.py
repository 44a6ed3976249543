"""Spans: what took how long within what, for an operator who collects traces.

The port alone. What records spans (`browser.telemetry.spans`) stands above the code that begins
them, so it is looked up in a context variable, which is set for the length of a command. Where
nobody collects, beginning a span costs one look and one call.

No span is told a query, a path, a page's text, a session's name or a token.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol, Self, TypeAlias

Value: TypeAlias = str | int | float | bool


class Span(Protocol):
    """One that has begun and not ended."""

    def tell(self, **values: Value) -> None:
        """Add what is known by now; the names are those of `deploy/telemetry.md`."""


class Begin(Protocol):
    """Begins a span inside the one that is open."""

    def __call__(self, name: str, **values: Value) -> AbstractContextManager[Span]:
        """A context in which the span *name* is open."""


class _Nothing:
    """A span that nobody collects."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def tell(self, **values: Value) -> None:
        """Nobody listens."""


_NOTHING = _Nothing()


def no_span(name: str, **values: Value) -> AbstractContextManager[Span]:
    """Begin nothing."""
    del name, values
    return _NOTHING


SPANS: ContextVar[Begin] = ContextVar("spans", default=no_span)


def span(name: str, **values: Value) -> AbstractContextManager[Span]:
    """Begin the span *name* on behalf of the command that is being run."""
    return SPANS.get()(name, **values)
