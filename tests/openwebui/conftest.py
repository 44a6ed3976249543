"""A service with a search index, and Open WebUI connected to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.openwebui.peer import OpenWebUI
from tests.service.living import serving, small_library
from tests.world import World

Connect = Callable[..., OpenWebUI]
CHAT = "X-OpenWebUI-Chat-Id"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        yield origin


@pytest.fixture(scope="module")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    index = small_library(world, tmp_path_factory.mktemp("library"))
    search = {"provider": "local", "local": {"index": str(index)}}
    with serving(world, search=search) as client:
        yield client


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Connects to a service, for a chat or for none."""
    made = []

    def connected(client: httpx.Client, chat: str | None = None, key: str = "") -> OpenWebUI:
        headers = {} if chat is None else {CHAT: chat}
        made.append(OpenWebUI(f"{client.base_url}/openwebui", key, headers))
        return made[-1].connect()

    yield connected
    for peer in made:
        peer.close()
