"""Reads lines and runs them until the end of input."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from io import TextIOWrapper
from typing import TextIO

from browser.client import Client
from browser.shell.memory import Memory
from browser.shell.perform import Shell
from browser.shell.screen import DIM, Screen


def run(client: Client, *, keep_history: bool = True, joined: bool = False) -> int:
    """Read and run what is typed, or what a pipe holds.

    Args:
        client: Speaks to the service.
        keep_history: Whether lines typed on a terminal are kept between runs.
        joined: Whether the conversation is one that others may have begun.

    Returns:
        Exit code: 1 when nobody watches and a command has failed, else 0.
    """
    # Known before the first reply, so that its progress can be asked for.
    client.session = client.session or secrets.token_urlsafe(18)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # pages have letters that a terminal may lack
            stream.reconfigure(errors="replace")
    terminal = (
        sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    )
    colour = terminal and not os.environ.get("NO_COLOR")
    screen = Screen(sys.stdout, terminal=terminal, colour=colour)
    memory = Memory()
    shell = Shell(client, screen, screen if terminal else Screen(sys.stderr), memory)
    if not terminal:
        for line in _lines(sys.stdin):
            if not line.strip():
                continue
            if not shell.run(line):
                break
            screen.say("")
        return int(shell.failed)
    _talk(shell, screen, memory, keep_history=keep_history, joined=joined)
    return 0


def _lines(given: TextIO) -> Iterator[str]:
    """The lines of a pipe; of a terminal whose output goes elsewhere, each asked for."""
    while True:
        if given.isatty():
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = given.readline()
        if not line:
            return
        yield line


def _talk(
    shell: Shell, screen: Screen, memory: Memory, *, keep_history: bool, joined: bool
) -> None:
    """Talk with the person at the terminal."""
    from browser.shell.editor import Editor, history_file  # noqa: PLC0415 - only a terminal needs it

    editor = Editor(memory, history_file() if keep_history else None)
    screen.say("Type words to search, an address to open it, help for more. Ctrl-D leaves.", DIM)
    if editor.trouble:
        screen.say(editor.trouble, DIM)
    if joined:
        shell.join()
    while True:
        try:
            line = editor.read(shell.prompt)
        except EOFError:
            return
        except KeyboardInterrupt:  # discards the line, as in other shells
            continue
        if not line.strip():
            continue
        if not shell.run(line):
            return
        screen.say("")
