"""Who hangs up is not worked for: the turn goes to those who are there."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from tests.service.living import Talk, serving
from tests.until import until
from tests.world import World

SLOW = {"rate": 0.1, "burst": 2, "max_wait": 35}  # robots.txt and one page, then 10 s each


def pages(world: World, host: str) -> None:
    for n in range(6):
        world.page(host, f"/{n}", "<p>Some words.</p>")


def running(client: httpx.Client, session: str) -> bool:
    """Whether a command of the session waits for its turn, as its transcript says."""
    steps = client.get(f"/v1/sessions/{session}").json().get("steps", [])
    return any("waiting" in (step.get("note") or "") for step in steps)


def hang_up(client: httpx.Client, session: str, url: str, seconds: float = 0.5) -> None:
    """Ask, and be gone before the answer."""
    with (
        httpx.Client(base_url=client.base_url, timeout=seconds, trust_env=False) as impatient,
        pytest.raises(httpx.TimeoutException),
    ):
        impatient.get("/v1/open_url", params={"url": url, "session": session})


def test_a_turn_that_nobody_waits_for_any_more_goes_to_the_next(world: World):
    pages(world, "left.test")
    with serving(world, limits=SLOW) as client:
        Talk(client).open("http://left.test/0")
        for n in (1, 2):
            hang_up(client, f"gone-{n}", f"http://left.test/{n}")
        reply = Talk(client).open("http://left.test/3")
        assert reply["politeness"]["waited_ms"] < 10_000
    assert world.targets("left.test") == ["/robots.txt", "/0", "/3"]


def test_the_conversation_goes_on_as_if_it_had_not_asked(world: World):
    pages(world, "again.test")
    with serving(world, limits=SLOW) as client:
        talk = Talk(client, "comes-back")
        talk.open("http://again.test/0")
        hang_up(client, "comes-back", "http://again.test/1")
        assert talk.good("scroll", line=0)["cursor"] == 1
        assert [step["command"] for step in talk.transcript()["steps"]] == ["open_url", "scroll"]
        assert talk.open("http://again.test/1")["cursor"] == 2


def test_a_wait_that_ends_in_a_refusal_is_told_in_full(world: World):
    pages(world, "weary.test")
    world.reply("weary.test", "/429", 429, headers={"Retry-After": "90"})
    with serving(world, limits={**SLOW, "rate": 0.4, "max_wait": 20}) as client:
        Talk(client).do("open_url", url="http://weary.test/0")
        replies: list[dict[str, object]] = []
        took: list[float] = []

        def ask(n: int) -> None:
            began = time.monotonic()
            reply = Talk(client).do("open_url", url=f"http://weary.test/{n}")
            replies.append(reply)
            took.append(time.monotonic() - began)

        first = threading.Thread(
            target=lambda: Talk(client, "first").do("open_url", url="http://weary.test/429")
        )
        first.start()
        until(lambda: running(client, "first"), "the first one stands in line")
        others = [threading.Thread(target=ask, args=(n,)) for n in range(1, 5)]
        for thread in others:
            thread.start()
        for thread in (first, *others):
            thread.join()
    assert world.targets("weary.test") == ["/robots.txt", "/0", "/429"]
    codes = [reply["failure"]["code"] for reply in replies]  # type: ignore[index]
    assert codes == ["host_backing_off"] * 4
    waits = [reply["politeness"]["waited_ms"] for reply in replies]  # type: ignore[index]
    # They stood in line until the 429 came.
    assert all(0 < wait <= 1000 * whole + 1 for wait, whole in zip(waits, took, strict=True)), waits
