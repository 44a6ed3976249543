"""Search one wiki with MediaWiki's REST API: Wikipedia by default, which asks for no key.

Governing text: the MediaWiki REST API, ``GET /search/page`` (``pages[]`` with ``key``,
``title``, ``excerpt`` in HTML, ``description``). It has no date, adult or site filter; a query
longer than 300 characters is refused by Wikimedia's wikis. Left to taste: where an excerpt is
empty the short description stands in its place.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from browser.model.search import Hit, Query, Results
from browser.model.url import Url
from browser.search._util import listing, make_hit, payload, pick, read_site, shorten, within
from browser.search.provider import Api

URL = "https://en.wikipedia.org/w/rest.php/v1/search/page"
MAX_LIMIT = 100  # results a request
MAX_CHARS = 300  # of a query

REFUSED = "refuses us. Do not retry; tell the operator to check agent.contact and search.mediawiki"


class MediaWiki:
    """A provider that asks one wiki.

    Args:
        api: Sends the request; its User-Agent should name a contact, as Wikimedia asks.
        url: The wiki's ``/search/page`` endpoint.
        page_url: Where a page is found, with ``{key}`` for its name; by default ``/wiki/{key}``
            on the host of *url*.
        timeout: Seconds for the search.
    """

    name = "mediawiki"

    def __init__(
        self, api: Api, *, url: str = URL, page_url: str = "", timeout: float = 10
    ) -> None:
        self._api = api
        self._url = url
        self._page_url = page_url or f"{Url.parse(url).authority}/wiki/{{key}}"
        self._timeout = timeout

    async def search(self, query: Query) -> Results:
        """Look for *query*.

        Raises:
            SearchFailed: the wiki is down, refuses us, or was asked too often.
        """
        text = shorten(query.text, MAX_CHARS)
        params: dict[str, str | int] = {"q": text, "limit": min(query.topn, MAX_LIMIT)}
        reply = await self._api.get_json(self._url, params, timeout=self._timeout)
        data = payload(reply, self.name, REFUSED)
        hits = map(self._hit, listing(data.get("pages"), self.name))
        return Results(pick(hits, query.topn), self._ignored(query, text), self.name)

    def _hit(self, row: dict[str, Any]) -> Hit | None:
        key = row.get("key")
        if not isinstance(key, str) or not key:
            return None
        name = quote(key.encode("utf-8", "replace"), safe="/:@!$'()*,;~")
        snippet = row.get("excerpt") or row.get("description")
        return make_hit(self._page_url.replace("{key}", name), row.get("title"), snippet)

    def _ignored(self, query: Query, text: str) -> tuple[str, ...]:
        site, sentences = read_site(query.site)
        home = Url.parse(self._page_url.replace("{key}", ""))
        if site is not None and not within(home.href, site):
            sentences.append(f"mediawiki searches {home.host} only; site was ignored.")
        if query.recency_days is not None:
            sentences.append("mediawiki cannot filter by date; recency_days was ignored.")
        if query.safe != "off":
            sentences.append("mediawiki has no adult content filter; safe was ignored.")
        if text != query.text:
            sentences.append(
                f"mediawiki takes {MAX_CHARS} characters; the end of the query was ignored."
            )
        return tuple(sentences)
