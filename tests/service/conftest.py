"""One world and one service for the tests of this folder; a conversation of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.service.held import site  # noqa: F401 - a fixture
from tests.service.living import Talk, serving, small_library
from tests.valkey import servers, valkey  # noqa: F401 - fixtures
from tests.world import World


@pytest.fixture(scope="session")
def shared_world() -> Iterator[World]:
    with World() as origin:
        yield origin


@pytest.fixture(scope="module")
def world(shared_world: World) -> World:
    """A file of tests sees only what it asks for itself, though another one asked the same host."""
    shared_world.forget()
    return shared_world


@pytest.fixture(scope="session")
def local_search(shared_world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Settings of a search over the pages of library.test."""
    index = small_library(shared_world, tmp_path_factory.mktemp("library"))
    return {"provider": "local", "local": {"index": str(index)}}


@pytest.fixture(scope="session")
def service(shared_world: World, local_search: dict[str, Any]) -> Iterator[httpx.Client]:
    page = {"window_chars": 1200, "workers": 2}
    with serving(shared_world, search=local_search, page=page) as client:
        yield client


@pytest.fixture
def talk(service: httpx.Client) -> Talk:
    return Talk(service)
