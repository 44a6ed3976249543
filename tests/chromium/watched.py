"""A tab that must stay clean: no error, no breach of the policy, no word to another host."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 360, "height": 740}
VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
"""
AXE = AXE_FILE_PATH.read_text("utf-8")
_windows: WeakKeyDictionary[Browser, BrowserContext] = WeakKeyDictionary()
FAILED_LOAD = re.compile(r"Failed to load resource: .*")


class Watched:
    """One tab on the service, and everything it should not have done.

    Attributes:
        tab: The tab.
        base: Address of the service.
        errors: Of the console, of scripts, of the policy.
        strangers: Requests to other hosts.
    """

    def __init__(self, tab: Page, base: str) -> None:
        self.tab = tab
        self.base = base.rstrip("/")
        self.errors: list[str] = []
        self.strangers: list[str] = []
        tab.on("console", lambda said: self._note(said.type, said.text))
        tab.on("pageerror", lambda error: self.errors.append(f"script: {error}"))
        tab.context.on("request", self._asked)

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.errors.append(text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(f"{self.base}/"):
            self.strangers.append(request.url)

    def leave(self) -> None:
        """Close every tab but the first, and leave its window as it was."""
        context = self.tab.context
        context.remove_listener("request", self._asked)
        context.unroute_all()
        for tab in context.pages[1:]:
            tab.close()

    def visit(self, path: str = "/") -> None:
        """Open a page of the service."""
        self.tab.goto(f"{self.base}{path}")

    def run(self, line: str) -> None:
        """Type a line into the console and wait for what comes of it."""
        self.tab.fill("#line", line)
        self.tab.press("#line", "Enter")
        self.rest()

    def rest(self) -> None:
        """Wait until no command runs."""
        expect(self.tab.locator("#stop")).to_be_hidden(timeout=30_000)

    def shown(self) -> str:
        """The lines of the display as they read."""
        return self.tab.locator("#rows").inner_text()

    def session(self) -> str:
        """The conversation's name, from the address."""
        return self.tab.url.partition("#")[2]

    def is_accessible(self, state: str, **options: Any) -> None:
        """Let axe-core judge the page as it is; *options* are those of ``axe.run``."""
        if not self.tab.evaluate("'axe' in window"):
            self.tab.evaluate(AXE)
        asked = {"resultTypes": ["violations"], **options}
        found: list[dict[str, Any]] = self.tab.evaluate(
            "async (asked) => (await axe.run(document, asked)).violations", asked
        )
        told = [(item["id"], node["html"][:200]) for item in found for node in item["nodes"]]
        assert not told, f"{state}: {told}"

    def is_accessible_everywhere(self, state: str) -> None:
        """The same by light and dark, on a desktop and a phone; nothing is wider than these."""
        for size, scheme in itertools.product((PHONE, DESKTOP), ("dark", "light")):
            self.tab.set_viewport_size(size)
            self.tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            self.does_not_overflow()
            if (size, scheme) == (PHONE, "dark"):
                continue  # no color is another one there
            only = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
            self.is_accessible(f"{state}, {scheme}, {size['width']} wide", **only)

    def does_not_overflow(self) -> None:
        """Nothing is wider than the window."""
        width: int = self.tab.evaluate("document.documentElement.scrollWidth")
        assert width <= self.tab.evaluate("innerWidth")

    def is_clean(self, *, failed_loads: bool = False) -> None:
        """Nothing happened that should not; *failed_loads* are expected here."""
        errors = [
            text for text in self.errors if not (failed_loads and FAILED_LOAD.fullmatch(text))
        ]
        assert not errors, f"{errors}"
        assert not self.strangers, f"asked elsewhere: {self.strangers}"


@contextmanager
def watching(chromium: Browser, base: str, **options: Any) -> Iterator[Watched]:
    """A tab of its own; *options* are those of Playwright's contexts, for which one is made.

    Without them the tab is one of a window that stays: to make a window takes a second. What
    pages keep there, they keep for the tab.
    """
    context = _opened(chromium, options) if options else _kept(chromium)
    watched = Watched(context.new_page(), base)
    try:
        yield watched
    finally:
        if options:
            context.close()
        else:
            watched.leave()


def _opened(chromium: Browser, options: dict[str, Any]) -> BrowserContext:
    context = chromium.new_context(**{"viewport": DESKTOP, **options})
    context.add_init_script(VIOLATIONS)
    return context


def _kept(chromium: Browser) -> BrowserContext:
    """The window of *chromium* that stays: an empty tab keeps it open."""
    if chromium not in _windows:
        _windows[chromium] = _opened(chromium, {})
        _windows[chromium].new_page()
    return _windows[chromium]
