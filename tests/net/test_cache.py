"""The cache over real sockets: what reaches the origin, and what a caller gets."""

from __future__ import annotations

import threading

import anyio
import pytest

from browser.errors import FetchFailed, Refused
from browser.model.reason import Reason
from browser.model.url import Url
from browser.net.asker import Asker
from browser.net.cache import Cache, anything
from browser.net.dial import pins
from browser.net.ladder import Spent
from browser.net.send import ACCEPT, MAX_HEADERS
from browser.state.responses import MemoryResponses
from tests.clock import ManualClock
from tests.net.rig import rig
from tests.world import World

FRESH = {"Cache-Control": "max-age=60"}
TAGGED = {"Cache-Control": "max-age=60", "ETag": '"one"'}


@pytest.fixture
def world():
    with World() as world:
        yield world


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
async def desk(world, clock):
    async with rig(world, clock=clock) as rigged:
        yield Desk(rigged, clock)


class Desk:
    """The rung in its place: above it the guard, below it the pace and the socket."""

    def __init__(self, rigged, clock, *, max_age=900.0):
        self.hop = rigged.net.hop
        self.responses = MemoryResponses()
        self.cache = Cache(self.responses, clock, max_age=max_age)
        self.spent = Spent()

    async def get(
        self, path="/", *, language="en", max_wait=10.0, may_keep=anything, kind="page", cut=False
    ):
        url = Url.parse(f"http://a.test{path}")

        async def send(conditions):
            return await self.hop.paced(
                url,
                max_wait,
                self.spent,
                within=5.0,
                max_bytes=2000,
                accept=ACCEPT,
                cut=cut,
                conditions={"Accept-Language": language, **conditions},
            )

        with pins():
            await self.hop.allowed(url)
            return await self.cache.through(
                url,
                {"Accept": ACCEPT, "Accept-Language": language},
                send,
                max_wait=max_wait,
                within=5.0,
                spent=self.spent,
                kind=kind,
                may_keep=may_keep,
            )

    async def uses(self, *paths):
        return [(await self.get(path)).use for path in paths]


class Gate:
    """An answer that the origin holds back until the test opens it."""

    def __init__(self, head, body=b"text"):
        self._open = threading.Event()
        fields = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self._answer = (
            f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body
        )

    def __call__(self, connection):
        self._open.wait(30)
        connection.sendall(self._answer)

    def open(self):
        self._open.set()


def said(world):
    """What the last request asked by."""
    fields = world.headers[-1]
    return fields.get("if-none-match"), fields.get("if-modified-since")


# A copy


async def test_a_fresh_copy_answers_without_a_request(world, desk, clock):
    world.reply("a.test", "/", body="text", headers=FRESH)
    first = await desk.get()
    clock.advance(59)
    second = await desk.get()
    assert (first.use, second.use) == ("miss", "hit")
    assert second.answer.raw.body == first.answer.raw.body == b"text"
    assert second.answer.raw.headers["content-type"] == "text/html; charset=utf-8"
    assert second.fetched_at == first.fetched_at == clock.now() - 59
    assert (second.age, second.note) == (59, "")
    assert world.targets("a.test") == ["/"]


async def test_a_hit_takes_no_turn_and_no_time(world, clock):
    world.reply("a.test", "/", body="text", headers=FRESH)
    async with rig(world, clock=clock, limits={"rate": 0.001, "burst": 1}) as slow:
        desk = Desk(slow, clock)
        assert [(await desk.get(max_wait=0)).use for _ in range(3)] == ["miss", "hit", "hit"]
    assert desk.spent.waited == 0


async def test_a_copy_does_not_age_while_we_wait_for_our_turn(world, clock):
    world.reply("a.test", "/", headers={"Cache-Control": "max-age=5", "Age": "0"})
    async with rig(world, clock=clock, limits={"rate": 0.1, "burst": 1}) as slow:
        desk = Desk(slow, clock)
        await desk.get("/first")
        assert (await desk.get()).use == "miss"
        assert desk.spent.waited == 10
        assert (await desk.get()).use == "hit"


async def test_a_copy_is_as_old_as_its_reply_was_long_on_the_way(world, desk, clock):
    def serve(connection):
        clock.advance(20)
        connection.sendall(b"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nAge: 10\r\n\r\ntext")

    world.raw("a.test", "/", serve)
    await desk.get()
    assert (await desk.get()).age == 30


