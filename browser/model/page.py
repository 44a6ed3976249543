"""A page as text: lines, links and what is known about it.

The lines are made once and stored; view, find, quote and citation all read this one array.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import NamedTuple


class Line(NamedTuple):
    """One numbered unit of text.

    Attributes:
        n: Its number; 0 is empty, 1 is the URL, the page's text starts at 2.
        text: As displayed, with link markers; the page's own brackets are escaped.
        plain: The page's own words, links reduced to their text.
        role: ``text``, ``heading``, ``item``, ``row``, ``code``, ``quote``, ``meta`` or ``note``.
        main: Whether it belongs to the main content.
        glue: What stands between the line before and this one in the page's text: a newline
            before a new block, a space or nothing where a long block was cut into pieces.
        area: What kind of part of the page it stands in: ``navigation``, ``header``, ``footer``,
            ``sidebar`` or an empty string. Names a folded run.
    """

    n: int
    text: str
    plain: str
    role: str = "text"
    main: bool = True
    glue: str = "\n"
    area: str = ""


class Link(NamedTuple):
    """A numbered way out of a page.

    Attributes:
        id: From 0, one per URL per page.
        text: What the page calls it.
        url: Absolute, http or https.
        domain: The host it leads to.
    """

    id: int
    text: str
    url: str
    domain: str


def digest_of(body: bytes) -> str:
    """``sha256:`` and the hexadecimal SHA-256 of a document's bytes."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


@dataclass(frozen=True)
class Page:
    """The text of one fetched document.

    Attributes:
        url: The final URL, after redirects.
        title: One line, possibly empty.
        lines: All of them, numbered from 0.
        links: By id.
        digest: ``sha256:`` and the hexadecimal SHA-256 of the document's bytes after content
            decoding: what ``curl -s --compressed URL | sha256sum`` prints.
        media_type: ``text/html``.
        language: BCP 47 tag, when known.
        author: As the page says.
        published: ISO date, as the page says.
        truncated: Whether text was cut because the page exceeds a limit.
        anchors: By id of an element, the line that it begins with: where ``#id`` leads.
        directives: What the publisher's ``<meta>`` elements ask of robots: name in lower case and
            content, in order (``("robots", "nosnippet")``).
        unquotable: Lines that hold text the publisher marked ``data-nosnippet``.
        hidden_removed: Characters of text left out because a person would not see them.
        hits: For a page of search results, the link id that each line belongs to.
        memo: What functions worked out from the lines, by function; kept as long as the page,
            never stored.
    """

    url: str
    title: str
    lines: tuple[Line, ...]
    links: tuple[Link, ...]
    digest: str = ""
    media_type: str = "text/html"
    language: str | None = None
    author: str | None = None
    published: str | None = None
    truncated: bool = False
    anchors: dict[str, int] = field(default_factory=dict)
    directives: tuple[tuple[str, str], ...] = ()
    unquotable: frozenset[int] = frozenset()
    hidden_removed: int = 0
    hits: dict[int, int] = field(default_factory=dict)
    memo: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def last(self) -> int:
        """Number of the last line."""
        return len(self.lines) - 1
