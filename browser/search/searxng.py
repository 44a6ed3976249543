"""Search with a SearXNG instance of the operator's own.

Governing text: SearXNG's search API (``GET /search?format=json``). It has no parameter for the
number of results, so further pages are asked for until there are enough. It answers 403 while
its ``json`` format is off, and 200 with no results when all of its engines failed; the engines
and their reasons then stand in ``unresponsive_engines``, and that is a failure, not an empty
answer. Left to taste: at most three pages, all within one deadline.
"""

from __future__ import annotations

import re
from typing import Any

from browser.errors import SearchFailed
from browser.model.clock import Clock
from browser.model.search import Hit, Query, Results
from browser.search._util import day, listing, make_hit, payload, pick, plain, read_site
from browser.search.provider import Api

PAGES = 3  # requests for one query, at most
SAFE = {"off": 0, "moderate": 1, "strict": 2}
RANGES = ((1, "day"), (31, "month"), (366, "year"))  # longest age in days; all it documents
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2})?")  # what it accepts beside "all" and "auto"
MAX_ENGINES = 8  # named in a sentence

REFUSED = (
    "refused to answer in JSON: the json format is not enabled in SearXNG's settings. "
    "Do not retry; tell the operator to add json to search.formats in its settings.yml"
)


class SearXNG:
    """A provider that asks a SearXNG instance.

    Args:
        api: Sends the requests.
        url: The instance, without ``/search``: ``http://127.0.0.1:8888``.
        clock: Says which dates are recent.
        timeout: Seconds for the whole search.
    """

    name = "searxng"

    def __init__(self, api: Api, *, url: str, clock: Clock, timeout: float = 10) -> None:
        self._api = api
        self._url = url.rstrip("/") + "/search"
        self._clock = clock
        self._timeout = timeout

    async def search(self, query: Query) -> Results:
        """Look for *query*.

        Raises:
            SearchFailed: SearXNG is down, refuses JSON, or none of its engines answered.
        """
        site, ignored = read_site(query.site)
        params = _params(query, site)
        oldest = ""
        if query.recency_days is not None:
            oldest = day(self._clock.now(), query.recency_days)
            ignored.append(_about_dates(query.recency_days, params.get("time_range")))
        deadline = self._clock.now() + self._timeout
        candidates: list[Hit] = []
        hits: tuple[Hit, ...] = ()
        for page in range(1, PAGES + 1):
            left = deadline - self._clock.now()
            try:
                rows = await self._page(params | {"pageno": page}, left)
            except SearchFailed:
                if not candidates:
                    raise
                ignored.append(f"searxng failed at page {page} of its results; fewer are shown.")
                break
            known = {hit.url for hit in candidates}
            fresh = [hit for hit in map(_hit, rows) if hit and hit.url not in known]
            candidates += fresh
            recent = [hit for hit in candidates if hit.date is None or hit.date >= oldest]
            hits = pick(recent, query.topn, site)
            if not fresh or len(hits) >= query.topn:
                break
        return Results(hits, tuple(ignored), self.name)

    async def _page(self, params: dict[str, str | int], within: float) -> list[dict[str, Any]]:
        reply = await self._api.get_json(self._url, params, timeout=max(within, 0.1))
        data = payload(reply, self.name, REFUSED)
        rows = listing(data.get("results"), self.name)
        silent = data.get("unresponsive_engines")
        if not rows and params["pageno"] == 1 and isinstance(silent, list) and silent:
            raise SearchFailed(
                f"None of searxng's engines answered: {_engines(silent)}. "
                "Try again later or use other words; this is not an empty result."
            )
        return rows


def _params(query: Query, site: str | None) -> dict[str, str | int]:
    params: dict[str, str | int] = {
        "q": query.text if site is None else f"{query.text} site:{site}",
        "format": "json",
        "language": _language(query.language),
        "safesearch": SAFE[query.safe],
    }
    if query.recency_days is not None:
        for days, span in RANGES:
            if query.recency_days <= days:
                params["time_range"] = span
                break
    return params


def _language(tag: str) -> str:
    """The tag, or the part of it that SearXNG does not answer with an error."""
    if LANGUAGE.fullmatch(tag):
        return tag
    primary = tag.partition("-")[0].lower()
    return primary if LANGUAGE.fullmatch(primary) else "all"


def _about_dates(days: int, span: str | int | None) -> str:
    asked = f"the last {span} was asked for" if span else "any date was asked for"
    return (
        "searxng dates are only as exact as its ranges day, month and year: "
        f"{asked}, results dated more than {days} days ago were left out, "
        "and results without a date may be older."
    )


def _hit(row: dict[str, Any]) -> Hit | None:
    return make_hit(row.get("url"), row.get("title"), row.get("content"), row.get("publishedDate"))


def _engines(silent: list[Any]) -> str:
    """``google (timeout), qwant (access denied)``, from a list of pairs."""
    names = []
    for entry in silent[:MAX_ENGINES]:
        parts = [plain(part, 60) for part in entry] if isinstance(entry, list) else []
        if len(parts) >= 2 and parts[1]:
            names.append(f"{parts[0]} ({parts[1]})")
        else:
            names.append(parts[0] if parts else plain(entry, 60))
    more = len(silent) - MAX_ENGINES
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")
