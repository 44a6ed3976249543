"""Rights that a publisher reserves: TDMRep and Really Simple Licensing.

Governing texts: the TDM Reservation Protocol (W3C community group), which has the value 1 for
"reserved" in a field, a meta or a file of the site; and RSL 1.0, which names a licence in the
``License`` lines of robots.txt, in a ``Link`` field and in a ``<link>`` of the page. Neither
licence nor policy is ever fetched: no command asked for them.

Left to taste: the file ``/.well-known/tdmrep.json`` is not asked for either. A ``Link`` with
``rel="license"`` is of RSL when its type says so, or when it has no type and leads to an XML
file; the licences of Creative Commons are named in the same way and reserve nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from browser.model.url import Url
from browser.rules.robots_lines import shown

MAX_READ = 8192  # characters of all Link fields
MAX_URL = 1000  # characters of an address that is passed on
RSL_TYPE = "application/rsl+xml"

FIELDS = ("tdm-reservation", "tdm-policy", "link")

_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_PARAMETER = re.compile(r";\s*(rel|type)\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


class Reserved(NamedTuple):
    """One reservation.

    Attributes:
        written: Where it stands and how: ``tdm-reservation: 1``.
        url: Of the licence or policy, if one is named.
        binding: Whether it reserves anything; else only its address is worth passing on.
    """

    written: str
    url: str | None
    binding: bool = True


def tdm(
    fields: Iterable[tuple[str, str]], metas: Iterable[tuple[str, str]], base: Url
) -> Reserved | None:
    """What TDMRep says in fields and metas; a 1 anywhere counts. ``None`` when it says nothing.

    Args:
        fields: Of the reply, lower-case names.
        metas: Of the page, lower-case names.
        base: The page's address.
    """
    written, policy = "", None
    for source, pairs in (("", fields), ("meta ", metas)):
        for name, value in pairs:
            if name == "tdm-reservation" and "1" in value[:MAX_URL].replace(",", " ").split():
                written = written or f"{source}tdm-reservation: 1"
            elif name == "tdm-policy":
                policy = policy or _address(value, base)
    return Reserved(written, policy, bool(written)) if written or policy else None


def licences(
    lines: Iterable[str],
    fields: Iterable[tuple[str, str]],
    metas: Iterable[tuple[str, str]],
    base: Url,
) -> Iterator[Reserved]:
    """Every licence that robots.txt, the reply and the page name.

    Args:
        lines: Values of the License lines of robots.txt.
        fields: Of the reply, lower-case names.
        metas: Of the page; ``license`` stands for a link to a licence of RSL.
        base: The page's address.
    """
    for line in lines:
        url = _address(line, base)
        yield Reserved(_written("robots.txt License", url), url)
    left = MAX_READ
    for name, value in fields:
        if name == "link":
            yield from _links(value[:left], base)
            left = max(left - len(value), 0)
    for name, value in metas:
        if name == "license":
            url = _address(value, base)
            yield Reserved(_written("link rel=license", url), url)


def _links(text: str, base: Url) -> Iterator[Reserved]:
    for link in _LINK.finditer(text):
        stated = {p[1].lower(): (p[2] or p[3] or "").lower() for p in _PARAMETER.finditer(link[2])}
        if "license" not in stated.get("rel", "").split():
            continue
        url = _address(link[1], base)
        kind = stated.get("type", "").partition(";")[0].strip()
        xml = not kind and url is not None and Url(url).path.endswith((".xml", ".rsl"))
        yield Reserved(_written("Link rel=license", url), url, kind == RSL_TYPE or xml)


def _written(where: str, url: str | None) -> str:
    return shown(f"{where}: {url or '(unreadable)'}".encode())


def _address(text: str, base: Url) -> str | None:
    """*text* as the absolute web address that it stands for."""
    if not text.strip() or len(text) > MAX_URL:
        return None
    try:
        url = base.join(text.strip())
    except ValueError:
        return None
    return url.href if url.is_web and len(url.href) <= MAX_URL else None
