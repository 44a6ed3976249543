"""Many pages for one caller: hosts side by side, the pages of a host one after another.

Every page is a command of a conversation, with its step. A conversation runs one command at a
time, so each host has its own, named after the chat's: ``CHAT~HOST``. A load for no chat is
forgotten when it is answered, since nobody could ask for it again.

Open WebUI waits for one answer to twenty URLs, and drops all of them when that one fails. So the
answer holds what came in time. When the time is over, or the caller hangs up, no page is asked for
any more; what a site has been asked for is read to the end.

Governing text: RFC 9651 (the header fields). Left to taste: the bounds.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import anyio
from fastapi import Request

from browser.api.under_way import Command, gone
from browser.conversation import Conversations
from browser.errors import BrowserError, UsageError
from browser.model.clock import iso
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.result import Reply
from browser.rules.target import parse_target
from browser.telemetry.log import log_defect
from browser.text import display, marks

MOST = 20  # URLs of one load, as many as Open WebUI sends at once
WITHIN = 40.0  # seconds after which no page is asked for any more
MAX_CHARS = 200_000  # of one page's text


class Load:
    """One load.

    Args:
        conversations: Runs commands.
        owner: Digest of the caller's credential.
        chat: Name of the chat, if it has one.
        urls: To load; the first `MOST` different ones are.
    """

    def __init__(
        self, conversations: Conversations, owner: str, chat: str | None, urls: list[str]
    ) -> None:
        self._conversations = conversations
        self._owner = owner
        self._chat = chat
        self._name = chat or secrets.token_urlsafe(18)
        places: dict[str, int] = {}
        for place, url in enumerate(urls):
            places.setdefault(url, place)
        self._places = dict(list(places.items())[:MOST])
        self._left_out = len(places) - len(self._places)
        self._replies: dict[str, Reply] = {}
        self._broken: set[str] = set()
        self._commands: set[Command] = set()
        self._ends = math.inf

    async def run(self, request: Request) -> None:
        """Load the pages, as long as the caller of *request* is there."""
        self._ends = anyio.current_time() + WITHIN
        hosts: dict[str, list[str]] = {}
        for url in self._places:
            hosts.setdefault(_host(url), []).append(url)
        async with anyio.create_task_group() as presence:
            presence.start_soon(self._until_gone, request)
            async with anyio.create_task_group() as group:
                for host, urls in hosts.items():
                    group.start_soon(self._load, f"{self._name}~{host}", urls)
            presence.cancel_scope.cancel()

    def documents(self) -> list[dict[str, Any]]:
        """Those that came, in the order in which they were asked for."""
        return [
            _document(url, self._replies[url])
            for url in self._places
            if url in self._replies and self._replies[url].failure is None
        ]

    def headers(self) -> Mapping[str, str]:
        """Which pages did not come and why: ``2;code=timeout`` is the third of the URLs.

        ``Load-Left-Out`` says how many were too many.
        """
        codes = {place: self._code(url) for url, place in self._places.items()}
        told = ", ".join(f"{place};code={code}" for place, code in codes.items() if code)
        fields = {"Load-Failed": told} if told else {}
        if self._left_out:
            fields["Load-Left-Out"] = str(self._left_out)
        return fields

    async def _load(self, session: str, urls: list[str]) -> None:
        for url in urls:
            with Command(self._ends) as command:
                self._commands.add(command)
                try:
                    self._replies[url] = await self._conversations.run(
                        self._owner, session, "open_url", {"url": url}
                    )
                except Exception as error:  # noqa: BLE001 - a defect costs one page of many
                    log_defect(error)
                    self._broken.add(url)
            self._commands.discard(command)
        if self._chat is None:
            with suppress(BrowserError):  # the store is away; what is kept expires
                await self._conversations.forget(self._owner, session)

    def _code(self, url: str) -> str | None:
        """Why the page did not come, or ``None`` when it did."""
        if url in self._broken:
            return "defect"
        reply = self._replies.get(url)
        if reply is None:  # its turn did not come
            return Reason.BUSY.value
        return reply.failure.code if reply.failure else None

    async def _until_gone(self, request: Request) -> None:
        await gone(request)
        self._ends = -math.inf
        for command in self._commands:
            command.leave()


def _host(url: str) -> str:
    try:
        return parse_target(url).host
    except UsageError:
        return ""


def _document(url: str, reply: Reply) -> dict[str, Any]:
    result = reply.result
    if result is None or result.display is None or result.page is None:
        return {"page_content": "", "metadata": {"source": url}}
    page, signals = result.page, result.display.signals
    text, is_whole = main_text(page)
    known = {
        "source": url,
        "url": page.url,
        "title": page.title,
        "retrieved_at": iso(result.display.fetched_at),
        "content_sha256": page.digest.removeprefix("sha256:"),
        "robots": reply.politeness.robots,
        "cache": reply.politeness.cache,
        "language": page.language,
        "author": page.author,
        "published": page.published,
        "truncated": page.truncated or not is_whole,
        "keep": signals.keep,
        "signals": ", ".join((*signals.obeyed, *signals.reported)),
        "license": signals.license,
    }
    metadata = {name: value for name, value in known.items() if value not in (None, "")}
    return {"page_content": text, "metadata": metadata}


def main_text(page: Page) -> tuple[str, bool]:
    """The lines that a display shows without opening a fold, links reduced to their text.

    Returns:
        At most `MAX_CHARS` characters of it, and whether that is all.
    """
    parts: list[str] = []
    n, size = 2, 0
    while n <= page.last and size <= MAX_CHARS:
        fold = None if page.lines[n].main else display.fold_at(page, n)
        if fold is not None:
            n = fold[1] + 1
            continue
        line = page.lines[n]
        parts.append((line.glue if parts else "") + marks.MARKER.sub(r"\1", line.text))
        size += len(parts[-1])
        n += 1
    return "".join(parts)[:MAX_CHARS].strip(), size <= MAX_CHARS
