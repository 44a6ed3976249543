"""The page of ``/agent``: the notice to owners of sites, in the look of the other pages."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from browser.model.about import Code, Notice, Place, Terms
from browser.pages.render import href, html

# What begins with two slashes of either kind leads to another host; tabs and line ends between them
# do not count (WHATWG URL 4.4, basic URL parser).
_PATH = re.compile(r"/(?![/\\])[!-~]*")


def page(notice: Notice) -> str:
    """*notice* as a document."""
    sections = [
        {"title": part.title, "pieces": [_piece(piece) for piece in part.pieces]} for part in notice
    ]
    return html("agent.html", sections=sections)


def _piece(piece: str | Code | Terms | Place) -> dict[str, Any]:
    match piece:
        case str():
            return {"kind": "paragraph", "text": piece}
        case Code(text):
            return {"kind": "code", "text": text}
        case Terms(rows):
            return {"kind": "terms", "rows": rows}
        case Place(what, address):
            return {"kind": "place", "what": what, "address": address, "leads": _leads(address)}


def _leads(address: str) -> str:
    """Where a link to *address* leads: a path of ours, the web, or a letter; or nowhere."""
    if address.startswith("/"):
        return address if _PATH.fullmatch(address) else ""
    return href(address) or (f"mailto:{quote(address, safe='@')}" if "@" in address else "")
