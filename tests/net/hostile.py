"""Replies of an origin that means harm: each a name, the bytes, and how it may end.

Every server here stops by itself when its client goes away, and none needs more than the bytes
of one reply in memory.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Callable
from typing import NamedTuple

from tests.world import Serve, World

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
REDIRECT = "HTTP/1.1 302 x\r\nLocation: /{}\r\nContent-Length: 0\r\n\r\n"
MEBIBYTE = 2**20
DRIP = 0.05  # seconds between two octets

BAD, LARGE, LATE = {"bad_response"}, {"too_large"}, {"timeout"}
MANY = {"too_many_redirects"}
READ = {"ok", "unreadable", "unsupported_type", "no_text"}  # it is a reply; what it says is next


class Hostile(NamedTuple):
    """A reply.

    Attributes:
        name: Also the path it is served under.
        serve: What the origin does.
        ends: Codes a fetch may end in; ``ok`` when it may succeed.
    """

    name: str
    serve: bytes | Serve
    ends: set[str]


def gzip_of_zeros(mebibytes: int) -> bytes:
    """A gzip file that never stands in memory whole; a thousandth of what it holds."""
    engine = zlib.compressobj(9, wbits=-15)
    piece = engine.compress(bytes(MEBIBYTE)) + engine.flush(zlib.Z_FULL_FLUSH)
    return gzip.compress(b"")[:10] + piece * mebibytes


def sized(body: bytes, *fields: bytes) -> bytes:
    """An ordinary reply around *body*."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return OK + lines + b"Content-Length: %d\r\n\r\n" % len(body) + body


def flood(head: bytes, piece: bytes, times: int = 10**9) -> Serve:
    """*head*, then *piece* over and over, as fast as it is read."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(times):
            connection.sendall(piece)

    return serve


def drip(head: bytes, piece: bytes) -> Serve:
    """*head*, then a little *piece* now and then, for ever."""

    def serve(connection: socket.socket) -> None:
        pause = threading.Event()
        connection.sendall(head)
        while not pause.wait(DRIP):
            connection.sendall(piece)

    return serve


def silent(head: bytes) -> Serve:
    """*head*, then nothing until the client gives up."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.recv(1)

    return serve


