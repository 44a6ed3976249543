"""A search provider whose searches each leave a record, without the query, and are spans."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from browser.errors import SearchFailed
from browser.model.clock import Clock
from browser.model.record import SearchRecord
from browser.model.search import Query, Results
from browser.model.spans import span
from browser.search.provider import Provider


class Logged:
    """Passes searches on to *provider* and tells *subscribers* how they ended."""

    def __init__(
        self,
        provider: Provider,
        clock: Clock,
        subscribers: Sequence[Callable[[SearchRecord], None]] = (),
    ) -> None:
        self.name = provider.name
        self._provider = provider
        self._clock = clock
        self._subscribers = tuple(subscribers)

    async def search(self, query: Query) -> Results:
        """As `browser.search.provider.Provider.search`."""
        began = self._clock.now()
        with span("search", provider=self.name) as traced:
            try:
                results = await self._provider.search(query)
            except SearchFailed as error:
                traced.tell(outcome=error.reason.value)
                self._tell(began, error.reason.value, 0, error.sentence)
                raise
            traced.tell(outcome="ok", hits=len(results.hits))
            self._tell(began, "ok", len(results.hits))
            return results

    def _tell(self, began: float, outcome: str, hits: int, why: str | None = None) -> None:
        now = self._clock.now()
        record = SearchRecord(self.name, outcome, hits, round((now - began) * 1000), now, why)
        for tell in self._subscribers:
            tell(record)
