"""Which display of a chat shows a URL that a tool names.

Tools of Open WebUI know no cursors: a page is named by its URL, as the model wrote it or as the
page came after redirects.
"""

from __future__ import annotations

from browser.conversation import Conversations
from browser.errors import UsageError
from browser.model.session import Session
from browser.rules.target import parse_target


async def opened(
    conversations: Conversations, owner: str, session: str | None, url: str
) -> int | None:
    """Cursor of the newest display of the page at *url*; ``None`` when there is none.

    Args:
        conversations: Knows the chat.
        owner: Digest of the caller's credential.
        session: Name of the chat, if it has one.
        url: As the model wrote it.
    """
    found = await conversations.find(owner, session) if session else None
    wanted = _bare(url)
    if found is None or wanted is None:
        return None
    return _newest(found, wanted)


def _newest(session: Session, wanted: str) -> int | None:
    asked = {
        step.cursor
        for step in session.steps
        if step.command == "open_url" and _bare(str(step.args.get("url"))) == wanted
    }
    keys = {shown.page_key for shown in session.displays if shown.cursor in asked}
    for shown in reversed(session.displays):
        if shown.kind != "page":
            continue
        if shown.page_key in keys or _bare(shown.url) == wanted:
            return shown.cursor
    return None


def _bare(url: str) -> str | None:
    try:
        return parse_target(url).without_fragment().href
    except UsageError:
        return None
