"""Where a page leads that has nothing to say itself.

The address stands in a ``<meta http-equiv=refresh>`` (HTML Standard, 4.2.5.3), in a script that
sets the location, or in the one link of a page that says it moved.
"""

from __future__ import annotations

import html
import re

from browser.model.url import Url

LONGEST = 500  # characters of an address that is told
SOON = 30  # seconds; a page that waits longer before it moves on is meant to be read

_META = re.compile(r"<meta\b[^<>]{1,2000}>", re.IGNORECASE)
_REFRESH = re.compile(r"http-equiv\s*=\s*[\"']?refresh", re.IGNORECASE)
_CONTENT = re.compile(r"content\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_AFTER = re.compile(
    r"\s*(\d*)[\d.]*(?:\s*[;,]\s*|\s+)(?:url\s*=\s*)?[\"']?([^\"']+)", re.IGNORECASE
)
_MOVED = re.compile(
    r"location(?:\.href)?\s*(?:=|\.(?:replace|assign)\()\s*[\"']([^\"'\s]{1,500})[\"']"
)
_HREF = re.compile(r"<a\b[^<>]{0,500}?\bhref\s*=\s*[\"']?([^\"'\s<>]{1,500})", re.IGNORECASE)


def leads_to(source: str, here: str, *, said: bool, empty: bool) -> str | None:
    """Find the address that a short page leads on to.

    Args:
        source: The HTML, or the beginning of it.
        here: The address of the page.
        said: Whether the page says that it leads elsewhere: then a link will do.
        empty: Whether it shows no text: then a script will do.

    Returns:
        A whole web address other than *here*; ``None`` when there is none.
    """
    target = _whole(_refreshed(source), here)
    if target is None and (said or empty):
        moved = _MOVED.search(source) or (_HREF.search(source) if said else None)
        target = _whole(html.unescape(moved[1]), here) if moved else None
    return target


def _refreshed(source: str) -> str:
    """The address in a refresh that comes at once; else empty."""
    for meta in _META.finditer(source):
        if _REFRESH.search(meta[0]) and (content := _CONTENT.search(meta[0])):
            found = _AFTER.match(html.unescape(content[1] or content[2] or content[3] or ""))
            if found and int((found[1] or "0")[:6]) <= SOON:
                return found[2].strip()
    return ""


def _whole(address: str, here: str) -> str | None:
    if not address:
        return None
    try:
        base = Url.parse(here)
        found = base.join(address)
    except ValueError:
        return None
    if not found.is_web or len(found.href) > LONGEST:
        return None
    return found.href if found.href.split("#")[0] != base.href.split("#")[0] else None
