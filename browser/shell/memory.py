"""What this shell has shown: which display a number belongs to.

A person means what stands on the screen. So the display that was shown last is the current one,
and commands name its cursor, whatever else happens in the conversation meanwhile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

SHOWS = {"search", "click", "open_url", "scroll", "find", "back"}  # replies that are displays
_ROW = re.compile(r"(?m)^L(\d+): (.*)$")


@dataclass(frozen=True)
class Shown:
    """A display as it was shown.

    Attributes:
        cursor: Its number.
        text: The display.
        page: What is known of the page behind it.
        links: By their numbers: those in the window.
    """

    cursor: int
    text: str
    page: dict[str, Any]
    links: dict[int, dict[str, Any]]

    def lines(self) -> dict[int, str]:
        """The lines that stand in the window, by their numbers."""
        return {int(number): text for number, text in _ROW.findall(self.text)}


@dataclass
class Memory:
    """The displays shown so far.

    Attributes:
        shown: By cursor.
        current: The one that was shown last.
        titles: Of displays by cursor, also of those that others asked for.
        urls: Every address that was shown, with its title or the text of its link.
    """

    shown: dict[int, Shown] = field(default_factory=dict)
    current: int | None = None
    titles: dict[int, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def add(self, shown: Shown) -> None:
        """*shown* is what the person sees now."""
        self.shown[shown.cursor] = shown
        self.current = shown.cursor
        title = str(shown.page.get("title", ""))
        self.titles[shown.cursor] = title
        if shown.page.get("url"):
            self.urls[str(shown.page["url"])] = title
        for link in shown.links.values():
            self.urls.setdefault(str(link["url"]), str(link["text"]))

    def keep(self, reply: dict[str, Any]) -> None:
        """Add the display that *reply* shows, if it shows one."""
        if reply.get("command") in SHOWS and reply.get("page"):
            links = {int(link["id"]): link for link in reply["links"]}
            self.add(Shown(int(reply["cursor"]), str(reply["text"]), reply["page"], links))

    def here(self) -> Shown | None:
        """The current display."""
        return None if self.current is None else self.shown.get(self.current)
