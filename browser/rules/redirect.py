"""Where a redirect leads, and when it is not followed.

Governing texts: RFC 9110 15.4 (the statuses) and 10.2.2 (Location, and that the fragment of the
asked URL is inherited); the WHATWG Fetch Standard 4.4 for the same in browsers.

Left to taste: 300, 304, 305 and 306 are not followed. A redirect from https to http is refused
as ``scheme_refused``: whoever sits on the wire could then choose what the model reads. A circle is
told from the URLs alone; since no cookies are sent, the same URL would only answer the same.
Nor does a stranger's redirect lead to a host of the operator's own (``egress.hosts``): its path
and query would be the stranger's choice, and the rules that keep private networks private do not
apply there. A person or model who asks for such a host may have it, and own hosts may redirect to
each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from browser.errors import FetchFailed, Refused, UsageError
from browser.model.reason import Reason
from browser.model.url import Url
from browser.rules.own_hosts import HostMap
from browser.rules.target import parse_target

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_END = "Do not retry; choose another source."
_NO_HOSTS = HostMap()


def is_redirect(status: int) -> bool:
    """Whether a reply with *status* is followed to its Location."""
    return status in REDIRECTS


def one_location(values: Sequence[str]) -> str | None:
    """The reply's Location, from all its Location fields.

    Returns:
        ``None`` unless there is exactly one that is not empty: of two, clients choose differently.
    """
    found = [value for value in values if value.strip(" \t")]
    return found[0] if len(found) == 1 else None


def next_url(
    current: Url,
    status: int,
    location: str | None,
    seen: Sequence[str],
    max_redirects: int,
    own_hosts: HostMap = _NO_HOSTS,
) -> Url:
    """The URL to ask for next; the caller judges it like any other before it does.

    Args:
        current: The URL that answered.
        status: What it answered.
        location: Its one Location field, see `one_location`.
        seen: Every URL asked for so far, from the first to *current*; fragments do not matter.
        max_redirects: How many may be followed in all.
        own_hosts: The operator's own.

    Returns:
        The target, with the fragment of *current* unless it has its own.

    Raises:
        FetchFailed: ``bad_response`` when the reply is no redirect or its Location no URL that we
            read; ``too_many_redirects`` on a circle or beyond *max_redirects*.
        Refused: ``scheme_refused`` from https to http; ``address_refused`` when the Location
            holds an IP address in disguise, or leads from elsewhere to a host of *own_hosts*.
    """
    if not is_redirect(status) or location is None or not location.strip():
        raise FetchFailed(
            Reason.BAD_RESPONSE,
            f"The site answered {status} without one clear address to go on to. {_END}",
            url=current.href,
            status=status,
        )
    target = _resolve(current, status, location)
    if current.scheme == "https" and target.scheme == "http":
        raise Refused(
            Reason.SCHEME_REFUSED,
            f"The site redirects from https to http, which is not followed. {_END}",
            url=current.href,
            status=status,
        )
    if own_hosts.lookup(target.host) and not own_hosts.lookup(current.host):
        raise Refused(
            Reason.ADDRESS_REFUSED,
            f"The site redirects to a host of the operator's own, which it may not choose. {_END}",
            url=current.href,
            status=status,
        )
    been = {url.partition("#")[0] for url in (*seen, current.href)}
    if target.without_fragment().href in been:
        raise _too_many("The site redirects in a circle.", current, status)
    if max(len(seen), 1) > max_redirects:
        raise _too_many(f"The site redirects more than {max_redirects} times.", current, status)
    if current.fragment and "#" not in target.href:
        return Url(f"{target.href}#{current.fragment}")
    return target


def _resolve(current: Url, status: int, location: str) -> Url:
    try:
        return parse_target(location, current)
    except UsageError as error:
        if error.reason is Reason.ADDRESS_REFUSED:
            raise Refused(error.reason, error.sentence, url=current.href, status=status) from error
        raise FetchFailed(
            Reason.BAD_RESPONSE,
            f"The site redirects to something that is not a usable URL. {_END}",
            url=current.href,
            status=status,
        ) from error


def _too_many(sentence: str, current: Url, status: int) -> FetchFailed:
    return FetchFailed(
        Reason.TOO_MANY_REDIRECTS, f"{sentence} {_END}", url=current.href, status=status
    )
