"""Whose conversation ends when there are more than the service keeps."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import bearer
from tests.service.living import serving
from tests.world import World

ALICE, BOB = bearer("the-token-of-alice"), bearer("the-token-of-bob")
TOKENS = ["the-token-of-alice", "the-token-of-bob"]


@pytest.fixture(params=["memory:", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    url = f"sqlite:///{tmp_path / 'state.db'}" if request.param == "sqlite" else "memory:"
    return {"url": url}


@pytest.fixture
def world() -> Iterator[World]:
    with World() as world:
        yield world


def there(client: httpx.Client, name: str, who: dict[str, str]) -> bool:
    return client.get(f"/v1/sessions/{name}", headers=who).status_code == 200


def look(client: httpx.Client, name: str, who: dict[str, str]) -> None:
    client.get("/v1/sources", params={"session": name}, headers=who).raise_for_status()


def test_one_credential_does_not_end_the_conversations_of_another(
    world: World, store: dict[str, Any]
):
    with serving(
        world, server={"tokens": TOKENS}, session={"max_sessions": 5}, store=store
    ) as client:
        look(client, "mine", BOB)
        for n in range(12):
            look(client, f"flood-{n}", ALICE)
        assert there(client, "mine", BOB)
        assert [n for n in range(12) if there(client, f"flood-{n}", ALICE)] == [8, 9, 10, 11]


def test_a_conversation_that_waits_for_a_page_does_not_make_room(
    world: World, store: dict[str, Any]
):
    asked, go = threading.Event(), threading.Event()

    def slow(connection: Any) -> None:
        asked.set()
        assert go.wait(20)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nsome words.")

    world.raw("slow.test", "/", slow)
    with serving(world, session={"max_sessions": 2}, store=store) as client:
        for name in ("waits", "idle"):
            look(client, name, {})
        opening = threading.Thread(
            target=client.get,
            args=("/v1/open_url",),
            kwargs={"params": {"url": "http://slow.test/", "session": "waits"}, "timeout": 30},
        )
        opening.start()
        try:
            assert asked.wait(20)
            look(client, "new", {})
            assert there(client, "new", {})
            assert not there(client, "idle", {})
        finally:
            go.set()
            opening.join()
        assert there(client, "waits", {})
