"""A search provider that leaves a log line: one JSON object per search, without the query.

Fields: ``event`` (``search``), ``provider``, ``outcome`` (``ok`` or ``search_failed``), ``hits``,
``took_ms``, and for a failure its sentence as ``why``.
"""

from __future__ import annotations

import json
import logging

from browser.errors import SearchFailed
from browser.model.clock import Clock
from browser.model.current import REQUEST
from browser.model.search import Query, Results
from browser.search.provider import Provider

_log = logging.getLogger("browser.search")


class Logged:
    """Passes searches on to *provider* and logs how they ended."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self.name = provider.name
        self._provider = provider
        self._clock = clock

    async def search(self, query: Query) -> Results:
        """As `browser.search.provider.Provider.search`."""
        began = self._clock.now()
        try:
            results = await self._provider.search(query)
        except SearchFailed as error:
            self._tell(began, "search_failed", 0, why=error.sentence)
            raise
        self._tell(began, "ok", len(results.hits))
        return results

    def _tell(self, began: float, outcome: str, hits: int, **more: str) -> None:
        took = round((self._clock.now() - began) * 1000)
        fields = {"event": "search", "provider": self.name, "outcome": outcome, "hits": hits}
        more["request"] = REQUEST.get()
        _log.info("%s", json.dumps({**fields, "took_ms": took, **more}, ensure_ascii=False))