async def test_the_age_that_a_cache_on_the_way_tells_counts(world, desk, clock):
    world.reply("a.test", "/", headers={**FRESH, "Age": "50"})
    await desk.get()
    clock.advance(9)
    assert (await desk.get()).age == 59
    clock.advance(1)
    assert (await desk.get()).use == "miss"


async def test_the_fragment_is_not_part_of_what_is_asked_for_but_the_query_is(world, desk):
    world.reply("a.test", "/?q=1", headers=FRESH)
    world.reply("a.test", "/?q=2", headers=FRESH)
    assert await desk.uses("/?q=1#x", "/?q=1#y", "/?q=2") == ["miss", "hit", "miss"]


async def test_requests_of_another_kind_share_nothing(world, desk):
    world.reply("a.test", "/", headers=FRESH)
    assert (await desk.get(kind="page")).use == "miss"
    assert (await desk.get(kind="other")).use == "miss"


async def test_a_reply_varies_by_what_it_says(world, desk):
    world.reply("a.test", "/", body="english", headers={**FRESH, "Vary": "Accept-Language"})
    await desk.get(language="en")
    world.reply("a.test", "/", body="deutsch", headers={**FRESH, "Vary": "Accept-Language"})
    assert (await desk.get(language="de")).use == "miss"
    again = [await desk.get(language=language) for language in ("en", "de")]
    assert [passed.answer.raw.body for passed in again] == [b"english", b"deutsch"]
    assert [passed.use for passed in again] == ["hit", "hit"]


async def test_a_cookie_of_one_visit_is_not_handed_to_the_next(world, desk):
    world.reply("a.test", "/", headers={**FRESH, "Set-Cookie": "visit=1"})
    assert "set-cookie" in (await desk.get()).answer.raw.headers
    kept = (await desk.get()).answer.raw
    assert "set-cookie" not in kept.headers
    assert not [value for _, value in kept.fields if "visit" in value]


async def test_a_reply_to_one_visit_is_not_guessed_to_be_fresh(world, desk):
    changed = {"Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT"}
    world.reply("a.test", "/of-all", headers=changed)
    world.reply("a.test", "/of-one", headers={**changed, "Set-Cookie": "visit=1"})
    assert await desk.uses("/of-all", "/of-all") == ["miss", "hit"]
    assert await desk.uses("/of-one", "/of-one") == ["miss", "miss"]


@pytest.mark.parametrize(
    "fields",
    [
        {"Cache-Control": "no-store, max-age=60"},
        {**FRESH, "Vary": "*"},
        {f"X-{number}": "y" for number in range(MAX_HEADERS)} | FRESH,
    ],
    ids=["no-store", "vary by all", "more fields than are read"],
)
async def test_what_must_not_be_kept_is_asked_for_anew(world, desk, fields):
    world.reply("a.test", "/", headers=fields)
    assert await desk.uses("/", "/") == ["miss", "miss"]
    assert len(desk.responses) == 0


async def test_a_body_that_was_cut_is_not_kept(world, desk):
    world.reply("a.test", "/", body="x" * 3000, headers=FRESH)
    assert (await desk.get(cut=True)).answer.raw.cut
    assert len(desk.responses) == 0


async def test_what_its_publisher_does_not_want_kept_is_not(world, desk):
    world.reply("a.test", "/", headers={**FRESH, "X-Robots-Tag": "noarchive"})

    def may_keep(raw):
        return "noarchive" not in raw.headers.get("x-robots-tag", "")

    assert [(await desk.get(may_keep=may_keep)).use for _ in range(2)] == ["miss", "miss"]


async def test_a_page_can_be_forgotten_after_it_was_read(world, desk):
    world.reply("a.test", "/p", headers=FRESH)
    await desk.get("/p#top")
    await desk.cache.forget(Url.parse("http://a.test/p#end"))
    assert await desk.uses("/p") == ["miss"]


async def test_a_cache_that_is_turned_off_keeps_and_shares_nothing(world, clock):
    gate = Gate(TAGGED)
    world.raw("a.test", "/", gate)
    async with rig(world, clock=clock) as rigged:
        desk = Desk(rigged, clock, max_age=0)
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(desk.get)
            await asked(world, 3)
            gate.open()
        assert (await desk.get()).use == "miss"
    assert said(world) == (None, None)


