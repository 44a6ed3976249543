"""Search with the Brave Search API.

Governing text: Brave's Web Search API reference. ``offset`` counts pages, not results;
``freshness`` is one of four codes or a range of dates; a query has at most 400 characters and
50 words; an invalid key is a 422 with a code of its own. Left to taste: pages of equal size, so
that 30 results are two pages of 15, and a query that is too long is cut, which the model is told.
"""

from __future__ import annotations

from typing import Any

from browser.errors import SearchFailed
from browser.model.clock import Clock
from browser.model.search import Hit, Query, Results
from browser.search._util import day, listing, make_hit, nonsense, payload, pick, read_site, shorten
from browser.search.provider import Api, ApiReply

URL = "https://api.search.brave.com/res/v1/web/search"
MAX_COUNT = 20  # results a page
MAX_PAGES = 10  # offset runs from 0 to 9
MAX_CHARS = 400  # of a query
MAX_WORDS = 50  # of a query
SPANS = {1: "pd", 7: "pw", 31: "pm", 365: "py"}  # days to Brave's code
BAD_KEY = {"SUBSCRIPTION_TOKEN_INVALID", "SUBSCRIPTION_TOKEN_MISSING"}

LANGUAGES = frozenset(
    """
    ar eu bn bg ca zh-hans zh-hant hr cs da nl en en-gb et fi fr gl de el gu he hi hu is it jp
    kn ko lv lt ms ml mr nb pl pt-br pt-pt pa ro ru sr sk sl es sv ta te th tr uk vi
    """.split()  # noqa: SIM905 - as a list it is a page long
)
# BCP 47 tags that Brave spells in its own way.
SPELLINGS = {
    "ja": "jp",
    "no": "nb",
    "pt": "pt-pt",
    "zh": "zh-hans",
    "zh-cn": "zh-hans",
    "zh-hk": "zh-hant",
    "zh-sg": "zh-hans",
    "zh-tw": "zh-hant",
}

REFUSED = "refused the key. Do not retry; tell the operator to check search.brave.key"


class Brave:
    """A provider that asks Brave Search.

    Args:
        api: Sends the requests.
        key: The subscription token; goes into a header and nowhere else.
        clock: Says what today is, for ranges of dates.
        url: The endpoint.
        timeout: Seconds for the whole search.
    """

    name = "brave"

    def __init__(
        self, api: Api, *, key: str, clock: Clock, url: str = URL, timeout: float = 10
    ) -> None:
        self._api = api
        self._headers = {"X-Subscription-Token": key}
        self._clock = clock
        self._url = url
        self._timeout = timeout

    async def search(self, query: Query) -> Results:
        """Look for *query*.

        Raises:
            SearchFailed: Brave is down, refuses the key, or was asked too often.
        """
        site, ignored = read_site(query.site)
        pages = min(-(-query.topn // MAX_COUNT), MAX_PAGES)
        params = self._params(query, site, ignored)
        params["count"] = min(-(-query.topn // pages), MAX_COUNT)
        deadline = self._clock.now() + self._timeout
        candidates: list[Hit | None] = []
        for offset in range(pages):
            left = deadline - self._clock.now()
            try:
                rows, more = await self._page(params | {"offset": offset}, left)
            except SearchFailed:
                if not candidates:
                    raise
                ignored.append(
                    f"brave failed at page {offset + 1} of its results; fewer are shown."
                )
                break
            candidates += map(_hit, rows)
            if not rows or not more:
                break
        return Results(pick(candidates, query.topn, site), tuple(ignored), self.name)

    def _params(self, query: Query, site: str | None, ignored: list[str]) -> dict[str, str | int]:
        words = query.text.split()
        suffix = f" site:{site}" if site else ""
        room = MAX_WORDS - 1 if site else MAX_WORDS
        text = shorten(" ".join(words[:room]), MAX_CHARS - len(suffix))
        if text != " ".join(words):
            ignored.append(
                f"brave takes {MAX_CHARS} characters and {MAX_WORDS} words; "
                "the end of the query was ignored."
            )
        params: dict[str, str | int] = {
            "q": text + suffix,
            "safesearch": query.safe,
            "text_decorations": "false",
        }
        if query.recency_days is not None:
            params["freshness"] = self._freshness(query.recency_days)
        language = _language(query.language)
        if language:
            params["search_lang"] = language
        else:
            ignored.append(f"brave does not know the language {query.language}; it was ignored.")
        return params

    def _freshness(self, days: int) -> str:
        if days in SPANS:
            return SPANS[days]
        now = self._clock.now()
        return f"{day(now, days)}to{day(now)}"

    async def _page(
        self, params: dict[str, str | int], within: float
    ) -> tuple[list[dict[str, Any]], bool]:
        """The results of one page, and whether another page would have some."""
        reply = await self._api.get_json(self._url, params, self._headers, timeout=max(within, 0.1))
        if reply.status == 422 and _is_about_the_key(reply):
            raise SearchFailed(f"brave {REFUSED} (HTTP 422).")
        data = payload(reply, self.name, REFUSED)
        asked, web = data.get("query"), data.get("web")
        more = not isinstance(asked, dict) or asked.get("more_results_available") is not False
        if isinstance(web, dict):
            return listing(web.get("results"), self.name), more
        if web is None and isinstance(asked, dict):
            return [], False
        raise nonsense(self.name)


def _language(tag: str) -> str:
    """Brave's code for a BCP 47 tag, or an empty string."""
    lower = tag.lower()
    primary = lower.partition("-")[0]
    for name in (lower, "-".join(lower.split("-")[:2]), primary):
        code = SPELLINGS.get(name, name)
        if code in LANGUAGES:
            return code
    return ""


def _is_about_the_key(reply: ApiReply) -> bool:
    error = reply.data.get("error") if isinstance(reply.data, dict) else None
    if not isinstance(error, dict):
        return False
    return error.get("code") in BAD_KEY or "x-subscription-token" in str(error.get("meta")).lower()


def _hit(row: dict[str, Any]) -> Hit | None:
    return make_hit(row.get("url"), row.get("title"), row.get("description"), row.get("page_age"))
