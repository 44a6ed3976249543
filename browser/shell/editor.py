"""The line editor of a terminal: history between runs, search in it, completion with meanings.

prompt_toolkit and not the standard library's readline: that one is another library on each
system (GNU's or libedit), cannot say what a completion means, and its history file knows neither
rights nor bounds.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory

from browser.shell.complete import choices
from browser.shell.memory import Memory
from browser.text.clean import one_line

KEPT = 1000  # lines of history
MEANING = 60  # characters


class Editor:
    """Asks for lines.

    Args:
        memory: What has been shown, for completion.
        history: Where lines are kept between runs; ``None`` keeps none.

    Attributes:
        trouble: Why lines are not kept although they should be, for the person; else empty.
    """

    def __init__(self, memory: Memory, history: Path | None) -> None:
        self.trouble = ""
        kept: History = InMemoryHistory()
        if history is not None:
            try:
                kept = _Kept(history)
            except OSError as error:
                self.trouble = f"What you type is not kept: {error.strerror} ({history})."
        self._session: PromptSession[str] = PromptSession(
            history=kept,
            completer=_Completer(memory),
            complete_while_typing=False,
            enable_history_search=True,
            enable_suspend=True,
        )

    def read(self, prompt: str) -> str:
        """One line.

        Raises:
            EOFError: on Ctrl-D.
            KeyboardInterrupt: on Ctrl-C, which discards the line.
        """
        return self._session.prompt(prompt)


def history_file() -> Path:
    """Where lines are kept (XDG Base Directory Specification: state is history)."""
    folder = Path(os.environ.get("XDG_STATE_HOME", ""))
    base = folder if folder.is_absolute() else Path.home() / ".local" / "state"
    return base / "polite-browser" / "shell-history"


class _Kept(FileHistory):
    """A file that only its owner reads, with the last `KEPT` lines."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600))
        file.chmod(0o600)
        super().__init__(str(file))
        self._shorten(file)

    def _shorten(self, file: Path) -> None:
        newest = list(self.load_history_strings())
        if len(newest) <= KEPT:
            return
        shorter = file.with_name(f"{file.name}.{os.getpid()}")
        os.close(os.open(shorter, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        kept = FileHistory(str(shorter))
        for line in reversed(newest[:KEPT]):
            kept.store_string(line)
        shorter.replace(file)

    def append_string(self, string: str) -> None:
        """Keep *string*, unless it is empty or begins with a space, as in other shells."""
        if string.strip() and not string.startswith(" "):
            super().append_string(string)


class _Completer(Completer):
    """Offers what could be typed."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """As the editor asks for it."""
        del complete_event
        for choice in choices(document.text_before_cursor, self._memory):
            meaning = one_line(choice.meaning, MEANING)
            yield Completion(choice.text, start_position=-choice.typed, display_meta=meaning)
