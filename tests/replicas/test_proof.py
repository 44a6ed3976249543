"""Two services behind nginx, on one Valkey, under load: parts of it die and nothing is lost.

``python -m tests.soak`` does the same for longer and prints what it measured.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Sequence

import pytest

from tests.soak.caller import Caller
from tests.soak.fleet import Fleet, nginx
from tests.soak.load import callers, failures, greedy, lost
from tests.soak.pacing import pacings
from tests.until import soon

RATE = 4.0  # requests a second of a host
LIMITS = {
    "rate": RATE,
    "burst": 1,
    "concurrency": 4,
    "hourly": 1_000_000,
    "max_wait": 5,
    "address_rate": 10_000,
    "address_concurrency": 256,
    "total_concurrency": 256,
}
ENOUGH = 15  # requests, of all sites together
HOSTS = [f"site-{number}.test" for number in range(6)]


@pytest.fixture
def fleet():
    if nginx() is None:
        if "CI" in os.environ:
            pytest.fail("nginx is needed in CI")
        pytest.skip("nginx is not installed")
    with Fleet(2, LIMITS) as running:
        yield running


def test_a_judgement_of_pacing_can_fail():
    fast = [(n / 10, "fast.test", "/") for n in range(20)]
    slow = [(n / 4, "slow.test", "/") for n in range(20)]
    judged = {one.host: one for one in pacings([*fast, *slow], RATE, 1)}
    assert judged["fast.test"].most > 5
    assert judged["slow.test"].most <= 0
    assert judged["slow.test"].rate == pytest.approx(RATE)


@pytest.mark.timeout(240)
async def test_a_service_and_its_store_are_killed_under_load_and_nothing_is_lost(fleet: Fleet):
    crowd = callers(fleet, 2 * len(HOSTS))
    with contextlib.ExitStack() as closing:
        for caller in crowd:
            closing.callback(caller.close)
        await _trouble(fleet, crowd)


async def _trouble(fleet: Fleet, crowd: Sequence[Caller]) -> None:

    async def trouble() -> None:
        await _asked(fleet, ENOUGH)
        fleet.replicas[0].send_signal(signal.SIGKILL)
        fleet.replicas[0].wait()
        await _asked(fleet, len(fleet.asked()) + ENOUGH)
        fleet.restart_replica(0)
        fleet.valkey.send_signal(signal.SIGKILL)
        fleet.valkey.wait()
        await soon(lambda: failures(crowd).get("busy", 0) > 0)
        fleet.start_valkey()
        await _asked(fleet, len(fleet.asked()) + ENOUGH)

    await greedy(crowd, HOSTS, 0.0, trouble)
    judged = pacings(fleet.asked(), RATE, 1, jitter=1.0)  # other tests run beside this one
    assert {one.host for one in judged} == set(HOSTS)
    assert not [one for one in judged if one.most > 0], judged
    assert set(failures(crowd)) <= {"busy", "rate_limited"}
    assert not await lost(crowd)


async def _asked(fleet: Fleet, count: int) -> None:
    await soon(lambda: len(fleet.asked()) >= count)
