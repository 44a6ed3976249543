"""A small client of the service's own API, for the shell, the demo and the operator.

Standard library only: it speaks to one address the person named, and must not use the proxies
of the environment.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator
from types import NoneType
from typing import Any
from urllib.parse import quote

import ada_url

from browser.model.url import Url

PART = 500  # hosts asked for at once
TIMEOUT = 60.0  # seconds; a command may wait for a turn and then for a slow site


class ClientError(Exception):
    """The service cannot be reached or refuses the caller; one line for a person.

    Attributes:
        status: HTTP status of the answer; 0 when there was none.
    """

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status


class Away(ClientError):
    """Nothing listens at the address."""


class Client:
    """One conversation with a service. Several threads may ask at the same time.

    Args:
        address: ``http://127.0.0.1:8000``.
        token: Bearer token, possibly empty.
        session: Conversation to join; a new one when left out.

    Attributes:
        session: Its name, once a command has run.
        token: As given.
    """

    def __init__(self, address: str, token: str = "", session: str = "") -> None:
        url = Url.parse(address)
        if not url.is_web:
            raise ClientError(f"{address} is no http address")
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._live: set[http.client.HTTPConnection] = set()
        self.session = session
        self.token = token

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
        if not _is_reply(reply):
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

    def transcript(self) -> dict[str, Any]:
        """What the conversation did, read and quoted; empty before its first command.

        Raises:
            ClientError: as `command` does.
        """
        try:
            return self.ask("GET", self._path())
        except ClientError as error:
            if error.status == 404:
                return {}
            raise

    def whole(self, cursor: int) -> dict[str, Any]:
        """Every line of the display *cursor*; raises like `command`."""
        return self.ask("GET", f"{self._path()}/pages/{cursor}")

    def note(self) -> str:
        """What the command that is running waits for; empty when it has not said.

        Raises:
            ClientError: as `command` does.
        """
        steps = self.transcript().get("steps") or [{}]
        return str(steps[-1].get("note") or "")

    def _path(self) -> str:
        return f"/v1/sessions/{quote(self.session, safe='')}"

    def ask(self, method: str, target: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request; raises `ClientError` as `command` does."""
        with self.asking(method, target, body) as response:
            return _object(response.read())

    @contextlib.contextmanager
    def asking(
        self, method: str, target: str, body: dict[str, Any] | None = None
    ) -> Iterator[http.client.HTTPResponse]:
        """The answer to one request while it is read; raises `ClientError` as `command` does."""
        payload = json.dumps(body).encode() if body is not None else None
        typed = {"Content-Type": "application/json"} if body is not None else {}
        secure = self._url.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        # One for each request: a person reads longer than a service keeps an idle connection.
        connection = kind(self._url.host.strip("[]"), self._url.port, timeout=TIMEOUT)
        self._live.add(connection)
        try:
            connection.request(method, target, payload, self._headers | typed)
            response = connection.getresponse()
            if response.status >= 400:
                data = _object(response.read())
                detail = str(data.get("detail", f"HTTP {response.status}"))
                raise ClientError(detail, response.status)
            yield response
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, ConnectionRefusedError | socket.gaierror):
                raise Away(
                    f"Nothing answers at {self._url.authority}. "
                    "Is `polite-browser serve` running there?"
                ) from error
            why = getattr(error, "strerror", None) or error  # without the number
            raise ClientError(f"the service does not answer: {why}") from error
        finally:
            self._live.discard(connection)
            connection.close()

    def close(self) -> None:
        """Hang up on what is being asked, from any thread: who asks gets a `ClientError`."""
        for connection in list(self._live):
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)


class Operator(Client):
    """What an operator asks of a service and orders it.

    Args:
        address: As for `Client`.
        token: Of the operator.
        by: Who that is, for the audit log.
    """

    def __init__(self, address: str, token: str, by: str) -> None:
        super().__init__(address, token)
        self._headers["X-Operator"] = by

    def hosts(self, search: str = "", state: str = "") -> list[dict[str, Any]]:
        """What every host is doing whose name contains *search*; raises like `ask`."""
        found: list[dict[str, Any]] = []
        while True:
            query = ada_url.URLSearchParams("")
            for name, value in (("search", search), ("state", state), ("offset", len(found))):
                if value:
                    query.append(name, str(value))
            query.append("limit", str(PART))
            part = self.ask("GET", f"/operator/hosts?{query}").get("hosts")
            if not isinstance(part, list):
                raise ClientError("what answers there is no polite-browser")
            found += part
            if len(part) < PART:
                return found

    def host(self, name: str) -> dict[str, Any]:
        """What one host is doing; raises like `ask`."""
        return self.ask("GET", _host_path(name))

    def order(self, name: str, limits: dict[str, Any]) -> dict[str, Any]:
        """Set the limits of a host; returns what it is doing then. Raises like `ask`."""
        return self.ask("PUT", _host_path(name), limits)

    def withdraw(self, name: str) -> dict[str, Any]:
        """Take the order for a host back; raises like `ask`, with 404 when none stood."""
        return self.ask("DELETE", _host_path(name))

    def reload(self) -> dict[str, Any]:
        """Have the settings file read again: ``reloaded`` and ``says``. Raises like `ask`."""
        return self.ask("POST", "/operator/reload")

    def orders(self) -> str:
        """The orders that stand, as tables of a settings file; raises like `ask`."""
        with self.asking("GET", "/operator/limits.toml") as response:
            return response.read().decode()

    def events(self) -> Iterator[tuple[str, Any]]:
        """Name and data of what happens, until the service stops; raises like `ask`."""
        with self.asking("GET", "/operator/events") as response:
            name = ""
            for line in response:
                field, _, value = line.decode().rstrip("\r\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":  # the service writes one such line an event
                    yield name, json.loads(value)


def _host_path(name: str) -> str:
    if "/" in name:
        raise ClientError(f"{name} is no host: write a name or address alone, as in example.com")
    return f"/operator/hosts/{quote(name, safe='')}"


def _is_reply(reply: dict[str, Any]) -> bool:
    """Whether *reply* has the shape of a command's; what answers may be anything."""
    kinds: dict[str, type | tuple[type, ...]] = {
        "session": str,
        "text": str,
        "links": list,
        "page": (dict, NoneType),
        "quote": (dict, NoneType),
        "failure": (dict, NoneType),
    }
    told = {"session": None, "text": None, **reply}
    return all(isinstance(told[name], kind) for name, kind in kinds.items() if name in told)


def _object(text: bytes) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
