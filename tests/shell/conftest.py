"""A service over a small library, a slow host, a long page and a hostile one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.service.living import Talk, serving, small_library
from tests.world import World

ESCAPES = "&#x1b;[2J&#x9b;31m&#x202e;evil&#x1b;]0;title&#x7;"


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as origin:
        origin.page(
            "library.test",
            "/",
            "<h1>Library</h1><p>See <a href='/pears'>pears</a> and "
            "<a href='http://garden.test/'>the garden</a>.</p>",
            "A library",
        )
        origin.page("garden.test", "/", "<h1>Garden</h1><p>Roses are here.</p>", "A garden")
        long = "".join(f"<p>Paragraph {n} of a long page.</p>" for n in range(60))
        origin.page("long.test", "/", long, "A long page")
        origin.reply(
            "hostile.test",
            "/",
            body="<!doctype html><meta charset=utf-8><title>\x1b]0;owned\x07T\u202eitle</title>"
            f"<main><h1>Rest \x1b[31m{ESCAPES}</h1><p>A <a href='/\x1b[2J'>li\x9bnk{ESCAPES}</a>"
            " with <b>words</b>.</p></main>",
        )
        yield origin


@pytest.fixture(scope="session")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    index = small_library(world, tmp_path_factory.mktemp("library"))
    search: dict[str, Any] = {"provider": "local", "local": {"index": str(index)}}
    slow = {"rate": 0.125, "burst": 2, "hourly": 10_000}  # robots.txt, a page, then 8 s each
    with serving(world, search=search, limits={"hosts": {"slow.test": slow}}) as client:
        yield client


@pytest.fixture
def address(service: httpx.Client) -> str:
    return str(service.base_url).rstrip("/")


@pytest.fixture
def talk(service: httpx.Client) -> Talk:
    return Talk(service)
