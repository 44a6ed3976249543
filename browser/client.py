"""A small client of the service's own API, for the shell and the demo.

Standard library only: it speaks to one address the person named, and must not use the proxies
of the environment.
"""

from __future__ import annotations

import http.client
import json
from typing import Any

import ada_url

from browser.model.url import Url

TIMEOUT = 60.0  # seconds; a command may wait for a turn and then for a slow site


class ClientError(Exception):
    """The service cannot be reached or refuses the caller; one line for a person."""


class Client:
    """One conversation with a service.

    Args:
        address: ``http://127.0.0.1:8000``.
        token: Bearer token, possibly empty.
        session: Conversation to join; a new one when left out.

    Attributes:
        session: Its name, once a command has run.
    """

    def __init__(self, address: str, token: str = "", session: str = "") -> None:
        url = Url.parse(address)
        if not url.is_web:
            raise ClientError(f"{address} is no http address")
        kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(url.host.strip("[]"), url.port, timeout=TIMEOUT)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.session = session

    def command(self, name: str, **parameters: str | int | None) -> dict[str, Any]:
        """Run a command; returns the reply, whose ``ok`` may be false.

        Raises:
            ClientError: the service is away, or calls the request a mistake.
        """
        query = ada_url.URLSearchParams("")
        for key, value in parameters.items():
            if value is not None:
                query.append(key, str(value))
        if self.session:
            query.append("session", self.session)
        reply = self.ask("GET", f"/v1/{name}?{query}")
        if "session" not in reply or "text" not in reply:
            raise ClientError("what answers there is no polite-browser")
        self.session = str(reply["session"])
        return reply

    def allow(self, url: str) -> None:
        """Say that a person wrote *url*, so that it may be opened; raises like `command`."""
        query = ada_url.URLSearchParams("")
        query.append("url", url)
        if self.session:
            query.append("session", self.session)
        self.session = str(self.ask("GET", f"/v1/allow?{query}").get("session", self.session))

    def ask(self, method: str, target: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; raises `ClientError` as `command` does."""
        payload = json.dumps(body).encode() if body is not None else None
        headers = self._headers | ({"Content-Type": "application/json"} if body else {})
        try:
            self._connection.request(method, target, payload, headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ClientError(f"the service does not answer: {error}") from error
        finally:
            # A person reads longer than a service keeps an idle connection.
            self._connection.close()
        data = _object(text)
        if response.status >= 400:
            raise ClientError(str(data.get("detail", f"HTTP {response.status}")))
        return data

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _object(text: bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
