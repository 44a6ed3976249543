"""One session's commands: who may, in which order, within which budget, and how failures are told.

Commands of one session run one after another, those of different sessions side by side, also when
replicas share them (`browser.one_by_one`). What a command changed is saved before its answer
leaves: a service that is killed right after an answer still resolves the cursor that answer named.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import anyio

from browser.browse import Browser
from browser.closing import Closing
from browser.errors import BrowserError
from browser.model.clock import Clock, iso
from browser.model.fetch import UNASKED, Politeness
from browser.model.reason import Reason
from browser.model.result import Failure, Reply, Result
from browser.model.search import Query, Safe
from browser.model.session import Session, Step
from browser.model.view import View
from browser.one_by_one import OneByOne
from browser.places import Places
from browser.rules import ledger
from browser.rules.ledger import Allowed
from browser.state.alone import EVERYTHING
from browser.state.ports import Leases, Sessions
from browser.steps import Steps, step_of

VERBS = {
    "search": "Search",
    "click": "Click",
    "open_url": "Click",
    "scroll": "Scroll",
    "find": "Find",
    "back": "Back",
    "quote": "Quote",
    "sources": "Sources",
}


class Conversations:
    """Runs commands on sessions.

    Args:
        browser: The use cases.
        sessions: Where sessions are kept.
        leases: Say which replica runs a command of a session.
        clock: Tells the time.
        max_commands: Budget of one session.
        safe: Adult content filter for searches.
        language: For searches.
        steps: Told which command runs.
        places: How many run at a time.
        closing: Lets commands begin until the service closes.
    """

    def __init__(
        self,
        *,
        browser: Browser,
        sessions: Sessions,
        leases: Leases = EVERYTHING,
        clock: Clock,
        max_commands: int,
        safe: Safe,
        language: str,
        steps: Steps,
        places: Places,
        closing: Closing,
    ) -> None:
        self.browser = browser
        self.steps = steps
        self._sessions = sessions
        self._clock = clock
        self._places = places
        self._closing = closing
        self._max_commands = max_commands
        self._safe = safe
        self._language = language
        self._turns = OneByOne(leases)
        self._commands: dict[str, Callable[[Session, Mapping[str, Any]], Awaitable[Result]]] = {
            "search": self._search,
            "click": lambda s, a: browser.click(s, a["id"], a.get("cursor"), _view(a)),
            "open_url": lambda s, a: browser.open_url(s, a["url"], _view(a)),
            "scroll": lambda s, a: browser.scroll(
                s,
                amount=a.get("amount"),
                line=a.get("line"),
                cursor=a.get("cursor"),
                lines=a.get("lines"),
            ),
            "find": lambda s, a: browser.find(s, a["pattern"], a.get("cursor")),
            "back": lambda s, _: browser.back(s),
            "quote": lambda s, a: browser.quote(s, a["start"], a["end"], a.get("cursor")),
            "sources": lambda s, _: browser.sources(s),
        }

    async def run(
        self, owner: str, session_id: str | None, command: str, args: Mapping[str, Any]
    ) -> Reply:
        """Run one command.

        Args:
            owner: Digest of the caller's credential.
            session_id: As the caller knows it; ``None`` for a new one.
            command: A key of `VERBS`.
            args: Its parameters; those left out are missing or ``None``. Beside those of the HTTP
                interface, ``click`` and ``open_url`` take ``line`` (first line to show), and they
                and ``scroll`` take ``lines`` (how many).

        Returns:
            The reply. A failure of the web, of a policy or of the input is a reply, not an error.
        """
        name = session_id or secrets.token_urlsafe(18)
        given = {key: value for key, value in args.items() if value is not None}
        try:
            return await self._closing.run(lambda: self._in_turn(owner, name, command, given))
        except BrowserError as error:  # the store is away, or the service closes
            return Reply(name, command, given, None, failure=_failure(command, error))

    async def _in_turn(self, owner: str, name: str, command: str, given: dict[str, Any]) -> Reply:
        async with self._turns.turn(key_of(owner, name)), self._places.take(owner):
            session = await self._load_or_make(owner, name)
            number = len(session.steps) + 1
            began = iso(self._clock.now())
            self.steps.begin(session, Step(number, command, given, "running", began))
            try:
                return await self._run(session, command, given)
            finally:
                self.steps.end(session.key)

    async def allow(
        self, owner: str, session_id: str | None, text: str, urls: Sequence[str]
    ) -> tuple[str, Allowed]:
        """Register the addresses of a message that the user wrote.

        Args:
            owner: Digest of the caller's credential.
            session_id: As the caller knows it; ``None`` for a new one.
            text: The message.
            urls: Addresses one by one.

        Returns:
            The session's name, and what was registered.

        Raises:
            BrowserError: ``busy``; nothing is registered then.
        """
        name = session_id or secrets.token_urlsafe(18)
        async with self._turns.turn(key_of(owner, name)):
            session = await self._load_or_make(owner, name)
            before = len(session.allowed)
            done = ledger.allow(session, text, urls)
            session.used = self._clock.now()
            try:
                await self._sessions.save(session)
            except BrowserError:
                del session.allowed[before:]
                raise
        return name, done

    async def find(self, owner: str, session_id: str) -> Session | None:
        """The session, if this owner has one of that name."""
        key = key_of(owner, session_id)
        running = self.steps.running(key)
        return await self._sessions.load(key) or (running.session if running else None)

    async def shared(self, share: str) -> Session | None:
        """The session that is shown to whoever knows *share*."""
        found = await self._sessions.shared(share)
        return found or (self.steps.shared(share) if share else None)

    def running(self, session: Session) -> Step | None:
        """The command that the session is running."""
        return self.steps.of(session.key, len(session.steps))

    async def forget(self, owner: str, session_id: str) -> bool:
        """Delete the session; whether there was one."""
        key = key_of(owner, session_id)
        async with self._turns.turn(key):
            session = await self._sessions.load(key)
            if session is not None:
                await self.browser.displays.forget(session)
            try:
                return await self._sessions.delete(key)
            finally:
                self.steps.forget(key)

    async def _load_or_make(self, owner: str, name: str) -> Session:
        key = key_of(owner, name)
        session = await self._sessions.load(key)
        if session is None:
            now = self._clock.now()
            session = Session(key=key, id=name, owner=owner, created=now, used=now)
        session.share = session.share or secrets.token_urlsafe(16)
        return session

    async def _run(self, session: Session, command: str, args: dict[str, Any]) -> Reply:
        began = self._clock.now()
        sizes = len(session.displays), len(session.quotes), len(session.steps)
        told = session.commands > self._max_commands or (
            command == "sources" and session.commands >= self._max_commands
        )
        result: Result | None = None
        failure: Failure | None = None
        politeness: Politeness | None = None
        try:
            if not (told and command == "sources"):  # wanted most at the end, and costs nothing
                self._spend(session)
            result = await self._commands[command](session, args)
            politeness = result.politeness
        except BrowserError as error:
            failure, politeness = _failure(command, error), error.politeness
        now = self._clock.now()
        session.used = now
        reply = Reply(
            session.id, command, args, _latest(session), result, failure, politeness or UNASKED
        )
        if told:  # the transcript has this refusal already; it must not grow for ever
            return reply
        session.steps.append(step_of(session, reply, began, now))
        try:
            with anyio.CancelScope(shield=True):  # what happened is kept, whoever has gone
                await self._sessions.save(session)
        except BrowserError as error:  # what is not saved has not happened
            displays, quotes, steps = sizes
            del session.displays[displays:], session.quotes[quotes:], session.steps[steps:]
            failed = _failure(command, error)
            return Reply(
                session.id, command, args, _latest(session), None, failed, reply.politeness
            )
        return reply

    def _spend(self, session: Session) -> None:
        session.commands = min(session.commands, self._max_commands) + 1
        if session.commands > self._max_commands:
            raise BrowserError(
                Reason.SESSION_FULL,
                f"this conversation has used its {self._max_commands} commands. "
                "Answer with what has been read.",
                rule=f"session.max_commands = {self._max_commands}",
            )

    def _search(self, session: Session, args: Mapping[str, Any]) -> Awaitable[Result]:
        query = Query(
            text=args["query"],
            topn=args.get("topn", 10),
            recency_days=args.get("recency_days"),
            site=args.get("site"),
            safe=self._safe,
            language=self._language,
        )
        return self.browser.search(session, query)


def key_of(owner: str, session_id: str) -> str:
    """Where a session is stored: the same name under another credential is another session."""
    return hashlib.sha256(f"{len(owner)}:{owner}{session_id}".encode()).hexdigest()


def _view(args: Mapping[str, Any]) -> View:
    return View(args.get("line"), args.get("lines"))


def _latest(session: Session) -> int | None:
    return len(session.displays) - 1 if session.displays else None


def _failure(command: str, error: BrowserError) -> Failure:
    sentence = error.sentence
    return Failure(
        code=error.reason.value,
        message=f"{VERBS[command]} failed: {sentence}",
        url=error.url,
        rule=error.rule,
        retry_after=error.retry_after,
        status=error.status,
    )
