"""Reading a body: raw bytes under a cap, content coding undone under the same cap.

Governing text: RFC 9110 8.4. Only gzip is asked for; deflate is understood since some servers
send it unasked. Everything else, and codings stacked on each other, is refused: a few hundred
bytes of nested coding can ask for gigabytes. Inflating happens in pieces, so that no bomb ever
stands in memory whole.

Left to taste: a body that has grown to a hundred times what was sent for it is a bomb, once it
is longer than a mebibyte (text shrinks to a fifth, the emptiest table to a sixtieth). And nobody
sends a page in twenty thousand crumbs, or a thousand gzip members.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

import anyio.lowlevel

from browser.errors import FetchFailed
from browser.model.reason import Reason

PIECE = 64 * 1024  # octets inflated at a time
CHUNKS_A_TURN = 16  # tiny chunks that came together must not hold the event loop; 0.3 ms of them
SMALL = 512  # octets; a chunk below this is a crumb
MAX_CRUMBS = 20_000
RATIO = 100  # times as long as what was sent
FREE = 2**20  # octets that may come from however little
MEMBER = b"\x1f\x8b"  # how a gzip member begins, RFC 1952 2.3.1
MAX_MEMBERS = 1000  # of one body; those who compress in blocks make one for each 64 KiB


async def read_body(
    chunks: AsyncIterable[bytes], coding: str, max_bytes: int, *, cut: bool = False
) -> tuple[bytes, bool]:
    """Read and decode a body.

    Args:
        chunks: Raw, as they come from the socket.
        coding: The Content-Encoding field.
        max_bytes: Cap on the raw and on the decoded size.
        cut: Whether to cut at the cap rather than fail.

    Returns:
        The body, and whether it was cut.

    Raises:
        FetchFailed: ``too_large`` or ``bad_response``.
    """
    inflate = _inflater(coding)
    out = bytearray()
    raw = count = crumbs = 0
    async for chunk in chunks:
        raw += len(chunk)
        count += 1
        crumbs += len(chunk) < SMALL
        if count % CHUNKS_A_TURN == 0:
            await anyio.lowlevel.checkpoint()
        inflate.feed(chunk, out, max_bytes + 1 - len(out))
        if len(out) > max_bytes or raw > max_bytes:
            if cut:
                return bytes(out[:max_bytes]), True
            raise too_large(max_bytes)
        if len(out) > max(FREE, RATIO * raw):
            raise _bomb()
        if crumbs > MAX_CRUMBS:
            raise _crumbs()
    inflate.finish()
    return bytes(out), False


def too_large(max_bytes: int) -> FetchFailed:
    """The failure for a page over the cap."""
    return FetchFailed(
        Reason.TOO_LARGE,
        f"the page is larger than the {max_bytes:,} bytes this browser reads. "
        "Choose another source.",
    )


def _bomb() -> FetchFailed:
    return FetchFailed(
        Reason.TOO_LARGE,
        f"the page unpacks to more than {RATIO} times what was sent. Choose another source.",
    )


def _crumbs() -> FetchFailed:
    return FetchFailed(
        Reason.BAD_RESPONSE,
        f"the site sent its page in more than {MAX_CRUMBS:,} tiny pieces. Choose another source.",
    )


class _Identity:
    def feed(self, chunk: bytes, out: bytearray, room: int) -> None:
        out += chunk[: max(room, 0)]

    def finish(self) -> None:
        pass


class _Inflate(_Identity):
    """gzip (several members too) and deflate, zlib-wrapped or raw."""

    def __init__(self, *, gzip: bool) -> None:
        self._gzip = gzip
        self._engine = zlib.decompressobj(31 if gzip else 15)
        self._members = 1
        self._started = self._ended = False
        self._held = b""  # one octet that only makes sense with the next

    def feed(self, chunk: bytes, out: bytearray, room: int) -> None:
        data, self._held = self._held + chunk, b""
        more = bool(data)
        while more and room > 0 and not self._ended:
            if len(data) == 1 and (self._engine.eof or not self._started):
                self._held = data
                return
            if self._engine.eof:
                if not self._gzip or not data.startswith(MEMBER):
                    self._ended = True  # padding after the last member
                    return
                self._engine = zlib.decompressobj(31)
                self._members += 1
                if self._members > MAX_MEMBERS:
                    raise _broken()
            limit = min(PIECE, room)
            try:
                piece = self._engine.decompress(data, limit)
            except zlib.error as error:
                if self._gzip or self._started:
                    raise _broken() from error
                self._engine = zlib.decompressobj(-15)
                self._started = True
                continue
            self._started = True
            out += piece
            room -= len(piece)
            data = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
            # A full piece may leave more inside the engine than in what it was fed.
            more = bool(data) or (len(piece) == limit and not self._engine.eof)

    def finish(self) -> None:
        if not self._engine.eof and (self._started or self._held):
            raise _broken()


def _inflater(coding: str) -> _Identity:
    name = coding.strip().lower()
    if name in ("", "identity"):
        return _Identity()
    if name in ("gzip", "x-gzip", "deflate"):
        return _Inflate(gzip=name != "deflate")
    raise FetchFailed(
        Reason.BAD_RESPONSE,
        "the site sent a content coding that was not asked for. Choose another source.",
    )


def _broken() -> FetchFailed:
    return FetchFailed(
        Reason.BAD_RESPONSE, "the site sent damaged compressed data. Choose another source."
    )
