"""A world, and the service over it, for gpt-oss models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.older_mcp import old_python  # noqa: F401 - a fixture
from tests.service.living import serving, small_library
from tests.world import World


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as origin:
        body = "<h1>Head</h1><p>See <a href=/rel>relative link</a> and "
        body += "<a href=http://other.test/>other-site</a>.</p><p>x<sup>2</sup> emoji 🦊 𠀀 cjk</p>"
        origin.page("page.test", "/two", body + "<ul><li>one<li>two</ul>", "Page Ti")
        origin.page("page.test", "/rel", "<p>Relative words.</p>", "Rel")
        origin.page("other.test", "/", "<p>Other words.</p>", "Other")
        lines = "".join(f"<p>Paragraph {n} of a long page.</p>" for n in range(300))
        origin.page("long.test", "/", lines, "Long")
        origin.reply("fail.test", "/", 403, "no")
        origin.robots("closed.test", "User-agent: *\nDisallow: /private\n")
        yield origin


@pytest.fixture(scope="session")
def search(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    index = small_library(world, tmp_path_factory.mktemp("library"))
    return {"provider": "local", "local": {"index": str(index)}}


@pytest.fixture(scope="session")
def service(world: World, search: dict[str, Any]) -> Iterator[httpx.Client]:
    with serving(world, search=search) as client:
        yield client