# Asking whether it holds


async def test_a_stale_copy_is_asked_after_and_a_304_brings_the_old_body(world, desk, clock):
    changed = "Sun, 06 Nov 1994 08:49:37 GMT"
    world.reply("a.test", "/", body="text", headers={**TAGGED, "Last-Modified": changed})
    await desk.get()
    clock.advance(100)
    world.reply("a.test", "/", 304, headers={"ETag": '"one"', "X-New": "1"})
    passed = await desk.get()
    assert said(world) == ('"one"', changed)
    assert passed.use == "revalidated"
    assert (passed.answer.raw.status, passed.answer.raw.body) == (200, b"text")
    assert passed.answer.raw.headers["x-new"] == "1"
    assert (passed.fetched_at, passed.age) == (clock.now(), 0)
    clock.advance(59)
    assert (await desk.get()).use == "hit"
    assert len(world.targets("a.test")) == 2


async def test_a_copy_that_may_not_be_used_unasked_is_asked_after_each_time(world, desk):
    world.reply("a.test", "/", headers={"Cache-Control": "no-cache", "ETag": '"one"'})
    await desk.get()
    world.reply("a.test", "/", 304)
    assert await desk.uses("/", "/") == ["revalidated", "revalidated"]


async def test_a_new_page_takes_the_place_of_the_old(world, desk, clock):
    world.reply("a.test", "/", body="old", headers=TAGGED)
    await desk.get()
    clock.advance(100)
    world.reply("a.test", "/", body="new", headers=FRESH)
    assert (await desk.get()).use == "miss"
    passed = await desk.get()
    assert (passed.use, passed.answer.raw.body) == ("hit", b"new")


async def test_a_304_about_another_copy_is_answered_by_one_plain_request(world, desk, clock):
    world.reply("a.test", "/", body="old", headers=TAGGED)
    await desk.get()
    clock.advance(100)
    answers = [b'304 No\r\nETag: "two"\r\nContent-Length: 0', b"200 OK\r\nContent-Length: 3"]

    def serve(connection):
        head = answers.pop(0)
        connection.sendall(b"HTTP/1.1 " + head + b"\r\nConnection: close\r\n\r\n")
        if not answers:
            connection.sendall(b"new")

    world.raw("a.test", "/", serve)
    passed = await desk.get()
    assert (passed.use, passed.answer.raw.body) == ("miss", b"new")
    assert len(world.targets("a.test")) == 3
    assert said(world) == (None, None)


async def test_the_other_copy_is_gone_when_the_plain_request_fails_too(world, desk, clock):
    world.reply("a.test", "/", body="old", headers=TAGGED)
    await desk.get()
    clock.advance(100)
    answers = [b'304 No\r\nETag: "two"\r\n', b"500 No\r\n"]

    def serve(connection):
        head = answers.pop(0)
        connection.sendall(b"HTTP/1.1 " + head + b"Content-Length: 0\r\nConnection: close\r\n\r\n")

    world.raw("a.test", "/", serve)
    assert (await desk.get()).answer.raw.status == 500
    world.raw("a.test", "/", lambda connection: connection.close())
    with pytest.raises(FetchFailed):  # nothing is left that could stand in
        await desk.get()


async def test_a_304_to_a_plain_request_is_not_made_a_page(world, desk):
    world.reply("a.test", "/", 304)
    passed = await desk.get()
    assert (passed.use, passed.answer.raw.status) == ("miss", 304)
    assert len(desk.responses) == 0


async def test_a_304_may_take_the_leave_to_keep_back(world, desk, clock):
    world.reply("a.test", "/", body="text", headers=TAGGED)
    await desk.get()
    clock.advance(100)
    world.reply("a.test", "/", 304, headers={"Cache-Control": "no-store"})
    assert (await desk.get()).answer.raw.body == b"text"
    assert len(desk.responses) == 0


async def test_304s_that_bring_ever_more_fields_end_the_copy(world, desk, clock):
    world.reply("a.test", "/", headers=TAGGED)
    await desk.get()
    uses = []
    for turn in range(3):
        clock.advance(100)
        more = {f"X-{turn}-{number}": "y" for number in range(60)}
        world.reply("a.test", "/", 304, headers={"ETag": '"one"', **more})
        uses.append((await desk.get()).use)
    assert uses == ["revalidated", "revalidated", "miss"]


