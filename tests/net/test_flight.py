from contextlib import suppress

import anyio
import pytest

from browser.errors import FetchFailed, Refused, StateUnavailable
from browser.model.reason import Reason
from browser.net.flight import Flights, Landed
from tests.clock import ManualClock


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def air(clock):
    return Air(clock)


class Air:
    """Callers of one key; each request under way lands when the test says what it brings."""

    def __init__(self, clock):
        self.clock = clock
        self.flights = Flights[str](clock)
        self.sent: list[Request] = []
        self.ended: dict[str, object] = {}
        self.behind: dict[str, float] = {}
        self.told: list[str] = []

    async def call(self, name, *, max_wait=10.0, within=20.0, key="page"):
        request = Request(name)

        def waited(seconds):
            self.behind[name] = self.behind.get(name, 0.0) + seconds

        async def fly():
            self.sent.append(request)
            return await request.landed()

        try:
            self.ended[name] = await self.flights.join(
                key,
                fly,
                max_wait=max_wait,
                within=within,
                waits=lambda: self.told.append(name),
                waited=waited,
            )
        except (FetchFailed, Refused, StateUnavailable) as error:
            self.ended[name] = error

    @property
    def senders(self):
        return [request.name for request in self.sent]


class Request:
    def __init__(self, name):
        self.name = name
        self._over = anyio.Event()
        self._outcome = None

    async def landed(self):
        await self._over.wait()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome

    async def lands(self, outcome):
        self._outcome = outcome
        self._over.set()
        await anyio.wait_all_tasks_blocked()


async def queue(tasks, air, *names, **options):
    for name in names:
        tasks.start_soon(lambda name=name: air.call(name, **options))
        await anyio.wait_all_tasks_blocked()


async def test_equal_requests_at_the_same_time_are_one(air):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a", "b", "c")
        assert air.senders == ["a"]
        assert air.told == ["b", "c"]
        await air.sent[0].lands(Landed("text", "take"))
    assert air.ended == {"a": ("text", False), "b": ("text", True), "c": ("text", True)}
    assert len(air.flights) == 0


async def test_one_after_the_other_they_are_two(air):
    for _ in range(2):
        async with anyio.create_task_group() as tasks:
            await queue(tasks, air, "a")
            await air.sent[-1].lands(Landed("text", "take"))
    assert air.senders == ["a", "a"]


async def test_requests_for_different_things_do_not_wait_for_each_other(air):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a")
        await queue(tasks, air, "b", key="other")
        assert air.senders == ["a", "b"]
        for request in air.sent:
            await request.lands(Landed(request.name, "take"))
    assert air.ended == {"a": ("a", False), "b": ("b", False)}


async def test_after_a_reply_for_one_alone_each_asks_by_itself(air):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a", "b", "c")
        await air.sent[0].lands(Landed("for a", "alone"))
        assert air.senders == ["a", "b", "c"]
        for request in air.sent[1:]:
            await request.lands(Landed(f"for {request.name}", "alone"))
    assert air.ended == {name: (f"for {name}", False) for name in "abc"}


@pytest.mark.parametrize(
    "reason", [Reason.CONNECT_FAILED, Reason.TLS_FAILED, Reason.BAD_RESPONSE, Reason.TOO_LARGE]
)
async def test_a_failure_of_the_origin_is_shared(air, reason):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a", "b")
        await air.sent[0].lands(FetchFailed(reason, "It failed.", status=500, retry_after=3))
    mine, theirs = air.ended["a"], air.ended["b"]
    assert air.senders == ["a"]
    assert (theirs.reason, theirs.sentence) == (reason, "It failed.")
    assert (theirs.status, theirs.retry_after) == (500, 3)
    assert mine is not theirs  # each caller writes its own URL into it


