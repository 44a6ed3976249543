"""The commands under way, so that a chat can show what is happening while it happens.

What has ended stands in the session (`browser.model.session.Step`); this is the one step of a
conversation that has not. It is kept in memory only: a service that was killed runs nothing.
"""

from __future__ import annotations

from dataclasses import replace

from browser.model.session import Step


class Steps:
    """Running steps, by the key of their session; a session runs one command at a time."""

    def __init__(self) -> None:
        self._running: dict[str, Step] = {}

    def begin(self, key: str, step: Step) -> None:
        """A command began."""
        self._running[key] = step

    def note(self, key: str, text: str) -> None:
        """Say what the running command waits for: ``waiting 3 s for example.com``."""
        step = self._running.get(key)
        if step is not None:
            self._running[key] = replace(step, note=text)

    def end(self, key: str) -> None:
        """It ended."""
        self._running.pop(key, None)

    def of(self, key: str) -> Step | None:
        """The step that is running, if there is one."""
        return self._running.get(key)
