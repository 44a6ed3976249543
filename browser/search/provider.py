"""What a search provider is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from browser.model.search import Query, Results


@dataclass(frozen=True)
class ApiReply:
    """A provider's HTTP answer.

    Attributes:
        status: HTTP status.
        data: Parsed JSON, or ``None`` when the body is not JSON.
        retry_after: Seconds, from the Retry-After field.
    """

    status: int
    data: Any
    retry_after: int | None = None


class Api(Protocol):
    """GET to an endpoint the operator configured, with our caps and deadlines."""

    async def get_json(
        self,
        url: str,
        params: Mapping[str, str | int],
        headers: Mapping[str, str] | None = None,
        *,
        timeout: float = 10,  # noqa: ASYNC109 - the deadline covers the whole call, all reads
    ) -> ApiReply:
        """Ask. Raises `browser.errors.SearchFailed` when nothing usable comes back."""


class Provider(Protocol):
    """A way to search.

    Attributes:
        name: As in settings.
    """

    name: str

    async def search(self, query: Query) -> Results:
        """Look for *query*.

        Raises:
            browser.errors.SearchFailed: the provider is down, refuses us, or answers nonsense;
                never an empty list instead.
        """
