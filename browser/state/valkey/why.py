"""What is told to an operator of a shared store that is away: a kind, never a place or a secret.

Anybody may read it at `/readyz`; the log has what the library said.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from redis import exceptions as said

from browser.state.valkey.fit import Unfit

_KINDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (said.NoPermissionError, "does not let its user do this: see the rights that its ACL gives"),
    (
        (said.AuthenticationError, said.AuthenticationWrongNumberOfArgsError),
        "refuses the password: see store.url",
    ),
    (said.OutOfMemoryError, "is out of memory: give it more maxmemory"),
    (said.ReadOnlyError, "is read-only: store.url must name the primary"),
    (said.BusyLoadingError, "is still loading its data"),
    (ssl.SSLError, "does not speak TLS that we trust: see ssl_ca_certs of store.url"),
    (socket.gaierror, "has a name that leads to no address"),
    (ConnectionRefusedError, "refuses the connection: see that it runs"),
    (FileNotFoundError, "has no socket at this path: see that it runs"),
    (PermissionError, "has a socket that we may not use"),
    ((TimeoutError, said.TimeoutError), "does not answer in time"),
    ((said.ConnectionError, OSError, EOFError), "has broken off the connection"),
)
_BEGINNINGS = {  # of what a server says for which the library has no kind
    "misconf": "cannot write to its disk",
    "max number of clients": "takes no more connections: see its maxclients",
}


def why(error: BaseException) -> str:
    """A sentence for the operator."""
    if isinstance(error, Unfit):
        return str(error)
    behind = list(_chain(error))
    for each in behind:
        for begins, does in _BEGINNINGS.items():
            if str(each).lower().startswith(begins):
                return f"The shared store {does}."
    for kind, does in _KINDS:
        if any(isinstance(each, kind) for each in behind):
            return f"The shared store {does}."
    return "The shared store fails; the log says how."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
