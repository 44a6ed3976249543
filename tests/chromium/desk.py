"""The operator's page in a tab that must stay clean, and the service below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, expect

import browser.compose
from browser.compose_core import Core, build_core
from browser.settings import Settings
from tests.chromium.watched import Watched, watching
from tests.service.living import serving
from tests.world import World

TOKEN = "the-token-of-its-operator"
AS_OPERATOR = {"Authorization": f"Bearer {TOKEN}"}


class Desk:
    """The page, and what a person does with it."""

    def __init__(self, watched: Watched) -> None:
        self.watched = watched
        self.tab = watched.tab

    def enter(self, token: str = TOKEN, name: str = "ada") -> None:
        """Open the page and give a token."""
        self.watched.visit("/operator")
        self.tab.fill("#token-name", name)
        self.tab.fill("#token-value", token)
        self.tab.press("#token-value", "Enter")

    def is_live(self) -> None:
        """Wait until the page is told of what happens."""
        expect(self.tab.locator("#live")).to_have_text("Live")

    def row(self, host: str) -> Locator:
        """The row of a host."""
        button = self.tab.get_by_role("button", name=host, exact=True)
        return self.tab.locator("#rows tr").filter(has=button)

    def choose(self, host: str) -> None:
        """Show the details of a host, and leave the list, which keeps its order until then."""
        self.row(host).get_by_role("button").click()
        self.tab.mouse.move(0, 0)
        expect(self.tab.locator("#host-title")).to_have_text(host)

    def find(self, text: str) -> None:
        """Search, and wait until the list shows what was found."""
        self.tab.fill("#search", text)
        self.tab.press("#search", "Enter")
        expect(self.tab.locator("#said")).to_contain_text("found")


@contextmanager
def desk(chromium: Browser, base: object, **options: Any) -> Iterator[Desk]:
    """The page, live; *options* are those of Playwright's contexts."""
    with watching(chromium, str(base), **options) as watched:
        found = Desk(watched)
        found.enter()
        found.is_live()
        yield found


@contextmanager
def operated(
    world: World, *, before: Callable[[Core], None] | None = None, **sections: dict[str, Any]
) -> Iterator[httpx.Client]:
    """The service with an operator's token; *before* gets its core before it serves."""
    server = {"operator_token": TOKEN, **sections.pop("server", {})}
    if before is None:
        with serving(world, server=server, **sections) as client:
            yield client
        return

    def seen(*args: Any, **named: Any) -> Core:
        core = build_core(*args, **named)
        before(core)
        return core

    def make(settings: Settings) -> FastAPI:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(browser.compose, "build_core", seen)
            return browser.compose.build(settings)

    with serving(world, make, server=server, **sections) as client:
        yield client


def ask(client: httpx.Client, method: str, path: str, **given: Any) -> Any:
    """What the service tells the operator."""
    headers = {**AS_OPERATOR, **given.pop("headers", {})}
    response = client.request(method, f"/operator/{path}", headers=headers, **given)
    response.raise_for_status()
    return response.json()
