"""What is printed: wrapped, coloured and through a pager on a terminal, and plain elsewhere.

Words of pages, and of a service that may be anywhere, never reach the terminal as they are: each
text passes the filter of displays (`browser.text.clean`), which leaves no control character, no
bidirectional override and nothing invisible. Only then are styles added, which are ours. Links are
not made clickable for the terminal (OSC 8): that hides where they lead, and what opens them there
has none of our manners.

Governing text: ECMA-48 8.3.117 (SGR); https://no-color.org.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TextIO

import click
from wcwidth import width as cells
from wcwidth import wrap

from browser.text.clean import clean

BOLD, DIM, RED, CYAN = "1", "2", "31", "36"
LEAST_WIDTH = 20  # columns; a narrower terminal breaks the lines itself
_ROW = re.compile(r"(L\d+: ?)( *(?:\* )?)(.*)")
_MARK = re.compile("【\\d+†[^】]*】")
_HEADER = re.compile(r"\[\d+\] ")
# less shows text as text, runs nothing (LESSSECURE), leaves it on the screen, and says how to go.
PAGER = {"LESSSECURE": "1", "LESS": "-RXPsspace\\: on   q\\: back to the prompt$"}


class Screen:
    """Prints for a person on a terminal, or plainly.

    Args:
        out: Standard output.
        terminal: Whether a person sits there.
        colour: Whether to style text.
    """

    def __init__(self, out: TextIO, *, terminal: bool = False, colour: bool = False) -> None:
        self._out = out
        self.terminal = terminal
        self._colour = colour
        if terminal:
            for name, value in PAGER.items():
                os.environ.setdefault(name, value)

    @property
    def columns(self) -> int | None:
        """How wide the terminal is; ``None`` where there is none."""
        return shutil.get_terminal_size().columns if self.terminal else None

    def style(self, text: str, code: str) -> str:
        """*text* in a style, where there are styles."""
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and text else text

    def say(self, text: str, code: str = "", label: str = "") -> None:
        """Print a few lines of text, behind a *label* of ours if there is one."""
        for row in clean(text).split("\n"):
            for line in self._wrapped(row, label, code=code):
                self._print(line)

    def show(self, text: str | Iterable[str]) -> None:
        """Print a display, or its rows; through the pager when the terminal is too low for it."""
        rows = text.split("\n") if isinstance(text, str) else text
        lines = (
            line for n, row in enumerate(rows) for line in self._row(n, clean(row).expandtabs())
        )
        if not self.terminal:
            for line in lines:
                self._print(line)
            return
        columns, height = shutil.get_terminal_size()
        first = list(islice(lines, height))
        taken = sum(max(-(-cells(line) // columns), 1) for line in first)
        if taken < height:  # one row is left for the prompt
            for line in first:
                self._print(line)
        else:
            self._out.flush()
            click.echo_via_pager(f"{line}\n" for line in chain(first, lines))

    def status(self, text: str) -> None:
        """Show *text* on the line of the cursor, instead of what `status` showed before."""
        columns = shutil.get_terminal_size().columns
        line = clean(text).replace("\n", " ")
        while cells(line) >= columns:
            line = line[:-1]
        self._out.write(f"\r{line}\x1b[K" if line else "\r\x1b[K")
        self._out.flush()

    def _print(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()

    def _row(self, n: int, row: str) -> Iterator[str]:
        """The lines that one row of a display takes."""
        found = _ROW.fullmatch(row)
        if found is None:
            header = n == 0 and _HEADER.match(row)
            yield from self._wrapped(row, code=BOLD if header else DIM if n == 1 else "")
            return
        number, start, text = found.groups()
        yield from self._wrapped(text, number, start)

    def _wrapped(self, text: str, number: str = "", start: str = "", code: str = "") -> list[str]:
        """*text* in lines as wide as the terminal, below each other behind its *number*."""
        if code:
            text = self.style(text, code)
        elif self._colour:
            text = _MARK.sub(lambda found: self.style(found.group(), CYAN), text)
        before = self.style(number, DIM) + start
        indent = len(number) + len(start)
        width = shutil.get_terminal_size().columns
        if not self.terminal or width - indent < LEAST_WIDTH or cells(text) <= width - indent:
            return [before + text]
        return wrap(
            text,
            width,
            initial_indent=before,
            subsequent_indent=" " * indent,
            # An address is not broken: it could not be copied, nor opened from the terminal.
            break_long_words="://" not in text,
            break_on_hyphens=False,
        )