def reset(head: bytes) -> Serve:
    """*head*, then a TCP reset."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return serve


def half_closed(head: bytes) -> Serve:
    """*head*, then no more is sent; the connection stays."""

    def serve(connection: socket.socket) -> None:
        connection.sendall(head)
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)

    return serve


def once(answer: bytes) -> Serve:
    """*answer*, then the end."""
    return lambda connection: connection.sendall(answer)


def codings() -> list[Hostile]:
    """Bodies that unpack to more than they are, or to nothing."""
    bomb = gzip_of_zeros(1024)
    nested = gzip.compress(gzip_of_zeros(64))
    member = (
        gzip_of_zeros(1) + b"\x03\x00" + struct.pack("<II", zlib.crc32(bytes(MEBIBYTE)), MEBIBYTE)
    )
    deflate = zlib.compressobj(9)
    zeros = deflate.compress(bytes(MEBIBYTE)) + deflate.flush(zlib.Z_FULL_FLUSH)
    coded, inflated = b"Content-Encoding: gzip", b"Content-Encoding: deflate"
    chain = b"Content-Encoding: " + b", ".join([b"gzip"] * 100)
    return [
        Hostile("gzip-bomb", sized(bomb, coded), LARGE),
        Hostile("gzip-members", sized(member * 64, coded), LARGE),
        Hostile("gzip-empty-members", sized(gzip.compress(b"") * 50_000, coded), BAD),
        Hostile("gzip-in-gzip", sized(nested, b"Content-Encoding: gzip, gzip"), BAD),
        Hostile("gzip-in-gzip-unsaid", sized(nested, coded), READ | LARGE),
        Hostile("gzip-twice", sized(nested, coded, coded), BAD),
        Hostile("gzip-chain", sized(nested, chain), BAD),
        Hostile("deflate-bomb", sized(zeros + zeros[2:] * 511, inflated), LARGE | BAD),
        Hostile("br-lie", sized(b"\x5b\xff\xff\x01" * 200, b"Content-Encoding: br"), BAD),
        Hostile("zstd-lie", sized(b"\x28\xb5\x2f\xfd" * 200, b"Content-Encoding: zstd"), BAD),
        Hostile("gzip-lie", sized(b"<p>no gzip at all", coded), BAD),
        Hostile("deflate-lie", sized(b"\xff\xfe" * 99, inflated), BAD),
        Hostile("gzip-cut", sized(gzip.compress(b"x" * 9999)[:-9], coded), BAD),
    ]  # fmt: skip


def endless() -> list[Hostile]:
    """Replies that do not end."""
    trailers = CHUNKED + b"1\r\nx\r\n0\r\n"
    return [
        Hostile("endless-body", flood(OK + b"\r\n", b"x" * 65536), LARGE),
        Hostile("endless-chunks", flood(CHUNKED, b"1000\r\n" + b"x" * 4096 + b"\r\n"), LARGE),
        Hostile("one-byte-chunks", flood(CHUNKED, b"1\r\nx\r\n" * 5000, 40), BAD),
        Hostile("chunk-extensions", flood(CHUNKED, b"1;" + b"y" * 60_000 + b"\r\nx\r\n"), BAD),
        Hostile("chunk-line", flood(CHUNKED + b"1;", b"y" * 65536), BAD),
        Hostile("chunk-size", flood(CHUNKED, b"0" * 65536), BAD),
        Hostile("endless-trailers", flood(trailers, b"X: y\r\n" * 1000), BAD),
        Hostile("long-trailer", flood(trailers + b"X: ", b"y" * 65536), BAD),
        Hostile("endless-100", flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 500), BAD),
        Hostile("endless-103", flood(b"", b"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n" * 500), BAD),
        Hostile("endless-headers", flood(OK, b"X: y\r\n" * 1000), BAD),
        Hostile("long-header", flood(OK + b"X: ", b"y" * 65536), BAD),
        Hostile("long-status-line", flood(b"HTTP/1.1 200 ", b"y" * 65536), BAD),
        Hostile("tiny-headers", sized(b"<p>x", *[b"a:b"] * 9000), BAD),
        Hostile("cookies", sized(b"<p>x", *[b"Set-Cookie: a=b"] * 2000), BAD),
        Hostile("drip-body", drip(OK + b"Content-Length: 99999\r\n\r\n", b"x"), LATE),
        Hostile("drip-chunks", drip(CHUNKED, b"1\r\nx\r\n"), LATE),
        Hostile("drip-headers", drip(OK, b"X: y\r\n"), LATE),
        Hostile("drip-100", drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), LATE),
        Hostile("silence", silent(b""), LATE),
        Hostile("silence-in-head", silent(b"HTTP/1.1 200 OK\r\nX"), LATE),
        Hostile("silence-in-body", silent(OK + b"Content-Length: 9\r\n\r\nab"), LATE),
        Hostile("circle", REDIRECT.format("circle").encode(), MANY),
    ]  # fmt: skip


def broken() -> list[Hostile]:
    """Replies that are none, or say two things."""
    two = b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"
    both = b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    said = {
        "short": (OK + b"Content-Length: 100\r\n\r\nbreaks off", BAD),
        "long": (OK + b"Content-Length: 4\r\n\r\n<p>xHTTP/1.1 200 OK\r\n\r\nsmuggled", READ),
        "negative": (OK + b"Content-Length: -5\r\n\r\nhello", BAD),
        "huge-length": (OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\nhello", BAD | LARGE),
        "two-lengths": (OK + two, BAD),
        "length-and-chunked": (OK + both, READ | BAD),
        "unknown-transfer": (OK + b"Transfer-Encoding: x\r\n\r\nhello", BAD),
        "bad-chunk-size": (CHUNKED + b"zz\r\nab\r\n0\r\n\r\n", BAD),
        "negative-chunk": (CHUNKED + b"-1\r\nab\r\n0\r\n\r\n", BAD),
        "nul-in-header": (OK + b"X: a\0b\r\n\r\nhello", BAD),
        "nul-in-name": (OK + b"X\0: a\r\n\r\nhello", BAD),
        "folded-header": (OK + b"X: a\r\n b\r\nContent-Length: 4\r\n\r\n<p>x", READ | BAD),
        "space-before-colon": (OK + b"X : a\r\nContent-Length: 4\r\n\r\n<p>x", READ | BAD),
        "http-0.9": (b"<!doctype html><p>HTTP/0.9", BAD),
        "http-2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", BAD),
        "ssh": (b"SSH-2.0-OpenSSH_9.9\r\n", BAD),
        "tls-alert": (b"\x15\x03\x01\x00\x02\x02\x28", BAD),
        "switching": (b"HTTP/1.1 101 x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhi", BAD),
        "status-999": (b"HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n", {"http_status"}),
        "status-0": (b"HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n", BAD),
        "no-status": (b"HTTP/1.1 OK\r\n\r\n", BAD),
        "nothing": (b"", BAD),
        "partial": (b"HTTP/1.1 206 x\r\nContent-Length: 2\r\n\r\nhi", BAD),
        "unasked-304": (b"HTTP/1.1 304 x\r\n\r\n", BAD),
    }
    ways: dict[str, tuple[Callable[[bytes], Serve], set[str]]] = {
        "reset-in-head": (reset, BAD | {"connect_failed"}),
        "half-closed-in-head": (half_closed, BAD),
    }
    replies = [Hostile(name, once(answer), ends) for name, (answer, ends) in said.items()]
    replies += [Hostile(name, way(OK), ends) for name, (way, ends) in ways.items()]
    body = OK + b"Content-Length: 99\r\n\r\nab"
    replies += [
        Hostile("reset-in-body", reset(body), BAD),
        Hostile("half-closed-in-body", half_closed(body), BAD),
    ]
    return replies


def every() -> list[Hostile]:
    """All of them."""
    return [*codings(), *endless(), *broken()]


CHAIN = Hostile("chain/0", b"", MANY)


def serve_all(world: World, host: str = "hostile.test") -> None:
    """Put all of them on *host* of *world*."""
    for reply in every():
        world.raw(host, f"/{reply.name}", reply.serve)
    for number in range(30):
        world.raw(host, f"/chain/{number}", REDIRECT.format(f"chain/{number + 1}").encode())