async def test_the_ceiling_of_the_operator_ends_a_long_lifetime(world, desk, clock):
    world.reply("a.test", "/", headers={"Cache-Control": "max-age=99999", "ETag": '"one"'})
    await desk.get()
    clock.advance(899)
    assert await desk.uses("/") == ["hit"]
    clock.advance(1)
    world.reply("a.test", "/", 304)
    assert await desk.uses("/") == ["revalidated"]


# Refusals and redirects


@pytest.mark.parametrize(("status", "seconds"), [(403, 300), (404, 300), (410, 300), (402, 3600)])
async def test_a_refusal_is_not_asked_for_again_at_once(world, desk, clock, status, seconds):
    world.reply("a.test", "/", status, headers={"Crawler-Price": "USD 1"})
    first = await desk.get()
    clock.advance(seconds - 1)
    again = await desk.get()
    assert (first.use, again.use, again.answer.raw.status) == ("miss", "hit", status)
    assert again.answer.raw.headers["crawler-price"] == "USD 1"
    clock.advance(1)
    assert (await desk.get()).use == "miss"


async def test_a_page_that_is_gone_takes_its_copy_along(world, desk, clock):
    world.reply("a.test", "/", headers=TAGGED)
    await desk.get()
    clock.advance(100)
    world.reply("a.test", "/", 410, headers={"Cache-Control": "no-store"})
    assert (await desk.get()).answer.raw.status == 410
    world.close()
    with pytest.raises(FetchFailed):
        await desk.get()


async def test_a_permanent_redirect_is_remembered_with_its_place(world, desk):
    world.reply("a.test", "/", 301, headers={"Location": "/there"})
    await desk.get()
    passed = await desk.get()
    assert (passed.use, passed.answer.raw.locations) == ("hit", ("/there",))


async def test_a_temporary_redirect_is_asked_for_again(world, desk):
    world.reply("a.test", "/", 302, headers={"Location": "/there"})
    assert await desk.uses("/", "/") == ["miss", "miss"]


# When the origin fails


async def test_a_site_that_asks_to_wait_is_heard_and_its_copy_left_alone(world, desk, clock):
    world.reply("a.test", "/", body="text", headers=TAGGED)
    await desk.get()
    clock.advance(7200)
    world.reply("a.test", "/", 429, headers={"Retry-After": "1"})
    assert (await desk.get()).answer.raw.status == 429
    clock.advance(60)
    world.reply("a.test", "/", 304)
    assert (await desk.get()).use == "revalidated"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_trouble_does_not_take_the_place_of_a_good_copy(world, desk, clock, status):
    world.reply("a.test", "/", body="text", headers=TAGGED)
    got_at = (await desk.get()).fetched_at
    clock.advance(7200)
    world.reply("a.test", "/", status, headers={"Retry-After": "1"})
    passed = await desk.get()
    assert (passed.use, passed.answer.raw.status, passed.answer.raw.body) == ("stale", 200, b"text")
    assert (passed.fetched_at, passed.age) == (got_at, 7200)
    assert passed.note == (
        "This is an earlier copy, as a.test sent it 2 hours ago (2023-11-14T22:13:20Z), "
        f"since a.test answered {status}. It may be out of date."
    )
    clock.advance(3600)
    world.reply("a.test", "/", 304)
    assert (await desk.get()).use == "revalidated"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_trouble_without_a_copy_is_told_and_not_kept(world, desk, status):
    world.reply("a.test", "/", status, headers={"Cache-Control": "max-age=60"})
    passed = await desk.get()
    assert (passed.use, passed.answer.raw.status) == ("miss", status)
    assert len(desk.responses) == 0


async def test_an_origin_that_is_away_leaves_the_copy_of_today(world, desk, clock):
    world.reply("a.test", "/", body="text", headers=FRESH)
    await desk.get()
    world.close()
    clock.advance(86_400)
    passed = await desk.get()
    assert (passed.use, passed.answer.raw.body) == ("stale", b"text")
    assert "24 hours ago" in passed.note
    assert "cannot be reached" in passed.note
    clock.advance(1)
    with pytest.raises(FetchFailed) as error:
        await desk.get()
    assert error.value.reason is Reason.CONNECT_FAILED


