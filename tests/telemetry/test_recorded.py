"""Commands, calls of the store, and what is looked at."""

from __future__ import annotations

import anyio
import pytest

from browser.errors import StateUnavailable
from browser.model.limits import Change, HostOrder
from browser.model.record import CommandRecord
from browser.model.result import Failure, Reply
from browser.model.spans import SPANS, no_span
from browser.recorded import Watch
from browser.state.open import open_store
from browser.telemetry.gauges import Gauges
from browser.telemetry.metrics import Metrics
from browser.telemetry.store import measured
from tests.clock import ManualClock

KEY = "0123456789abcdef"


class Watched:
    """A watch, and what it tells."""

    def __init__(self) -> None:
        self.clock = ManualClock(1_000.0)
        self.records: list[CommandRecord] = []
        self.counts: list[int] = []
        self.watch = Watch(self.clock, [self.records.append], self.counts.append)


def reply(failure: Failure | None = None) -> Reply:
    return Reply("s", "find", {}, None, failure=failure)


def test_a_command_leaves_a_record_of_what_it_answered():
    watched = Watched()
    for failure in (None, Failure("not_found", "Find failed: nothing.")):
        with watched.watch.command("find", KEY) as ending:
            watched.clock.advance(0.25)
            ending.reply = reply(failure)
    assert [record.outcome for record in watched.records] == ["ok", "not_found"]
    assert {record.took_ms for record in watched.records} == {250}
    assert {record.session for record in watched.records} == {KEY[:12]}
    assert watched.counts == [1, 0, 1, 0]


def test_a_command_that_meets_a_defect_is_recorded_as_one():
    watched = Watched()
    with pytest.raises(ZeroDivisionError), watched.watch.command("find", KEY):
        raise ZeroDivisionError
    assert [record.outcome for record in watched.records] == ["defect"]
    assert watched.watch.running == 0
    assert SPANS.get() is no_span


async def test_a_command_that_is_given_up_is_recorded_as_cancelled():
    watched = Watched()
    with anyio.CancelScope() as scope:
        with watched.watch.command("find", KEY):
            scope.cancel()
            await anyio.sleep_forever()
    assert [record.outcome for record in watched.records] == ["cancelled"]
    assert watched.watch.running == 0


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"polite_browser_{name}", labels)


async def test_calls_of_the_store_are_measured_and_its_failures_counted(
    monkeypatch: pytest.MonkeyPatch,
):
    metrics = Metrics()
    plain = open_store("memory:", idle=1, max_age=1, max_sessions=1, clock=ManualClock(1.0))
    store = measured(plain, metrics)
    assert await store.sessions.load("nobody") is None
    assert value(metrics, "store_seconds_count", port="sessions") == 1

    async def away(_: str) -> None:
        raise StateUnavailable("the store is away.")

    monkeypatch.setattr(plain.pages, "get", away)
    with pytest.raises(StateUnavailable):
        await store.pages.get("a-page")
    assert value(metrics, "store_errors_total", port="pages") == 1
    assert value(metrics, "store_errors_total", port="sessions") == 0


async def test_what_operators_change_is_counted_when_it_is_written_down():
    metrics = Metrics()
    plain = open_store("memory:", idle=1, max_age=1, max_sessions=1, clock=ManualClock(1.0))
    orders = measured(plain, metrics).orders
    order = HostOrder("a.test", rate=1)
    await orders.put(order, Change("set", "a.test", "me", 1.0, None, order))
    for _ in range(2):  # the second finds nothing to take back
        await orders.delete("a.test", Change("unset", "a.test", "me", 1.0, order, None))
    await orders.reload(Change("reload", "", "me", 1.0))
    for action in ("set", "unset", "reload"):
        assert value(metrics, "limit_changes_total", action=action) == 1
    assert await orders.all() == {}


@pytest.mark.parametrize(
    ("error", "works"), [(None, 1), (StateUnavailable("away"), 0), (ZeroDivisionError(), 0)]
)
async def test_a_store_that_is_away_is_told_and_ends_nothing(error: Exception | None, works: int):
    metrics, looked = Metrics(), anyio.Event()

    async def ping() -> None:
        if error is not None:
            looked.set()
            raise error

    async def count() -> int:
        return 7

    async def states() -> list[str]:
        looked.set()
        return ["idle", "idle", "backing_off"]

    gauges = Gauges(
        metrics,
        ManualClock(1_000.0),
        store="memory",
        search="local",
        ping=ping,
        workers=lambda: 3,
        sessions=count,
        states=["idle", "backing_off"],
        hosts=states,
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(gauges.run)
        await looked.wait()
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    assert value(metrics, "store_up") == works
    assert value(metrics, "page_workers") == 3
    assert value(metrics, "start_time_seconds") == 1_000.0
    assert value(metrics, "hosts", state="idle") == 2 * works
    assert value(metrics, "sessions") == 7 * works
