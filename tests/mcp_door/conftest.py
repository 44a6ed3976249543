"""A service as MCP clients meet it: open, and with tokens."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.mcp_door.calling import FIRST, SECOND, bearer
from tests.older_mcp import old_python  # noqa: F401 - a fixture
from tests.service.living import serving, small_library
from tests.world import World


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as origin:
        origin.page(
            "mcp.test", "/", '<p>Words of a page.</p><p>More <a href="/next">words</a>.</p>', "One"
        )
        origin.page("mcp.test", "/next", "".join(f"<p>Part {n}.</p>" for n in range(600)), "Two")
        origin.robots("shut.test", "User-agent: *\nDisallow: /private\n")
        yield origin


@pytest.fixture(scope="session")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    index = small_library(world, tmp_path_factory.mktemp("library"))
    with serving(world, search={"provider": "local", "local": {"index": str(index)}}) as client:
        yield client


@pytest.fixture(scope="session")
def guarded(world: World) -> Iterator[httpx.Client]:
    """Callers need a token; the client has the first."""
    server = {
        "tokens": [FIRST, SECOND],
        "allowed_hosts": ["127.0.0.1", "browser.example"],
        "cors_origins": ["https://chat.example"],
    }
    with serving(world, headers=bearer(FIRST), server=server) as client:
        yield client