@pytest.mark.parametrize(
    "refusal",
    [
        Refused(Reason.RATE_LIMITED, "wait", retry_after=9),
        Refused(Reason.HOST_BACKING_OFF, "wait", retry_after=9),
        StateUnavailable("away"),
    ],
)
async def test_a_refusal_of_our_own_is_the_leaders_alone(air, refusal):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a", "b", "c")
        await air.sent[0].lands(refusal)
        assert air.senders == ["a", "b"]
        await air.sent[1].lands(Landed("text", "take"))
    assert air.ended == {"a": refusal, "b": ("text", False), "c": ("text", True)}


async def test_a_timeout_of_a_leader_with_less_time_is_its_own(air):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "hurried", within=2.0)
        await queue(tasks, air, "patient", within=20.0)
        await queue(tasks, air, "hurried too", within=2.0)
        await air.sent[0].lands(FetchFailed(Reason.TIMEOUT, "too slow"))
        assert air.senders == ["hurried", "patient"]
        await air.sent[1].lands(Landed("text", "take"))
    assert air.ended["patient"] == ("text", False)
    assert air.ended["hurried"].reason is Reason.TIMEOUT
    assert air.ended["hurried too"].reason is Reason.TIMEOUT


async def test_time_behind_a_leader_counts_when_its_follower_leads(air, clock):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a", "b")
        clock.advance(15)
        await queue(tasks, air, "late")
        await air.sent[0].lands(Refused(Reason.RATE_LIMITED, "wait"))
        assert air.behind == {"b": 15, "late": 0}
        await air.sent[1].lands(FetchFailed(Reason.TIMEOUT, "b had 5 s left"))
        assert air.senders == ["a", "b", "late"]
        await air.sent[2].lands(Landed("text", "take"))
    assert air.ended["late"] == ("text", False)


async def test_a_cancelled_leader_hands_over_to_the_next(air):
    async with anyio.create_task_group() as tasks:
        leader = anyio.CancelScope()

        async def cancelled():
            with leader:
                await air.call("a")

        tasks.start_soon(cancelled)
        await queue(tasks, air, "b", "c")
        assert air.senders == ["a"]
        leader.cancel()
        await anyio.wait_all_tasks_blocked()
        assert air.senders == ["a", "b"]
        await air.sent[1].lands(Landed("text", "take"))
    assert air.ended == {"b": ("text", False), "c": ("text", True)}
    assert len(air.flights) == 0


async def test_a_cancelled_follower_disturbs_nobody(air):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a")
        follower = anyio.CancelScope()

        async def cancelled():
            with follower:
                await air.call("b")

        tasks.start_soon(cancelled)
        await queue(tasks, air, "c")
        follower.cancel()
        await anyio.wait_all_tasks_blocked()
        await air.sent[0].lands(Landed("text", "take"))
    assert air.ended == {"a": ("text", False), "c": ("text", True)}


async def test_all_cancelled_at_once_leave_nothing_behind(air):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a", "b", "c")
        tasks.cancel_scope.cancel()
    assert len(air.flights) == 0


async def test_a_defect_is_the_leaders_alone(air):
    async with anyio.create_task_group() as tasks:

        async def broken():
            with suppress(ZeroDivisionError):
                await air.call("a")

        tasks.start_soon(broken)
        await queue(tasks, air, "b")
        await air.sent[0].lands(ZeroDivisionError())
        await air.sent[1].lands(Landed("text", "take"))
    assert air.ended == {"b": ("text", False)}


async def test_a_follower_whose_patience_is_over_is_told_when_to_come_back(air):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a")
        await air.call("b", max_wait=0.0, within=0.0)
        await air.sent[0].lands(Landed("text", "take"))
    error = air.ended["b"]
    assert (error.reason, error.retry_after) == (Reason.RATE_LIMITED, 1)
    assert air.ended["a"] == ("text", False)
    assert air.senders == ["a"]


async def test_no_patience_is_needed_when_nobody_is_ahead(air):
    async with anyio.create_task_group() as tasks:
        await queue(tasks, air, "a", max_wait=0.0, within=0.0)
        await air.sent[0].lands(Landed("text", "take"))
    assert air.ended["a"] == ("text", False)
