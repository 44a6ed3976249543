"""What guided fuzzing is pointed at: functions that take any bytes, and say when one is wrong.

Each takes octets, makes of them what its part of the service takes, and checks what must hold
of the answer. They raise on a finding and on nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import anyio

from browser.displays import Displays
from browser.errors import BrowserError, UsageError
from browser.model.clock import Clock
from browser.model.session import Display, Session
from browser.model.url import Url
from browser.model.verdict import Allow
from browser.net.clock import SystemClock
from browser.resolve import Resolved, Style, resolve
from browser.rules import robots
from browser.rules.address import judge_address
from browser.rules.own_hosts import HostMap
from browser.rules.target import judge_target, parse_target
from browser.state.memory import MemoryPages
from browser.state.volatile import VolatilePages
from browser.text import cite, codec
from browser.text import render as read
from tests.fuzz.invariants import check

LINE_CHARS = 200
TOKEN = "ChatGPT-User"
HERE = "https://site.example/dir/page"
KINDS = [
    "text/html", "", "application/xhtml+xml", "application/xml", "application/rss+xml",
    "application/json", "text/csv", "text/markdown", "text/plain", "image/svg+xml",
    "application/x-ndjson", "application/feed+json", "text/html; charset=utf-16",
    "text/html; charset=shift_jis",
]  # fmt: skip
STYLES: tuple[Style, ...] = ("markdown", "plain", "keep")
WEB = frozenset({80, 443})


def render(data: bytes) -> None:
    """A document: the first octet chooses its label."""
    if not data:
        return
    with contextlib.suppress(BrowserError):
        page = read(data[1:], KINDS[data[0] % len(KINDS)], HERE, line_chars=LINE_CHARS)
        check(page, LINE_CHARS)


def robots_txt(data: bytes) -> None:
    """A robots.txt file, and a path behind its last NUL."""
    body, _, path = data.rpartition(b"\x00")
    file = robots.parse(body)
    asked = "https://site.example/" + path.decode("utf-8", "replace")
    verdict = file.judge(asked, TOKEN)
    again = robots.parse(body).judge(asked, TOKEN)
    assert verdict == again, "another verdict the second time"
    told = getattr(verdict, "rule", None) or ""
    assert told.isprintable(), "a rule that is no line"
    for pace in (file.crawl_delay(TOKEN), file.request_interval(TOKEN)):
        assert pace is None or 0 <= pace < float("inf"), f"a pace of {pace}"
    file.group(TOKEN)
    assert isinstance(file.judge("https://site.example/robots.txt", TOKEN), Allow)


def url(data: bytes) -> None:
    """A URL as typed, and as a link of a page."""
    text = data.decode("utf-8", "surrogateescape" if data[:1] == b"\xff" else "replace")
    for base in (None, Url.parse(HERE)):
        try:
            parsed = parse_target(text, base)
        except UsageError:
            continue
        assert Url.parse(parsed.href) == parsed, "a URL that reads otherwise the second time"
        verdict = judge_target(parsed, ports=WEB, own_hosts=HostMap.parse({}))
        if isinstance(verdict, Allow):
            assert parsed.is_web
            assert not parsed.has_userinfo
            assert parsed.port in WEB
            assert parsed.host.isascii()
            assert parse_target(parsed.href) == parsed, "allowed, and refused as it is sent"
            if parsed.is_address:
                assert isinstance(judge_address(parsed.host), Allow)


def citations(data: bytes) -> None:
    """An answer of a model over two pages and a search."""
    text = data.decode("utf-8", "replace")
    for marker in cite.markers(text):
        assert text[marker.start : marker.end] == marker.text
    anyio.run(_resolved, text)


async def _resolved(text: str) -> None:
    displays, session = await _conversation()
    for style in STYLES:
        _consistent(await resolve(displays, session, text, style, partial=False), style, text)
        part = await resolve(displays, session, text, style, partial=True)
        assert 0 <= part.holdback <= len(text)
        _consistent(part, style, text[: len(text) - part.holdback])


def _consistent(done: Resolved, style: Style, text: str) -> None:
    at = 0
    for note in done.annotations:
        start, end = note["start_index"], note["end_index"]
        assert at <= start <= end <= len(done.text), "annotations that overlap"
        shown = done.text[start:end]
        assert shown[0] in "[【", f"an annotation of {shown!r}"
        at = end
    found = len(list(cite.markers(text)))
    assert len(done.annotations) + len(done.unresolved) == found, "a marker without an outcome"
    if style == "keep":
        assert done.text == text, "kept text that differs"
    assert [source["n"] for source in done.sources] == list(range(1, len(done.sources) + 1))


_made: list[tuple[Displays, Session]] = []


async def _conversation() -> tuple[Displays, Session]:
    """A conversation with two pages open, always the same."""
    if _made:
        return _made[0]
    clock: Clock = SystemClock()
    pages = MemoryPages(clock)
    displays = Displays(pages, VolatilePages(clock), 8_000)
    session = Session("key", "id", "", 0.0, 0.0)
    for cursor, body in enumerate(_PAGES):
        page = read(body, "text/html", HERE)
        key = await displays.keep(codec.encode(page), page)
        session.displays.append(
            Display(cursor, "page", key, 0, page.last, "", (), page.url, page.title, 0.0)
        )
    _made.append((displays, session))
    return _made[0]


_PAGES = (
    b"<title>One (1)</title><p>The first page has some words. <p>And a 2nd, with [brackets].",
    "<title>灯台</title><p>【注】灯台の光†が海を照らす。<p><a href=/x>A link</a>.".encode(),
)

_OPENED = ("a", "b", "i", "p", "h1", "pre", "table", "tr", "td", "th", "ul", "ol", "li", "dl", "dd")
_CLOSED = ("a", "b", "p", "pre", "table", "ul", "li", "div", "svg", "math", "select")

TARGETS: dict[str, Callable[[bytes], None]] = {
    "render": render,
    "robots": robots_txt,
    "url": url,
    "citations": citations,
}

# Words of each language, which a guide would take long to find by itself.
WORDS: dict[str, list[bytes]] = {
    "render": [
        *(f"<{name}>".encode() for name in _OPENED),
        *(f"</{name}>".encode() for name in _CLOSED),
        b"<div>", b"<svg>", b"<math>", b"<mi>", b"<select>", b"<option>", b"<ruby>", b"<rt>",
        b"<style>", b"<script>", b"<title>", b"<template>", b"<noscript>", b"<img alt=", b"<br>",
        b"<textarea>", b"<details>", b"<summary>", b"<main>", b"<nav>", b"<article>", b"<sup>",
        b" href=/x", b" hidden", b" rowspan=2", b" colspan=3", b" style='display:none'", b" id=a",
        b" class=content", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&lt;", b"&#x3010;", b"&#8224;",
        b"\xe3\x80\x90", b"\xe3\x80\x91", b"\xe2\x80\xa0", b"<|", b"|>", b"<rss>", b"<item>",
        b"<feed>", b"<entry>", b'{"a":', b"[1,", b"\r\n", b"| a |", b"```", b"* ", b"1. ", b"# ",
    ],
    "robots": [
        b"User-agent:", b"ChatGPT-User", b"*", b"Disallow:", b"Allow:", b"Crawl-delay:", b"$",
        b"Request-rate:", b"Sitemap:", b"%2F", b"%25", b"\xef\xbb\xbf", b"1/5", b"/", b"?", b"#",
    ],
    "url": [
        b"http://", b"https://", b"//", b"@", b":443", b":80", b"127.0.0.1", b"0x7f", b"[::1]",
        b"[::ffff:", b"localhost", b"xn--", b"%2e", b"\\", b"..", b".example", b"?", b"#", b".com",
        b"\xe3\x80\x82", b"\xef\xbc\x8f", b"javascript:", b"data:", b"file:", b"\t", b"\xc2\xad",
    ],
    "citations": [
        "【".encode(), "】".encode(), "†".encode(), "【0†L2】".encode(), "【1†L2-L3】".encode(),
        b"L2", b"L9", b"-", "–".encode(), b"0", b"1", b"source", b" ", b".", "【0†title】".encode(),
    ],
}  # fmt: skip
