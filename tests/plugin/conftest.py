"""A service as a chat finds it: open on loopback, and one with tokens under a public address."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.service.living import serving, small_library
from tests.world import World

TOKEN = "token-that-the-chat-was-given"
CHATS = ["https://chat.openai.com", "https://chatgpt.com"]
PUBLIC = "https://browser.example/text"


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as origin:
        yield origin


@pytest.fixture(scope="session")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    index = small_library(world, tmp_path_factory.mktemp("library"))
    search = {"provider": "local", "local": {"index": str(index)}}
    with serving(world, search=search, server={"cors_origins": CHATS}) as client:
        yield client


@pytest.fixture(scope="session")
def public(world: World) -> Iterator[httpx.Client]:
    """With tokens, without one sent."""
    server = {"tokens": [TOKEN], "public_url": f"{PUBLIC}/", "cors_origins": CHATS}
    told = {
        "name": "Archive Reader",
        "description": "Reads the archive.",
        "contact": "people@browser.example",
        "logo_url": "https://browser.example/mark.png",
        "legal_url": "https://browser.example/terms",
        "verification_tokens": {"openai": "proof-of-who-runs-this"},
    }
    with serving(world, server=server, plugin=told) as client:
        yield client
