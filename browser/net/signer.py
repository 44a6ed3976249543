"""Signs requests, so that a site can tell this browser from whoever borrows its name.

Governing text: that of `browser.rules.web_bot_auth`. A request is signed last, when nothing of it
changes any more, and each time anew: a redirect's next hop, and a request that is sent again
because its connection was closed, have signatures of their own.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from browser.model.clock import Clock
from browser.model.url import Url
from browser.net.signing_key import SigningKey
from browser.rules.signature import signature_fields
from browser.rules.signature_parts import Request
from browser.rules.web_bot_auth import LABEL, NONCE, Form, agent_field, request_terms


class Signer:
    """Signs GET requests.

    Args:
        key: Signs.
        agent: Origin at which the key is published, ``https://agent.example``.
        form: How the field Signature-Agent is written.
        clock: Tells the time.
    """

    def __init__(self, key: SigningKey, agent: str, form: Form, clock: Clock) -> None:
        self._key = key
        self._form = form
        self._agent = agent_field(agent, form)
        self._clock = clock

    def fields(self, url: Url, target: str) -> Mapping[str, str]:
        """The three header fields that sign a request.

        Args:
            url: Where it goes.
            target: Its request target, as it is sent.
        """
        agent = {"Signature-Agent": self._agent}
        terms = request_terms(
            url,
            form=self._form,
            keyid=self._key.keyid,
            now=self._clock.now(),
            nonce=secrets.token_bytes(NONCE),
        )
        base = terms.base(Request("GET", url, tuple(agent.items()), target))
        return {**agent, **signature_fields(LABEL, terms, self._key.sign(base))}
