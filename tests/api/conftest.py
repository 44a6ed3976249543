"""A service with tokens, a list of hosts and one of origins; and one that is open on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.service.living import Talk, serving, small_library
from tests.world import World

FIRST, SECOND = "first-token-of-the-service", "second-token-of-the-service"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with World() as origin:
        origin.page("api.test", "/", "<p>Words of a page.</p><p>More words.</p>", "A title")
        yield origin


@pytest.fixture(scope="session")
def guarded(world: World) -> Iterator[httpx.Client]:
    """Callers need a token; the client has the first."""
    with serving(
        world,
        headers=bearer(FIRST),
        server={
            "port": 0,
            "tokens": [FIRST, SECOND],
            "allowed_hosts": ["127.0.0.1", "browser.example"],
            "cors_origins": ["https://chat.example"],
        },
        agent={"contact": "owner@example.com"},
        egress={"prefixes": ["192.0.2.0/28", "2001:db8::/48"], "hosts": world.egress_hosts},
    ) as client:
        yield client


@pytest.fixture(scope="session")
def service(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    index = small_library(world, tmp_path_factory.mktemp("library"))
    search = {"provider": "local", "local": {"index": str(index)}}
    with serving(world, search=search) as client:
        yield client


@pytest.fixture
def talk(service: httpx.Client) -> Talk:
    return Talk(service)
