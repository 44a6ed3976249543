"""Whether a page that was read from bytes is one that this program makes.

Its bytes may come from a worker that a document has taken over. What can be checked without the
document is checked here: types, numbers within the page, one address throughout, links that lead
to the web and name their own host, no character in a title or a link that a person would not
see. What the words of the lines say cannot be checked; they are the page's, not ours.

What decoding alone can see is looked at whenever a page is read, also from the store, and long
lists as wholes, since it runs for every page. What needs the fetch, or takes longer, is looked at
once, when the worker's answer comes in (`check_answer`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from itertools import repeat
from typing import Any

from browser.model.page import Page, digest_of
from browser.text.clean import is_clean

MAX_TOLD = 4096  # characters of a title, an author, …; a title may be the end of the address
MAX_HIDDEN = 2**40  # characters; no document has as many

_TOLD = ("url", "title", "digest", "media_type", "language", "author", "published")
_HELD = ("kinds", "truncated", "anchors", "directives", "unquotable", "hidden_removed", "hits")
_MEMBERS = frozenset((*_TOLD, *_HELD))
_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64})?", re.ASCII)
_NAME = re.compile(r"[a-z]{0,20}", re.ASCII)  # of a role or an area: a word, no sentence
_WEB = ("http://", "https://")
_AUTHORITY = re.compile(r"https?://([^/?#\\]+?)(?::[0-9]+)?/")


def check_record(meta: object) -> None:
    """Look at what is known about a page.

    Raises:
        ValueError: a member is missing, unknown or not what it should be.
    """
    if not isinstance(meta, dict) or meta.keys() != _MEMBERS:
        raise ValueError("a page of which more or less is known than of any")
    _demand(None not in (meta["url"], meta["title"], meta["digest"], meta["media_type"]))
    told = [text for text in map(meta.__getitem__, _TOLD) if text is not None]
    _demand(_are(str, told) and max(map(len, told)) <= MAX_TOLD and is_clean(" ".join(told)))
    _demand(meta["url"] == "" or _AUTHORITY.match(meta["url"]) is not None)
    _demand(_DIGEST.fullmatch(meta["digest"]) is not None)
    _demand(isinstance(meta["truncated"], bool))
    _demand(_within([meta["hidden_removed"]], MAX_HIDDEN))
    for rows, width in ((meta["kinds"], 4), (meta["directives"], 2)):
        _demand(_are(list, [rows, *rows]) and set(map(len, rows)) <= {width})
    roles, mains, glues, areas = zip(*meta["kinds"], strict=True) if meta["kinds"] else ((),) * 4
    _demand(_are(bool, mains) and _are(str, roles + glues + areas))
    _demand(all(map(_NAME.fullmatch, {*roles, *areas})) and not "".join(glues).strip(" \t\n"))
    _demand(all(_are(str, row) for row in meta["directives"]))
    _demand(_are(dict, (meta["anchors"], meta["hits"])) and _are(list, [meta["unquotable"]]))


def check_places(meta: dict[str, Any], lines: int, links: int) -> None:
    """Look at the numbers of lines and links in *meta*, of which there are so many.

    Raises:
        ValueError: one is not there, or a page that is no search results has results.
    """
    _demand(_within(meta["anchors"].values(), lines) and _within(meta["unquotable"], lines))
    if hits := meta["hits"]:  # a citation of such a line leads to the result, not to the page
        _demand(not meta["url"])
        _demand(_within([*map(int, hits)], lines) and _within(hits.values(), links))


def check_head(url: str, texts: list[str]) -> None:
    """Look at the two lines at the top of *texts*.

    Raises:
        ValueError: they are not those of *url*.
    """
    _demand(len(texts) >= 2 and texts[0] == "" and texts[1] == f"URL: {url}")


def check_links(urls: list[str]) -> None:
    """Look at the addresses of a page's links.

    Raises:
        ValueError: one leads elsewhere than to the web.
    """
    _demand(all(map(str.startswith, urls, repeat(_WEB))))


def check_answer(page: Page, url: str, body: bytes) -> None:
    """Look at *page*, which a worker says it has read from the document *body* of *url*.

    Raises:
        ValueError: it is of another address or other bytes, or a link names another host than
            its own or holds what a person would not see.
    """
    _demand(page.url == url and page.digest == digest_of(body))
    if not page.links:
        return
    _, texts, urls, hosts = zip(*page.links, strict=True)
    cells = [*texts, *urls]
    odd = [cell for cell in cells if not cell.isascii()]  # few, and slower to look at
    _demand(is_clean("".join(filter(str.isascii, cells))) and is_clean(" ".join(odd)))
    heads = {host: (f"http://{host}/", f"https://{host}/") for host in {*hosts}}
    if not all(map(str.startswith, urls, map(heads.__getitem__, hosts))):
        for to, host in zip(urls, hosts, strict=True):  # there are ports
            found = _AUTHORITY.match(to)
            _demand(found is not None and found[1] == host)


def _demand(holds: bool) -> None:
    if not holds:
        raise ValueError("a page that no reader makes")


def _are(kind: type, values: Iterable[object]) -> bool:
    return set(map(type, values)) <= {kind}


def _within(numbers: Collection[int], end: int) -> bool:
    """Whether all *numbers* are whole, from 0 to before *end*."""
    return _are(int, numbers) and (not numbers or 0 <= min(numbers) <= max(numbers) < end)
