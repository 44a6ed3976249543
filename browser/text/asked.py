"""What a page's own head asks of robots, and which of its words it asks not to be quoted.

Governing texts: the HTML Standard for ``<meta name>`` and ``<link rel>``; Google's robots meta tag
documentation for the names of directives, for metas named after one robot, and for
``data-nosnippet``, which counts on ``span``, ``div`` and ``section`` alone; the TDM Reservation
Protocol for ``tdm-reservation`` and ``tdm-policy``; Really Simple Licensing for the link to a
licence. Only elements that stand in the head count: words of a page that anybody may write into,
such as comments, bind nobody.

Left to taste: a meta counts as one for a robot when its name could be a robot's and its content
is a list of directives and nothing else. What the directives mean is judged elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from browser.text.clean import one_line

MOST_DIRECTIVES = 32  # of a page
MAX_CONTENT = 500  # characters of a content that are kept
MAX_NAME = 100  # characters of a robot's name
MOST_LOOKED_AT = 2_000  # elements of a head
NO_SNIPPET: Final = "data-nosnippet"
QUIET = frozenset(("span", "div", "section"))  # elements on which it counts

_ALWAYS = frozenset(("robots", "tdm-reservation", "tdm-policy"))
_NAME = re.compile(r"[a-z0-9_-]+\Z")
_LICENCE = "application/rsl+xml"
_DIRECTIVE = (
    r"all|none|index|noindex|follow|nofollow|archive|noarchive|cache|nocache|snippet|nosnippet"
    r"|noodp|noydir|nopreview|imageindex|noimageindex|notranslate|indexifembedded"
    r"|nositelinkssearchbox|ai|noai|imageai|noimageai"
    r"|max-snippet\s*:\s*-?\d{1,9}|max-video-preview\s*:\s*-?\d{1,9}"
    r"|max-image-preview\s*:\s*(?:none|standard|large)"
    r"|unavailable_after\s*:[\w :+./-]*(?:,[\w :+./-]*){0,2}"  # dates may hold commas
)
_DIRECTIVES = re.compile(
    rf"\s*(?:{_DIRECTIVE})\s*(?:[,;]\s*(?:(?:{_DIRECTIVE})\s*)?)*\Z", re.IGNORECASE
)


def directives(tree: LexborHTMLParser) -> tuple[tuple[str, str], ...]:
    """What the head of *tree* asks of robots: name in lower case and content, in order.

    A link to a licence has the name ``license`` and its address, as written, for content.
    """
    head = tree.head
    if head is None:
        return ()
    found: list[tuple[str, str]] = []
    for node in head.css("meta[name][content],link[rel][href]")[:MOST_LOOKED_AT]:
        around = node.parent
        if around is None or around.tag != "head":
            continue
        asked = _licence(node.attributes) if node.tag == "link" else _meta(node.attributes)
        if asked is not None:
            found.append(asked)
            if len(found) == MOST_DIRECTIVES:
                break
    return tuple(found)


def _meta(attributes: Mapping[str, str | None]) -> tuple[str, str] | None:
    name = (attributes["name"] or "").strip().lower()
    if len(name) > MAX_NAME or not _NAME.match(name):
        return None
    content = one_line((attributes["content"] or "")[: 2 * MAX_CONTENT], MAX_CONTENT)
    counts = name in _ALWAYS or _DIRECTIVES.match(content)
    return (name, content) if counts else None


def _licence(attributes: Mapping[str, str | None]) -> tuple[str, str] | None:
    kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
    if kind != _LICENCE or "license" not in (attributes["rel"] or "").lower().split():
        return None
    return "license", one_line((attributes["href"] or "")[: 2 * MAX_CONTENT], MAX_CONTENT)
