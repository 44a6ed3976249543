"""What every search provider needs: markup to text, dates, sites, and one reading of failures.

Governing texts: the WHATWG HTML Standard for what markup says (through selectolax); RFC 9110 15
for what a status means. Left to taste: a title is cut at 300 characters and a snippet at 1,000,
results whose URLs differ in the fragment only are one result, and an answer that lacks its
documented list is a failure rather than "nothing found".
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from browser.errors import SearchFailed
from browser.model.search import Hit
from browser.model.url import Url
from browser.search.provider import ApiReply
from browser.text.clean import clean, one_line

MAX_MARKUP = 10_000  # characters of one field that are looked at
MAX_TITLE = 300  # characters
MAX_SNIPPET = 1000  # characters
MAX_DAYS = 36_500  # days; a hundred years ago is "any time", and stays within the calendar

_UNSEEN = "script,style,template,noscript"
_BREAKS = "br,p,div,li,dt,dd,td,th,h1,h2,h3,h4,h5,h6"


def plain(markup: object, limit: int = MAX_SNIPPET) -> str:
    """Reduce *markup* to one line of text of at most *limit* characters.

    Tags vanish, character references become their characters, and what a person would not see
    is removed as it is from pages. Anything but a string gives an empty line.
    """
    if not isinstance(markup, str):
        return ""
    text = clean(markup[:MAX_MARKUP])
    if "<" in text:
        tree = LexborHTMLParser("<body>" + text)
        for node in tree.css(_UNSEEN):
            node.decompose()
        for node in tree.css(_BREAKS):
            node.insert_before(" ")
        text = tree.body.text() if tree.body else ""
    else:
        text = html.unescape(text)
    return one_line(text, limit)


def shorten(text: str, limit: int) -> str:
    """Cut *text* to *limit* characters, between words where it has any."""
    if len(text) <= limit:
        return text
    head, _, _ = text[: limit + 1].rpartition(" ")
    return (head or text[:limit]).rstrip()


def make_hit(url: object, title: object, snippet: object, published: object = None) -> Hit | None:
    """Read one result; ``None`` when its URL leads nowhere on the web."""
    try:
        parsed = Url.parse(url if isinstance(url, str) else "")
    except ValueError:
        return None
    if not parsed.is_web:
        return None
    heading = plain(title, MAX_TITLE) or parsed.host
    return Hit(parsed.href, heading, plain(snippet), iso_date(published))


def pick(hits: Iterable[Hit | None], topn: int, site: str | None = None) -> tuple[Hit, ...]:
    """Keep the first *topn* distinct results, of *site* alone when one is given."""
    kept: dict[str, Hit] = {}
    for hit in hits:
        if hit is None or (site is not None and not within(hit.url, site)):
            continue
        kept.setdefault(Url(hit.url).without_fragment().href, hit)
        if len(kept) == topn:
            break
    return tuple(kept.values())


def read_site(site: str | None) -> tuple[str | None, list[str]]:
    """Read the *site* a query is confined to.

    Returns:
        The host, or ``None``; and a sentence when a site was named that is not a host.
    """
    if site is None or not site.strip():
        return None, []
    text = site.strip().removeprefix("*").removeprefix(".")
    try:
        host = Url.parse(text if "://" in text else f"http://{text}").host
    except ValueError:
        host = ""
    if not host:
        return None, [f"{plain(site, 80)!r} is not a host name; site was ignored."]
    return host, []


def within(url: str, site: str) -> bool:
    """Whether *url* is on host *site* or on a subdomain of it."""
    host = Url(url).host
    return host == site or host.endswith("." + site)


def iso_date(value: object) -> str | None:
    """The date at the start of an ISO 8601 *value*, such as ``2023-03-13T09:00:00``."""
    if not isinstance(value, str):
        return None
    try:
        return date.fromisoformat(value.strip()[:10]).isoformat()
    except ValueError:
        return None


def day(now: float, days_ago: int = 0) -> str:
    """The UTC date *days_ago* days before *now* (seconds since the epoch), ISO 8601."""
    today = datetime.fromtimestamp(now, UTC).date()
    return (today - timedelta(days=min(max(days_ago, 0), MAX_DAYS))).isoformat()


def payload(reply: ApiReply, who: str, refused: str) -> dict[str, Any]:
    """The JSON object of a good answer.

    Args:
        reply: What came.
        who: The provider's name, which begins the sentence.
        refused: What a 401 or 403 means here, and what to do about it.

    Raises:
        SearchFailed: for every other answer.
    """
    status, wait = reply.status, reply.retry_after
    if status in {401, 403}:
        raise SearchFailed(f"{who} {refused} (HTTP {status}).")
    if status == 429:
        when = "later" if wait is None else f"in {wait} seconds"
        raise SearchFailed(
            f"{who} was asked too often (HTTP 429). Search again {when}.", retry_after=wait
        )
    if status >= 500:
        when = "later" if wait is None else f"in {wait} seconds"
        raise SearchFailed(
            f"{who} is out of order (HTTP {status}). Search again {when}.", retry_after=wait
        )
    if not 200 <= status < 300:
        raise SearchFailed(
            f"{who} did not accept the request (HTTP {status}). Repeating it will not help; "
            "use other words, or tell the operator to check the configured url."
        )
    if not isinstance(reply.data, dict):
        raise nonsense(who)
    return reply.data


def nonsense(who: str) -> SearchFailed:
    """The failure of a provider whose answer is not what it documents."""
    return SearchFailed(
        f"{who} answered with something other than its documented JSON. Repeating the request "
        "will not help; tell the operator to check the configured url."
    )


def listing(value: object, who: str) -> list[dict[str, Any]]:
    """The objects in a documented list.

    Raises:
        SearchFailed: when *value* is no list.
    """
    if not isinstance(value, list):
        raise nonsense(who)
    return [item for item in value if isinstance(item, dict)]
