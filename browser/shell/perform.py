"""Runs what was typed: commands of the service, and the shell's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from browser.client import Away, Client, ClientError
from browser.shell import save
from browser.shell.commands import Command, Mistake, Typed, overview, parse, told
from browser.shell.here import Here
from browser.shell.memory import Memory, Shown
from browser.shell.progress import Stopped, watched
from browser.shell.screen import BOLD, DIM, RED, Screen
from browser.text import display

WITH_CURSOR = {"click", "find", "scroll", "quote"}  # commands about a display
LATELY = 10  # steps shown on joining a conversation


class Shell:
    """Runs what is typed.

    Args:
        client: Speaks to the service.
        screen: Where answers go.
        errors: Where a plain shell tells mistakes.
        memory: Filled with what is shown.

    Attributes:
        failed: Whether a command has failed.
    """

    def __init__(self, client: Client, screen: Screen, errors: Screen, memory: Memory) -> None:
        self._client = client
        self._screen = screen
        self._errors = errors
        self._memory = memory
        self._last: Typed | None = None
        self.failed = False
        self._own: dict[str, Callable[[dict[str, Any]], None]] = {
            "links": lambda _: self._links(),
            "url": self._url,
            "show": self._show,
            "page": self._page,
            "steps": lambda _: self._steps(self._transcript()),
            "save": self._save,
            "help": lambda given: self._screen.say(
                told(given["command"]) if given else overview(self._screen.columns)
            ),
        }  # fmt: skip

    @property
    def prompt(self) -> str:
        """What stands before a line: the cursor that numbers refer to."""
        current = self._memory.current
        return "> " if current is None else f"[{current}] > "

    def run(self, line: str) -> bool:
        """Run one line; whether to go on."""
        line = line.encode(errors="replace").decode()  # octets that are no text came as surrogates
        try:
            typed = self._meant(parse(line))
            if typed.command.name == "quit":
                return False
        except Mistake as error:
            self._mistake(error)
            return True
        if typed.command.api:
            self._guarded(lambda: self._ask(typed.command, dict(typed.parameters)))
        else:
            self._guarded(lambda: self._own[typed.command.name](typed.parameters))
        return True

    def join(self) -> None:
        """Say what was done in a conversation that others have begun."""
        self._guarded(self._joined)

    def _meant(self, typed: Typed) -> Typed:
        """*typed*, or for ``again`` what was typed before."""
        if typed.command.name == "again":
            if self._last is None:
                raise Mistake("Nothing has been typed yet.")
            return self._last
        if typed.command.name != "help":
            self._last = typed
        return typed

    def _guarded(self, work: Callable[[], None]) -> None:
        """Do *work*; what goes wrong, and Ctrl-C, end it and not the shell."""
        try:
            work()
        except (Mistake, ClientError, OSError) as error:
            self._mistake(error)
        except (AttributeError, KeyError, TypeError, ValueError):  # who answers may say anything
            self._mistake(ClientError("what answers there is no polite-browser"))
        except Stopped:
            self._screen.say("Stopped.", DIM)
        except KeyboardInterrupt:
            if not self._screen.terminal:
                raise
            self._screen.say("Stopped.", DIM)

    def _mistake(self, error: Exception) -> None:
        self.failed = True
        self._errors.say(self._why(error), RED)

    def _why(self, error: Exception) -> str:
        """*error* for the person who started this shell."""
        if isinstance(error, ClientError) and error.status == 401:
            if self._client.token:
                return "This service does not know that token. Give one that it has: --token TOKEN."
            return "This service asks for a token: --token TOKEN."
        if isinstance(error, Away) and not isinstance(self._client, Here):
            return f"{error} Without --server the shell starts its own."
        return str(error)

    def _joined(self) -> None:
        done = self._transcript()
        if not done:
            self._screen.say(f"No conversation {self._client.session} yet: it begins here.", DIM)
            return
        self._steps(done, LATELY)
        cursors = [step["cursor"] for step in done["steps"] if step["cursor"] is not None]
        if cursors:
            self._memory.current = max(cursors)
            self._screen.say(f"Type show to see display {self._memory.current}.", DIM)

    def _wait(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        if not self._screen.terminal:
            return work()
        return watched(work, self._client, self._screen)

    def _ask(self, command: Command, parameters: dict[str, Any]) -> None:
        """Run a command of the service and show its reply."""
        if command.api in WITH_CURSOR and self._memory.current is not None:
            parameters.setdefault("cursor", self._memory.current)
        reply = self._wait(lambda: self._reply(command.api, parameters))
        if reply.get("failure"):
            self.failed = True
            self._failure(reply)
            return
        self._memory.keep(reply)
        self._screen.show(str(reply["text"]))
        if reply["quote"]:
            self._screen.say(f"\n{reply['quote']['source_url']}")
        if command.api == "sources":
            self._quotes()

    def _reply(self, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
        reply = self._client.command(name, **parameters)
        if name == "open_url" and _unseen(reply):
            self._client.allow(parameters["url"])
            reply = self._client.command(name, **parameters)
        return reply

    def _failure(self, reply: dict[str, Any]) -> None:
        self._screen.say(str(reply["text"]), RED)
        seconds = reply["failure"].get("retry_after")
        if self._screen.terminal and seconds is not None:
            self._screen.say(f"Try again in {int(seconds)} s: type again.", DIM)

    def _quotes(self) -> None:
        for quote in self._transcript().get("quotes", []):
            self._screen.say(f"\n{quote['citation']}", BOLD)
            self._screen.say(f"{quote['text']}\n{quote['source_url']}")

    def _links(self) -> None:
        links = self._display({}).links
        if not links:
            raise Mistake("No links here. The whole page may have some: page")
        digits = max(len(str(number)) for number in links)
        domains = {number: str(link["domain"]) for number, link in links.items()}
        wide = min(max(map(len, domains.values())), 30)
        for number, link in links.items():
            self._screen.say(
                f"{domains[number]:{wide}}  {link['text']}", label=f"{number:>{digits}}  "
            )

    def _url(self, given: dict[str, Any]) -> None:
        if not given:
            self._screen.say(str(self._display({}).page["url"]) or "Search results: no address.")
            return
        link = self._display({}).links.get(given["id"])
        if link is None:  # not in the window; on the page perhaps
            whole = self._whole(self._cursor({}))
            link = next((each for each in whole["links"] if each["id"] == given["id"]), None)
        if link is None:
            raise Mistake(f"No link {given['id']} on this page. Type links for those shown.")
        self._screen.say(str(link["url"]))

    def _show(self, given: dict[str, Any]) -> None:
        self._screen.show(self._display(given).text)

    def _page(self, given: dict[str, Any]) -> None:
        whole = self._whole(self._cursor(given))
        self._screen.show(_rows(whole, 0, whole["page"]["lines"][2]))

    def _steps(self, done: dict[str, Any], newest: int = 0) -> None:
        steps = done.get("steps", [])
        if not steps:
            raise Mistake("Nothing has been done yet.")
        for step in steps:
            if step["cursor"] is not None:
                self._memory.titles.setdefault(step["cursor"], str(step["title"]))
        for step in steps[-newest:]:
            cursor = "" if step["cursor"] is None else f"[{int(step['cursor'])}]"
            asked = " ".join(
                value if isinstance(value, str) else f"{name}={value}"
                for name, value in step["args"].items()
            )
            failed = (step["failure"] or {}).get("message")
            outcome = failed or step.get("note") or step["title"] or step["status"]
            what = f"{step['command']} {asked}".strip()
            self._screen.say(f"{what}: {outcome}", RED if failed else "", f"{cursor:>5} ")

    def _save(self, given: dict[str, Any]) -> None:
        name = save.write(str(given["file"]), save.markdown(self._transcript()))
        self._screen.say(f"Written: {name}")

    def _transcript(self) -> dict[str, Any]:
        return self._wait(self._client.transcript)

    def _whole(self, cursor: int) -> dict[str, Any]:
        return self._wait(lambda: self._client.whole(cursor))

    def _cursor(self, given: dict[str, Any]) -> int:
        cursor = given.get("cursor", self._memory.current)
        if cursor is None:
            raise Mistake("Nothing is shown yet. Type words to search, or an address to open it.")
        return int(cursor)

    def _display(self, given: dict[str, Any]) -> Shown:
        """The display that is meant, from now on the current one; fetched if others made it."""
        cursor = self._cursor(given)
        shown = self._memory.shown.get(cursor)
        if shown is None:
            whole = self._whole(cursor)
            first, last, _ = whole["page"]["lines"]
            rows = "\n".join(_rows(whole, first, last))
            shown = Shown(cursor, rows, whole["page"], _within(whole, first, last))
        self._memory.add(shown)
        return shown


def _unseen(reply: dict[str, Any]) -> bool:
    """Whether the service opens only what it has shown, and does not know that a person asks."""
    return str((reply.get("failure") or {}).get("rule")).startswith("session.open")


def _rows(whole: dict[str, Any], first: int, last: int) -> Iterator[str]:
    """A display of lines *first* to *last*, nothing folded."""
    page = whole["page"]
    yield from display.header(
        whole["cursor"], page["title"], page["url"], first, last, page["lines"][2]
    ).split("\n")[:-1]
    for line in whole["lines"][first : last + 1]:
        yield f"L{line['n']}: {line['text']}"


def _within(whole: dict[str, Any], first: int, last: int) -> dict[int, dict[str, Any]]:
    """The links of lines *first* to *last*, by their numbers."""
    text = "\n".join(line["text"] for line in whole["lines"][first : last + 1])
    return {link["id"]: link for link in whole["links"] if f"【{link['id']}†" in text}
