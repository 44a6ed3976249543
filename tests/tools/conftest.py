"""A service that searches a small library, and one that wants a token."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.service.living import serving, small_library
from tests.world import World

TOKEN = "token-of-an-orchestrator"


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as origin:
        yield origin


@pytest.fixture(scope="session")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """With a token, which the client sends, and open to what the user or a page has named."""
    index = small_library(world, tmp_path_factory.mktemp("library"))
    with serving(
        world,
        headers={"Authorization": f"Bearer {TOKEN}"},
        search={"provider": "local", "local": {"index": str(index)}},
        server={"tokens": [TOKEN]},
        session={"open": "seen"},
    ) as client:
        yield client
