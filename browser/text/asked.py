"""What a page's own head asks of robots, and which of its words it asks not to be quoted.

Governing texts: the HTML Standard for ``<meta name>`` and ``<link rel>``; Google's robots meta tag
documentation for the names of directives, for metas named after one robot, and for
``data-nosnippet``, which counts on ``span``, ``div`` and ``section`` alone; the TDM Reservation
Protocol for ``tdm-reservation`` and ``tdm-policy``; Really Simple Licensing for the link to a
licence. Words of a page that anybody may write into, such as comments, bind nobody.

Left to taste:

- A parser ends the head at the first element or sign that does not belong there, such as a pixel
  or an empty ``<div>``. So what stands in the body before its first word and before its content
  still counts, unless it lies deep within: a doubt counts for the site.
- A meta counts as one for a robot when its name could be a robot's and a directive stands in its
  content. What it means, and whether that robot is ours, is judged elsewhere.
- Metas for all robots are kept apart from those that name one, so no number of the latter
  crowds out the former.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from browser.text.clean import one_line

MOST_NAMED = 500  # metas for one robot each; sites list some fifty
MOST_FOR_ALL = 100  # metas for every robot and licences, without repetitions
MAX_CONTENT = 500  # characters of a content that are kept
MAX_FOR_ALL = 4_000  # the same of a meta for every robot
MAX_KEPT = 24_000  # characters of all contents for every robot; of those that name one, twice that
MAX_NAME = 100  # characters of a robot's name
MOST_LOOKED_AT = 2_000  # elements of a head, of either kind, and of what comes before the words
MAX_WRAPPERS = 4  # empty elements around a meta in the body
NO_SNIPPET: Final = "data-nosnippet"
QUIET = frozenset(("span", "div", "section"))  # elements on which it counts

_FOR_ALL = (
    'meta[name*="robots" i][content],meta[name*="tdm-" i][content],link[rel*="license" i][href]'
)
_ANY = "meta[name][content]"
_ALWAYS = frozenset(("robots", "tdm-reservation", "tdm-policy"))
_PROSE = frozenset((  # names of no robot; their content may hold any word
    "abstract", "author", "category", "copyright", "dc-description", "dc-title", "description",
    "generator", "keywords", "license", "news_keywords", "rights", "subject", "summary", "title",
    "topic", "viewport",
))  # fmt: skip
_CONTENT = frozenset((
    "main", "article", "section", "nav", "aside", "header", "footer", "form", "table", "ul", "ol",
    "dl", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "p", "pre",
))  # fmt: skip
_MUTE = frozenset((  # what they hold is no word of the page
    "script", "style", "title", "template", "iframe", "object", "svg", "video", "audio", "select",
))  # fmt: skip
_NAME = re.compile(r"[a-z0-9_-]+\Z")
_WORD = re.compile(r"[^\W_]")
_LICENCE = "application/rsl+xml"
_DIRECTIVE = re.compile(
    r"(?<![\w-])(?:all|none|(?:no)?(?:index|follow|archive|cache|snippet|ai|imageai|translate)"
    r"|noodp|noydir|nopreview|imageindex|noimageindex|indexifembedded|nositelinkssearchbox"
    r"|max-(?:snippet|video-preview|image-preview)|unavailable_after)(?![\w-])",
    re.ASCII | re.IGNORECASE,
)

Asked = tuple[str, str]


def directives(tree: LexborHTMLParser) -> tuple[Asked, ...]:
    """What the head of *tree* asks of robots: name in lower case and content.

    What is for every robot comes first, then what names one, each in order. A link to a licence
    has the name ``license`` and its address, as written, for content.
    """
    early = tuple(_before_words(tree.body))
    found = _asked(chain(_of_head(tree.head, _FOR_ALL), early))
    for_all = dict.fromkeys(one for one in found if _is_for_all(one))
    found = _asked(chain(_of_head(tree.head, _ANY), early))
    named = dict.fromkeys(one for one in found if not _is_for_all(one))
    return (
        *_fitting(islice(for_all, MOST_FOR_ALL), MAX_KEPT),
        *_fitting(islice(named, MOST_NAMED), 2 * MAX_KEPT),
    )


def _fitting(asked: Iterable[Asked], room: int) -> Iterator[Asked]:
    """Those whose contents fit into *room* characters, the first before the others."""
    for one in asked:
        if len(one[1]) <= room:
            room -= len(one[1])
            yield one


def _is_for_all(asked: Asked) -> bool:
    return asked[0] in _ALWAYS or asked[0] == "license"


def _of_head(head: LexborNode | None, selector: str) -> Iterator[LexborNode]:
    for node in head.css(selector)[:MOST_LOOKED_AT] if head else ():
        around = node.parent
        if around and around.tag == "head":
            yield node


def _before_words(body: LexborNode | None) -> Iterator[LexborNode]:
    """The metas and links of *body* that come before any word and any content."""
    node, depth = body.child if body else None, 0
    for _ in range(MOST_LOOKED_AT):
        if node is None or node.tag in _CONTENT:
            return
        if node.tag in ("meta", "link"):
            yield node
        elif node.is_text_node:
            if _WORD.search(node.text_content or ""):
                return
        elif node.tag not in _MUTE and node.child:
            if depth == MAX_WRAPPERS:
                if _WORD.search(node.text()):
                    return
            else:
                node, depth = node.child, depth + 1
                continue
        while node is not None and node.next is None and depth:
            node, depth = node.parent, depth - 1
        node = node.next if node is not None else None


def _asked(nodes: Iterable[LexborNode]) -> Iterator[Asked]:
    for node in nodes:
        attributes = node.attributes
        asked = _licence(attributes) if node.tag == "link" else _meta(attributes)
        if asked is not None:
            yield asked


def _meta(attributes: Mapping[str, str | None]) -> Asked | None:
    name = (attributes.get("name") or "").strip().lower()
    if len(name) > MAX_NAME or not _NAME.match(name) or "content" not in attributes:
        return None
    most = MAX_FOR_ALL if name in _ALWAYS else MAX_CONTENT
    content = one_line((attributes["content"] or "")[: 2 * most], most)
    counts = name in _ALWAYS or (name not in _PROSE and _DIRECTIVE.search(content))
    return (name, content) if counts else None


def _licence(attributes: Mapping[str, str | None]) -> Asked | None:
    kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
    if kind != _LICENCE or "license" not in (attributes.get("rel") or "").lower().split():
        return None
    return "license", one_line((attributes.get("href") or "")[: 2 * MAX_CONTENT], MAX_CONTENT)
