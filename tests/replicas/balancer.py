"""A balancer without stickiness: each request goes to the next replica, on a connection of its own.

For clients that keep connections: it closes each one after an answer.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

PATIENCE = 60.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@contextmanager
def balanced(addresses: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Yield the address of a balancer before *addresses*."""
    order = itertools.cycle(addresses)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, order), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, order: Iterator[tuple[str, int]]) -> None:
    with contextlib.suppress(OSError):
        while True:
            caller, _ = listener.accept()
            threading.Thread(target=_serve, args=(caller, next(order)), daemon=True).start()


def _serve(caller: socket.socket, address: tuple[str, int]) -> None:
    with caller, contextlib.suppress(OSError):
        request = _request(caller)
        if not request:
            return
        with socket.create_connection(address, PATIENCE) as replica:
            replica.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            threading.Thread(target=_until_gone, args=(caller, replica), daemon=True).start()
            while data := replica.recv(65_536):
                caller.sendall(data)


def _request(caller: socket.socket) -> bytes:
    read = b""
    while True:
        head, end, body = read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and len(body) >= (int(length[1]) if length else 0):
            return read
        data = caller.recv(65_536)
        if not data:
            return b""
        read += data


def _until_gone(caller: socket.socket, replica: socket.socket) -> None:
    """Tell the replica when the caller hangs up."""
    with contextlib.suppress(OSError):
        caller.recv(1)
        replica.shutdown(socket.SHUT_RDWR)
