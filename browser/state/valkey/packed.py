"""Values as they lie in the shared store: each with its own name before it, and compressed.

The name is what a value was asked for by, or a digest of that. It is compared when the value is
read, so that a reply that reached the wrong question, by whatever fault of server, connection or
library, is never taken for the right one. Left to taste: zlib at its quickest, which halves a page
in the time it takes to send it, and from which size on a thread does it.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import anyio.to_thread

from browser.state.codec import Damaged

LEVEL = 1  # of zlib; a third of the size for a tenth of the time of the default
SMALL = 128  # octets that are not worth compressing
LARGE = 262_144  # octets for which a thread is worth its while

_PLAIN, _ZLIB = b"=", b"z"


def pack(data: bytes) -> bytes:
    """*data* in less room."""
    if len(data) < SMALL:
        return _PLAIN + data
    return _ZLIB + zlib.compress(data, LEVEL)


def unpack(packed: bytes, most: int) -> bytes:
    """What was packed, of at most *most* octets; raises `Damaged`."""
    if packed[:1] == _PLAIN:
        return packed[1:]
    if packed[:1] != _ZLIB:
        raise Damaged("a stored value begins with something else")
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(memoryview(packed)[1:], most)
    except zlib.error as error:
        raise Damaged("a stored value cannot be decompressed") from error
    if not inflater.eof:
        raise Damaged("a stored value is cut short, or too long")
    return data


def headed(head: dict[str, Any], body: bytes) -> bytes:
    """One value of *body* and of what is told about it, as JSON in a line of its own."""
    return json.dumps(head).encode() + b"\n" + body


def parted(value: bytes) -> tuple[dict[str, Any], bytes]:
    """The two parts of what `headed` made; raises `ValueError`."""
    text, _, body = value.partition(b"\n")
    head: dict[str, Any] = json.loads(text)
    return head, body


def named(name: str, packed: bytes) -> bytes:
    """*packed* with its name."""
    return _head(name) + packed


def of_name(name: str, stored: bytes) -> bytes:
    """What is stored under *name*, still packed; raises `Damaged` when it is that of another."""
    head = _head(name)
    if not stored.startswith(head):
        raise Damaged("a stored value belongs elsewhere")
    return stored[len(head) :]


async def seal(name: str, data: bytes) -> bytes:
    """*data* as it is stored under *name*."""
    if len(data) < LARGE:
        return named(name, pack(data))
    return named(name, await anyio.to_thread.run_sync(pack, data))


async def unseal(name: str, stored: bytes, most: int) -> bytes:
    """The data stored under *name*, of at most *most* octets; raises `Damaged`."""
    packed = of_name(name, stored)
    if len(packed) < LARGE // 4:
        return unpack(packed, most)
    return await anyio.to_thread.run_sync(unpack, packed, most)


def _head(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass") + b"\n"
