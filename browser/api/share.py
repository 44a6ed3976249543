"""The address under which a conversation is shown to others: ``/sources/{id}``.

The id is a right to look on: it tells where the session is stored, and the secret that was made
with it. Names of sessions are chosen by callers and can be guessed, so a name is an id only on a
service that is open to its own machine. Forgetting the session takes the right back.

Left to taste: the form of the id, 66 characters that need no escaping in a URL.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import Any

from browser.api.reply import shared_json
from browser.conversation import Conversations
from browser.model.session import Session


def share_id(session: Session) -> str | None:
    """The id of *session*; ``None`` as long as it has no secret."""
    if not session.share:
        return None
    key = base64.urlsafe_b64encode(bytes.fromhex(session.key)).decode().rstrip("=")
    return f"{key}.{session.share}"


class Shares:
    """Finds what an id shows.

    Args:
        conversations: Have the sessions.
        public_url: Where callers reach the service, if that is known.
        by_name: Whether the name of a session will do: on a service without tokens.
    """

    def __init__(self, conversations: Conversations, *, public_url: str, by_name: bool) -> None:
        self._conversations = conversations
        self._base = public_url.rstrip("/")
        self._by_name = by_name

    def address(self, session: Session) -> str | None:
        """Of the page that shows *session*: a URL, or the path of one."""
        name = share_id(session)
        return f"{self._base}/sources/{name}" if name else None

    async def find(self, name: str) -> Session | None:
        """The session that the id *name* shows.

        Raises:
            StateUnavailable: the store is away.
        """
        key = _key(name.partition(".")[0])
        found = await self._conversations.at(key) if key else None
        known = share_id(found) if found else None
        if known and hmac.compare_digest(known.encode(), name.encode()):
            return found
        return await self._conversations.find("", name) if self._by_name else None

    async def told(self, name: str) -> dict[str, Any] | None:
        """What the id *name* shows, as JSON values; raises like `find`."""
        session = await self.find(name)
        if session is None:
            return None
        return shared_json(session, self._conversations.running(session))


def _key(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=").hex()
    except (binascii.Error, ValueError):
        return ""
