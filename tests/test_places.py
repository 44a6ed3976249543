from __future__ import annotations

import anyio

from browser.places import Places


async def most(places: Places, owners: list[str]) -> dict[str, int]:
    """How many of each owner's commands ran at the same time, when all were handed in at once."""
    running = dict.fromkeys(owners, 0)
    seen = dict.fromkeys(owners, 0)

    async def command(owner: str) -> None:
        async with places.take(owner):
            running[owner] += 1
            seen[owner] = max(seen[owner], running[owner])
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
            running[owner] -= 1

    async with anyio.create_task_group() as group:
        for owner in owners:
            group.start_soon(command, owner)
    return seen


async def test_a_credential_runs_as_many_as_it_has_places_and_another_has_its_own():
    assert await most(Places(3), ["a"] * 10 + ["b"] * 2) == {"a": 3, "b": 2}


async def test_an_open_service_counts_none():
    assert await most(Places(None), [""] * 10) == {"": 10}
