"""The address under which a conversation is shown to others: ``/sources/{id}``.

The id is a right to look on: a secret that was made with the session, and says nothing of its name
or of a credential. Names of sessions are chosen by callers and can be guessed, so a name is an id
only on a service that is open to its own machine. Forgetting the session takes the right back.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fastapi import Request

from browser.api.documents import Document, Documents
from browser.api.introduced import own_address
from browser.api.reply import shared_json
from browser.conversation import Conversations
from browser.model.session import Session


class Shares:
    """Finds what an id shows.

    Args:
        conversations: Have the sessions.
        public_url: Where callers reach the service, if that is known.
        by_name: Whether the name of a session will do: on a service without tokens.
    """

    def __init__(self, conversations: Conversations, *, public_url: str, by_name: bool) -> None:
        self._conversations = conversations
        self._public_url = public_url
        self._by_name = by_name
        self._documents = Documents()

    def address(self, request: Request, session: Session) -> str | None:
        """URL of the page that shows *session*; ``None`` as long as it has no secret.

        Args:
            request: Asks; where it came, others are sent, unless the operator named an address.
            session: Of the caller.

        Raises:
            Problem: 400 when the Host field is no host.
        """
        if not session.share:
            return None
        return f"{own_address(request, self._public_url)}/sources/{session.share}"

    async def find(self, name: str) -> Session | None:
        """The session that the id *name* shows.

        Raises:
            StateUnavailable: the store is away.
        """
        found = await self._conversations.shared(name)
        if found is None and self._by_name:
            found = await self._conversations.find("", name)
        return found

    async def document(
        self, name: str, form: str, write: Callable[[dict[str, Any]], bytes]
    ) -> Document | None:
        """What the id *name* shows; raises like `find`.

        Args:
            name: The id.
            form: Tells what *write* makes from what others make.
            write: Makes a document of the JSON values, in a thread.
        """
        session = await self.find(name)
        if session is None:
            return None
        running = self._conversations.steps.running(session.key, len(session.steps))
        still = replace(
            session,
            steps=session.steps.copy(),
            displays=session.displays.copy(),
            quotes=session.quotes.copy(),
        )
        state = (
            *(session.share, running and running.state),
            *(len(still.steps), len(still.displays), len(still.quotes)),
        )
        step = running.step if running else None
        return await self._documents.get(
            session, form, state, lambda: write(shared_json(still, step))
        )


def plain(told: dict[str, Any]) -> bytes:
    """*told* as JSON; half a character, which UTF-8 has no bytes for, is replaced."""
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")
