"""``polite-browser shell``: the same browser for a person in a terminal, over the same API."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

from browser.client import Client, ClientError

HELP = """\
search WORDS            search the web            find TEXT          find text on the page
open URL                open a page               scroll [N]         N lines on, or the next window
click N [CURSOR]        follow link N             line N             show the page from line N
back                    the page before           quote FIRST [LAST] keep exact lines
sources                 what was read             quit               leave (or Ctrl-D)
"""


class Mistake(Exception):
    """A line that is no command; the text says what is valid."""


def request(  # noqa: PLR0911 - one return a command
    line: str, last: tuple[int, int] = (0, 0)
) -> tuple[str, dict[str, Any]]:
    """Read one line as a command of the API.

    Args:
        line: As typed.
        last: First and last line shown, for ``scroll`` without a number.

    Returns:
        The command's name and its parameters.

    Raises:
        Mistake: when it is none.
    """
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if word in ("back", "sources"):
        return word, {}
    if word in ("search", "find", "open") and rest:
        name, parameter = {
            "search": ("search", "query"),
            "find": ("find", "pattern"),
            "open": ("open_url", "url"),
        }[word]
        return name, {parameter: rest}
    numbers = _numbers(rest)
    match word, numbers:
        case "click", [link]:
            return "click", {"id": link}
        case "click", [link, cursor]:
            return "click", {"id": link, "cursor": cursor}
        case "scroll", []:
            return "scroll", {"line": last[1] + 1}
        case "scroll", [amount]:
            return "scroll", {"amount": amount}
        case "line", [number]:
            return "scroll", {"line": number}
        case "quote", [start]:
            return "quote", {"start": start, "end": start}
        case "quote", [start, end]:
            return "quote", {"start": start, "end": end}
        case _:
            raise Mistake(f"not a command: {line.strip()[:60]!r}. Commands:\n{HELP}")


def _numbers(text: str) -> list[int] | None:
    try:
        return [int(part) for part in shlex.split(text)]
    except ValueError:
        return None


def _unseen(reply: dict[str, Any]) -> bool:
    """Whether the service opens only what it has shown, and does not know that a person asks."""
    return str((reply.get("failure") or {}).get("rule")).startswith("session.open")


def run(client: Client, read: Callable[[str], str]) -> None:
    """Read and run commands until the end of input.

    Args:
        client: Speaks to the service.
        read: Asks for a line, like `input`; raises ``EOFError`` at the end.
    """
    print(HELP, end="")
    last = (0, 0)
    while True:
        try:
            line = read("\n> ")
        except (EOFError, KeyboardInterrupt):
            print()
            return
        if line.strip() in ("quit", "exit", "q"):
            return
        if line.strip() in ("", "help", "?"):
            print(HELP, end="")
            continue
        try:
            name, parameters = request(line, last)
            reply = client.command(name, **parameters)
            if name == "open_url" and _unseen(reply):
                client.allow(parameters["url"])
                reply = client.command(name, **parameters)
        except (Mistake, ClientError) as error:
            print(error)
            continue
        print(reply["text"])
        if reply["page"]:
            last = (reply["page"]["lines"][0], reply["page"]["lines"][1])
        if reply["quote"]:
            print(f"\n{reply['quote']['source_url']}")