@pytest.mark.parametrize("word", ["must-revalidate", "no-cache", "stale-if-error=30"])
async def test_a_copy_that_must_not_stand_in_does_not(world, desk, clock, word):
    world.reply("a.test", "/", headers={"Cache-Control": f"max-age=60, {word}"})
    await desk.get()
    clock.advance(100)
    world.reply("a.test", "/", 500)
    assert (await desk.get()).answer.raw.status == 500
    world.close()
    with pytest.raises(FetchFailed):
        await desk.get()


async def test_a_page_that_has_grown_too_large_is_told_and_not_hidden(world, desk, clock):
    world.reply("a.test", "/", headers=FRESH)
    await desk.get()
    clock.advance(100)
    world.reply("a.test", "/", body="x" * 3000)
    with pytest.raises(FetchFailed) as error:
        await desk.get()
    assert error.value.reason is Reason.TOO_LARGE


async def test_where_our_own_pace_refuses_no_copy_stands_in(world, clock):
    world.reply("a.test", "/", body="text", headers=FRESH)
    async with rig(world, clock=clock, limits={"rate": 0.001, "burst": 1}) as slow:
        desk = Desk(slow, clock)
        await desk.get()
        clock.advance(100)
        with pytest.raises(Refused):
            await desk.get(max_wait=0)
        clock.advance(1000)
        assert (await desk.get()).answer.raw.body == b"text"
    assert world.targets("a.test") == ["/", "/"]


# Many at once


async def asked(world, count, target="/"):
    """Wait until the origin was asked so many times."""
    with anyio.fail_after(10):
        while world.targets("a.test").count(target) < count:
            await anyio.lowlevel.checkpoint()
    await anyio.wait_all_tasks_blocked()


async def together(world, desk, gate, count):
    """What so many callers get, when all ask before the origin answers."""
    world.raw("a.test", "/", gate)
    got = []

    async def one():
        got.append(await desk.get())

    async with anyio.create_task_group() as tasks:
        for _ in range(count):
            tasks.start_soon(one)
        await asked(world, 1)
        gate.open()
    return got


@pytest.mark.parametrize(
    "head",
    [FRESH, {}, {"Cache-Control": "private"}, {"Cache-Control": "max-age=0, must-revalidate"}],
)
async def test_ten_at_once_are_one_request(world, desk, head):
    got = await together(world, desk, Gate(head), 10)
    assert sorted(passed.use for passed in got) == ["hit"] * 9 + ["miss"]
    assert {passed.answer.raw.body for passed in got} == {b"text"}
    assert world.targets("a.test") == ["/"]


@pytest.mark.parametrize("word", ["no-store", "no-cache"])
async def test_a_reply_that_is_for_one_request_is_not_given_to_another(world, desk, word):
    got = await together(world, desk, Gate({"Cache-Control": word}), 5)
    assert [passed.use for passed in got] == ["miss"] * 5
    assert len(world.targets("a.test")) == 5


async def test_five_at_once_ask_after_a_stale_copy_once(world, desk, clock):
    world.reply("a.test", "/", body="text", headers=TAGGED)
    await desk.get()
    clock.advance(100)
    opened = threading.Event()

    def serve(connection):
        opened.wait(30)
        connection.sendall(b"HTTP/1.1 304 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    world.raw("a.test", "/", serve)
    got = []

    async def one():
        got.append(await desk.get())

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(one)
        await asked(world, 2)
        opened.set()
    assert sorted(passed.use for passed in got) == ["hit"] * 4 + ["revalidated"]
    assert {passed.answer.raw.body for passed in got} == {b"text"}
    assert len(world.targets("a.test")) == 2


async def test_five_at_once_share_the_failure_of_the_origin(world, desk):
    opened, errors = threading.Event(), []

    def serve(connection):
        opened.wait(30)
        connection.sendall(b"this is no HTTP\r\n\r\n")

    world.raw("a.test", "/", serve)

    async def one():
        with pytest.raises(FetchFailed) as error:
            await desk.get()
        errors.append(error.value.reason)

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(one)
        await asked(world, 1)
        opened.set()
    assert errors == [Reason.BAD_RESPONSE] * 5
    assert world.targets("a.test") == ["/"]


async def test_a_refusal_is_shared_also_when_it_may_not_be_kept(world, desk):
    opened = threading.Event()

    def serve(connection):
        opened.wait(30)
        head = b"HTTP/1.1 403 No\r\nCache-Control: no-store\r\nContent-Length: 0\r\n"
        connection.sendall(head + b"Connection: close\r\n\r\n")

    world.raw("a.test", "/", serve)
    got = []

    async def one():
        got.append((await desk.get()).answer.raw.status)

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(one)
        await asked(world, 1)
        opened.set()
    assert got == [403] * 5
    assert len(desk.responses) == 0
    assert world.targets("a.test") == ["/"]


async def test_when_the_one_who_asked_gives_up_another_asks_for_the_rest(world, desk):
    gate = Gate(FRESH)
    world.raw("a.test", "/", gate)
    got = []

    async def one():
        got.append((await desk.get()).use)

    async with anyio.create_task_group() as tasks:
        leader = anyio.CancelScope()

        async def gives_up():
            with leader:
                await one()

        tasks.start_soon(gives_up)
        await asked(world, 1)
        for _ in range(3):
            tasks.start_soon(one)
        await anyio.wait_all_tasks_blocked()
        leader.cancel()
        await asked(world, 2)
        gate.open()
    assert sorted(got) == ["hit", "hit", "miss"]
    assert world.targets("a.test") == ["/", "/"]
    assert len(desk.cache._flights) == 0


async def test_a_caller_in_a_hurry_does_not_spoil_it_for_the_others(world, clock):
    world.reply("a.test", "/", body="text", headers=FRESH)
    async with rig(world, clock=clock, limits={"rate": 0.1, "burst": 1}) as slow:
        desk = Desk(slow, clock)
        await desk.get("/first")
        got = []

        async def hurried():
            with pytest.raises(Refused) as error:
                await desk.get(max_wait=1)
            got.append(error.value.reason)

        async def patient():
            got.append((await desk.get(max_wait=30)).use)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hurried)
            tasks.start_soon(patient)
            tasks.start_soon(patient)
    assert sorted(got) == ["hit", "miss", Reason.RATE_LIMITED]
    assert world.targets("a.test") == ["/first", "/"]


async def test_time_spent_behind_another_is_told_and_counted(world, desk, clock):
    gate = Gate(FRESH)
    world.raw("a.test", "/", gate)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(desk.get)
        await asked(world, 1)
        told: list[str] = []
        desk.spent = mine = Spent(asker=Asker("session", told.append))
        tasks.start_soon(desk.get)
        await anyio.wait_all_tasks_blocked()
        assert told == ["waiting for a.test: this page is being fetched already"]
        clock.advance(3)
        gate.open()
    assert (mine.network, mine.waited) == (3, 0)


async def test_those_who_waited_are_told_of_an_earlier_copy_too(world, desk, clock):
    world.reply("a.test", "/", body="text", headers=FRESH)
    await desk.get()
    clock.advance(100)
    opened = threading.Event()

    def serve(connection):
        opened.wait(30)
        connection.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    world.raw("a.test", "/", serve)
    got = []

    async def one():
        got.append(await desk.get())

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(one)
        await asked(world, 2)
        opened.set()
    assert [passed.use for passed in got] == ["stale"] * 3
    assert all("answered 500" in passed.note for passed in got)
    assert world.targets("a.test") == ["/", "/"]


async def test_who_cannot_wait_for_a_turn_is_told_and_those_who_can_are_served(world, clock):
    world.reply("a.test", "/", body="old", headers={"Cache-Control": "max-age=1"})
    async with rig(world, clock=clock, limits={"rate": 0.1, "burst": 1}) as slow:
        desk = Desk(slow, clock)
        await desk.get()
        clock.advance(5)
        world.reply("a.test", "/", body="new", headers=FRESH)
        got = []

        async def one(max_wait):
            try:
                passed = await desk.get(max_wait=max_wait)
            except Refused as error:
                got.append((error.reason, b""))
            else:
                got.append((passed.use, passed.answer.raw.body))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one, 1)
            tasks.start_soon(one, 30)
            tasks.start_soon(one, 30)
    assert sorted(got) == [("hit", b"new"), ("miss", b"new"), (Reason.RATE_LIMITED, b"")]
    assert world.targets("a.test") == ["/", "/"]
