import threading

import anyio
import pytest

from browser.errors import BrowserError, Refused
from browser.model.fetch import FetchRecord
from browser.model.reason import Reason
from browser.model.url import Url
from browser.model.verdict import Allow, Deny
from browser.net import robots as module
from browser.net.ladder import Spent
from browser.net.pace import Pace
from tests.clock import ManualClock
from tests.net.rig import PUBLIC, Names, online, rig
from tests.world import World

HOUR = 3600.0
NOBODY = "User-agent: *\nDisallow: /\n"


@pytest.fixture
def world():
    with World() as world:
        yield world


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
async def net(world, clock):
    async with rig(world, clock=clock) as net:
        yield net


async def judge(net, url="http://a.test/page", max_wait=10.0, spent=None):
    target = Url.parse(url)
    await net.net.hop.allowed(target)
    return await net.net.robots.judge(target, max_wait, spent)


async def verdict(net, url="http://a.test/page"):
    return (await judge(net, url)).verdict


def times_asked(world, host="a.test"):
    return world.targets(host).count("/robots.txt")


# What it asks


async def test_robots_txt_is_asked_for_as_who_we_are(net, world):
    await judge(net)
    assert world.asked == [("a.test", "GET", "/robots.txt")]
    assert world.headers[0]["accept"] == "text/plain,*/*;q=0.1"
    assert "ChatGPT-User" in world.headers[0]["user-agent"]


async def test_a_rule_is_obeyed_and_named(net, world):
    world.robots("a.test", "User-agent: ChatGPT-User\nDisallow: /page\nAllow: /page/open\n")
    denied = await verdict(net)
    assert isinstance(denied, Deny)
    assert (denied.reason, denied.rule, denied.line) == (
        Reason.ROBOTS_DISALLOWED,
        "Disallow: /page",
        2,
    )
    assert await verdict(net, "http://a.test/page/open") == Allow("Allow: /page/open", 3)
    assert await verdict(net, "http://a.test/") == Allow()
    assert times_asked(world) == 1


async def test_the_fragment_is_not_judged(net, world):
    world.robots("a.test", "User-agent: *\nDisallow: /*secret\n")
    assert await verdict(net, "http://a.test/page#secret") == Allow()
    assert not (await verdict(net, "http://a.test/page?secret")).allowed


# One file for each authority


async def test_ten_fetches_that_arrive_together_cause_one_request(net, world):
    together, verdicts = threading.Event(), []

    def slow(connection):
        assert together.wait(10)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n" + NOBODY.encode())

    world.raw("a.test", "/robots.txt", slow)

    async def one(number):
        verdicts.append(await verdict(net, f"http://a.test/{number}"))

    async with anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(one, number)
        await anyio.to_thread.run_sync(wait_for, lambda: times_asked(world))
        together.set()
    assert [given.allowed for given in verdicts] == [False] * 10
    assert times_asked(world) == world.connections == 1
    assert net.idle_only()


def wait_for(condition):
    done = threading.Event()
    for _ in range(1000):
        if condition():
            return
        done.wait(0.005)
    raise AssertionError("it never happened")


async def test_when_the_first_of_many_goes_away_another_asks(net, world):
    first = threading.Event()

    def never(connection):
        world.robots("a.test", NOBODY)
        first.set()
        connection.recv(1)

    world.raw("a.test", "/robots.txt", never)
    verdicts = []

    async def other():
        verdicts.append(await verdict(net))

    async with anyio.create_task_group() as rest, anyio.create_task_group() as group:
        group.start_soon(judge, net)
        await anyio.to_thread.run_sync(first.wait, 10)
        rest.start_soon(other)
        await anyio.wait_all_tasks_blocked()
        group.cancel_scope.cancel()
    assert [given.allowed for given in verdicts] == [False]
    assert times_asked(world) == 2
    assert net.idle_only()


async def test_another_host_port_or_scheme_has_a_robots_txt_of_its_own(world, clock):
    world.robots("a.test", NOBODY)
    with World() as second:
        second.robots("a.example.com", "")
        names = Names(a_example_com=[PUBLIC])
        egress = {"hosts": {}, "ports": [80, 443, world.port, second.port]}
        world.robots("a.example.com", NOBODY)
        async with rig(world, clock=clock, lookup=names, egress=egress) as net:
            internet = online(net.net, {})
            for port, open_ in ((world.port, False), (second.port, True)):
                internet.routes = {PUBLIC: port}
                judged = await verdict(net, f"http://a.example.com:{port}/page")
                assert judged.allowed is open_
            internet.routes = {}
            for url in ("http://a.example.com/", "https://a.example.com/"):
                assert (await verdict(net, url)).reason is Reason.ROBOTS_UNREACHABLE
        assert times_asked(second, "a.example.com") == 1


async def test_a_file_that_is_known_is_not_asked_for_until_it_expires(net, world, clock):
    world.reply("a.test", "/robots.txt", body=NOBODY, headers={"Cache-Control": "max-age=3600"})
    assert not (await verdict(net)).allowed
    clock.advance(HOUR - 1)
    world.robots("a.test", "")
    assert not (await verdict(net)).allowed
    assert times_asked(world) == 1
    clock.advance(2)
    assert (await verdict(net)).allowed
    assert times_asked(world) == 2


# Renewing what is known


def answers(world, *replies):
    """robots.txt of a.test answers with each of *replies* in turn."""
    left = list(replies)

    def serve(connection):
        connection.sendall(left.pop(0))

    world.raw("a.test", "/robots.txt", serve)


def reply(status, body="", **fields):
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\n{head}\r\n{body}".encode()


async def test_an_expired_file_is_asked_for_on_condition_that_it_changed(net, world, clock):
    date = "Sat, 21 Nov 2026 10:00:00 GMT"
    answers(
        world,
        reply(200, NOBODY, ETag='"v1"', Last_Modified=date),
        reply(304, ETag='"v1"', Cache_Control="max-age=7200"),
        reply(200, "", ETag='"v2"'),
    )
    assert not (await verdict(net)).allowed
    for _ in range(2):
        clock.advance(25 * HOUR)
        await verdict(net)
    assert [
        (fields.get("if-none-match"), fields.get("if-modified-since")) for fields in world.headers
    ] == [(None, None), ('"v1"', date), ('"v1"', date)]
    copy = await net.store.robots.get("http://a.test")
    assert (copy.body, copy.etag, copy.last_modified) == (b"", '"v2"', "")


async def test_a_304_renews_the_rules_for_as_long_as_it_says(net, world, clock):
    answers(
        world,
        reply(200, NOBODY, ETag='W/"v1"'),
        reply(304, Cache_Control="max-age=7200"),
    )
    await verdict(net)
    clock.advance(25 * HOUR)
    assert (await verdict(net)).rule == "Disallow: /"
    clock.advance(2 * HOUR - 1)
    judged = await judge(net)
    assert (judged.verdict.allowed, judged.source, judged.age) == (False, "kept", 2 * HOUR - 1)
    assert judged.why == "answered 304: unchanged"
    assert times_asked(world) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ETag": "v1"},
        {"ETag": '"' + "v" * 300 + '"'},
        {"ETag": '"a", "b"'},
        {"Last_Modified": "yesterday"},
        {"Last_Modified": ""},
    ],
)
async def test_what_is_no_validator_makes_no_condition(net, world, clock, fields):
    answers(world, reply(200, NOBODY, **fields), reply(200, NOBODY))
    await verdict(net)
    clock.advance(25 * HOUR)
    await verdict(net)
    assert not {"if-none-match", "if-modified-since"} & {*world.headers[1]}


async def test_a_304_that_nobody_asked_for_says_nothing(net, world, clock):
    answers(world, reply(200, ""), reply(304))
    assert (await verdict(net)).allowed
    clock.advance(25 * HOUR)
    assert (await verdict(net)).reason is Reason.ROBOTS_UNREACHABLE


async def test_a_file_behind_a_redirect_is_asked_for_whole_each_time(net, world, clock):
    """Its ETag is that of another URL; what the first one says next is not known by it."""
    world.reply("a.test", "/robots.txt", 302, headers={"Location": "http://b.test/r"})
    world.reply("b.test", "/r", body=NOBODY, headers={"ETag": '"b"'})
    for _ in range(2):
        assert not (await verdict(net)).allowed
        clock.advance(25 * HOUR)
    assert [fields.get("if-none-match") for fields in world.headers] == [None] * 4


async def test_a_condition_is_told_to_the_first_host_only(net, world, clock):
    answers(world, reply(200, NOBODY, ETag='"a"'), reply(302, Location="http://b.test/r"))
    world.reply("b.test", "/r", 304)
    await verdict(net)
    clock.advance(25 * HOUR)
    assert (await verdict(net)).reason is Reason.ROBOTS_UNREACHABLE
    assert [fields.get("if-none-match") for fields in world.headers] == [None, '"a"', None]


# Its record


def records_of(net):
    records: list[FetchRecord] = []
    net.net.robots._subscribers = (records.append,)
    return records


async def test_each_attempt_leaves_one_record_of_its_own(net, world, clock):
    records = records_of(net)
    world.reply("a.test", "/robots.txt", 302, headers={"Location": "http://b.test/r?q=1"})
    world.reply("b.test", "/r?q=1", body=NOBODY)
    await judge(net)
    await judge(net)
    (record,) = records
    assert record == FetchRecord(
        host="a.test",
        url="http://a.test/robots.txt",
        final_url="http://b.test/r?q=1",
        outcome="ok",
        status=200,
        octets=len(NOBODY),
        hops=1,
        at=clock.now(),
        purpose="robots",
    )


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (reply(404, "x"), "ok", 404),
        (reply(503), "robots_unreachable", 503),
        (reply(206, "x"), "robots_unreachable", 206),
        (b"", "bad_response", 0),
        (reply(302, Location="http://127.0.0.1/"), "address_refused", 302),
        (reply(302, Location="/robots.txt"), "too_many_redirects", 302),
    ],
)
async def test_a_record_names_what_came_of_the_attempt(net, world, answer, outcome, status):
    records = records_of(net)
    answers(world, answer)
    await judge(net)
    assert [(record.outcome, record.status) for record in records] == [(outcome, status)]


async def test_an_attempt_that_gets_no_turn_leaves_a_record_as_well(world, clock):
    async with rig(world, clock=clock, limits={"rate": 0.01, "burst": 1}) as net:
        records = records_of(net)
        async with net.net.hop._pace.turn("a.test", 1):
            pass
        with pytest.raises(Refused):
            await judge(net)
        assert [record.outcome for record in records] == ["rate_limited"]


# What `check` tells


async def test_a_verdict_says_whose_name_decided_and_where_the_file_came_from(world, clock):
    world.robots("a.test", "User-agent: *\nAllow: /\nUser-agent: OtherBot\nDisallow: /page\n")
    async with rig(world, clock=clock, agent={"also_obey": ["OtherBot"]}) as net:
        denied = await judge(net)
        assert (denied.token, denied.source, denied.age) == ("OtherBot", "fetched", 0)
        assert denied.group == "group User-agent: OtherBot (line 3), which names OtherBot"
        allowed = await judge(net, "http://a.test/else")
        assert (allowed.token, allowed.source) == ("ChatGPT-User", "kept")
        assert allowed.group == "group User-agent: * (line 1), since none names ChatGPT-User"
        world.reply("a.test", "/robots.txt", 500)
        clock.advance(25 * HOUR)
        for _ in range(2):
            stale = await judge(net)
            assert (stale.source, stale.age) == ("stale", 25 * HOUR)
            assert stale.why == "kept, because it answered 500"


async def test_a_verdict_tells_the_redirects_that_led_to_the_file(net, world):
    world.reply("a.test", "/robots.txt", 302, headers={"Location": "http://b.test/r"})
    world.reply("b.test", "/r", body=NOBODY)
    assert (await judge(net)).why == "answered 200 after a redirect, at http://b.test/r"
    world.reply("c.test", "/robots.txt", 301, headers={"Location": "http://a.test/robots.txt"})
    judged = await judge(net, "http://c.test/")
    assert judged.why == "answered 200 after 2 redirects, at http://b.test/r"


# What an attempt teaches (the whole table is in tests/specs/rfc9309/test_robots_fetch.py)


@pytest.mark.parametrize("status", [401, 403, 404, 410, 451])
@pytest.mark.parametrize("coding", ["", "br"])
async def test_a_site_without_a_robots_txt_may_be_fetched(net, world, status, coding):
    """Also when its error page comes in a coding that is of no use to us."""
    world.reply("a.test", "/robots.txt", status, "sorry", {"Content-Encoding": coding})
    assert await verdict(net) == Allow()


@pytest.mark.parametrize("status", [206, 429, 500, 502, 503])
async def test_a_site_whose_robots_txt_is_down_is_not_fetched(net, world, clock, status):
    world.reply("a.test", "/robots.txt", status, "x" * 100)
    denied = await verdict(net)
    assert (denied.reason, denied.retry_after) == (Reason.ROBOTS_UNREACHABLE, 60)
    assert "a.test" in denied.sentence
    await verdict(net)
    assert times_asked(world) == 1
    clock.advance(61)
    world.robots("a.test", "")
    assert (await verdict(net)).allowed


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nUser-agent: *",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nxyz",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz",
        b"garbage",
    ],
    ids=["nothing", "short", "br", "bad-gzip", "garbage"],
)
async def test_a_robots_txt_that_does_not_arrive_whole_is_unreachable(net, world, answer):
    world.raw("a.test", "/robots.txt", lambda connection: connection.sendall(answer))
    assert (await verdict(net)).reason is Reason.ROBOTS_UNREACHABLE


async def test_a_host_that_nobody_answers_for_is_unreachable(world, clock):
    async with rig(world, clock=clock) as net:
        world.close()
        denied = await verdict(net)
        assert denied.reason is Reason.ROBOTS_UNREACHABLE
        assert "no connection" in denied.sentence


async def test_the_rules_that_were_known_hold_while_the_site_is_down(net, world, clock):
    world.robots("a.test", "User-agent: *\nDisallow: /private\n")
    await verdict(net)
    world.reply("a.test", "/robots.txt", 500)
    clock.advance(25 * HOUR)
    assert (await verdict(net)).allowed
    assert not (await verdict(net, "http://a.test/private")).allowed
    assert times_asked(world) == 2
    clock.advance(31 * 24 * HOUR)
    assert (await verdict(net)).reason is Reason.ROBOTS_UNREACHABLE


# Redirects


async def test_a_redirect_that_names_two_places_is_a_doubt_and_counts_for_the_site(net, world):
    answer = b"HTTP/1.1 302 x\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"
    world.raw("a.test", "/robots.txt", answer)
    assert (await verdict(net)).reason is Reason.ROBOTS_UNREACHABLE


async def test_rules_found_after_a_redirect_are_those_of_the_first_host(net, world):
    world.reply("a.test", "/robots.txt", 301, headers={"Location": "http://b.test/r.txt"})
    world.reply("b.test", "/r.txt", body=NOBODY)
    assert not (await verdict(net)).allowed
    assert (await verdict(net, "http://b.test/")).allowed
    assert times_asked(world) == times_asked(world, "b.test") == 1


async def test_five_redirects_are_followed_and_a_sixth_means_no_rules(net, world):
    for number in range(7):
        here = f"/{number}" if number else "/robots.txt"
        world.reply("a.test", here, 302, headers={"Location": f"/{number + 1}"})
    world.reply("a.test", "/5", body=NOBODY)
    assert not (await verdict(net)).allowed
    world.reply("b.test", "/robots.txt", 302, headers={"Location": "http://a.test/0"})
    world.reply("a.test", "/0", 302, headers={"Location": "http://a.test/1"})
    assert await verdict(net, "http://b.test/") == Allow()


@pytest.mark.parametrize(
    "headers", [{}, {"Location": ""}, {"Location": "/robots.txt"}], ids=["none", "empty", "loop"]
)
async def test_a_redirect_that_leads_nowhere_means_no_rules(net, world, headers):
    world.reply("a.test", "/robots.txt", 302, headers=headers)
    assert await verdict(net) == Allow()


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1.nip.example.com/",
        "ftp://a.test/robots.txt",
        "file:///etc/passwd",
        "http://user@b.test/",
        "http://[",
        "http://www.example.com:22/",
        "http://blocked.test/robots.txt",
    ],
)
async def test_a_redirect_to_where_we_do_not_go_means_no(world, clock, location):
    limits = {"hosts": {"blocked.test": {"blocked": True}}}
    names = Names(**{"10_0_0_1_nip_example_com": ["10.0.0.1"]})
    async with rig(world, clock=clock, lookup=names, limits=limits) as net:
        world.reply("a.test", "/robots.txt", 302, headers={"Location": location})
        denied = await verdict(net)
        assert (denied.reason, denied.retry_after) == (Reason.ROBOTS_UNREACHABLE, 600)
        assert world.connections == 1


# Manners


async def test_the_stricter_of_all_our_names_wins(world, clock):
    world.robots(
        "a.test",
        "User-agent: ChatGPT-User\nAllow: /\nCrawl-delay: 2\n"
        "User-agent: OtherBot\nDisallow: /page\nCrawl-delay: 9\n",
    )
    async with rig(world, clock=clock, agent={"also_obey": ["OtherBot"]}) as net:
        denied = await judge(net)
        assert denied.verdict.rule == "Disallow: /page"
        assert "OtherBot" in denied.verdict.sentence
        allowed = await judge(net, "http://a.test/else")
        assert (allowed.verdict.allowed, allowed.crawl_delay) == (True, 9)
    async with rig(world, clock=clock) as net:
        assert (await judge(net)).verdict.allowed


async def test_robots_txt_takes_a_turn_of_its_host_and_is_not_held_up_by_a_crawl_delay(
    world, clock
):
    world.robots("a.test", "User-agent: *\nCrawl-delay: 60\n")
    world.reply("a.test", "/page", body="x")
    async with rig(world, clock=clock, limits={"rate": 0.5, "burst": 1}) as net:
        spent = Spent()
        judged = await judge(net, spent=spent)
        assert (judged.crawl_delay, spent.waited) == (60, 0)
        pace: Pace = net.net.hop._pace
        async with pace.turn("a.test", 10, judged.crawl_delay) as waited:
            assert waited == 2
        clock.advance(25 * HOUR)
        async with pace.turn("a.test", 10, judged.crawl_delay):
            pass
        await judge(net, spent=spent)
        assert spent.waited == 2
        assert times_asked(world) == 2


async def test_our_own_pace_teaches_nothing_about_the_site(world, clock):
    async with rig(world, clock=clock, limits={"rate": 0.01, "burst": 1}) as net:
        async with net.net.hop._pace.turn("a.test", 1):
            pass
        with pytest.raises(Refused) as caught:
            await judge(net)
        assert caught.value.reason is Reason.RATE_LIMITED
        assert await net.store.robots.get("http://a.test") is None
        assert world.connections == 0
        assert net.idle_only()


async def test_a_pause_the_site_asked_for_teaches_nothing_about_its_robots_txt(net, world):
    await net.net.hop._pace.back_off("a.test", 100, 503)
    with pytest.raises(BrowserError) as caught:
        await judge(net)
    assert caught.value.reason is Reason.HOST_BACKING_OFF
    assert await net.store.robots.get("http://a.test") is None
    assert world.connections == 0


async def test_the_pause_for_robots_txt_holds_for_pages_too(net, world):
    world.reply("a.test", "/robots.txt", 429, headers={"Retry-After": "90"})
    denied = await verdict(net)
    assert denied.retry_after == 90
    with pytest.raises(Refused) as caught:
        async with net.net.hop._pace.turn("a.test", 10):
            pass
    assert (caught.value.reason, caught.value.retry_after) == (Reason.HOST_BACKING_OFF, 90)


async def test_one_deadline_holds_for_all_redirects_of_an_attempt_together(net, world, clock):
    def slow(number):
        def serve(connection):
            clock.advance(4)
            connection.sendall(
                b"HTTP/1.1 302 x\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n" % number
            )

        return serve

    for number in range(5):
        world.raw("a.test", f"/{number}" if number else "/robots.txt", slow(number + 1))
    spent = Spent()
    judged = await judge(net, spent=spent)
    assert judged.verdict.reason is Reason.ROBOTS_UNREACHABLE
    assert world.targets("a.test") == ["/robots.txt", "/1", "/2"]
    assert spent.network == 12


async def test_waits_for_turns_of_an_attempt_together_stay_within_what_was_given(world, clock):
    for number in range(5):
        here = f"/{number}" if number else "/robots.txt"
        world.reply("a.test", here, 302, headers={"Location": f"/{number + 1}"})
    async with rig(world, clock=clock, limits={"rate": 0.25, "burst": 1}) as net:
        with pytest.raises(Refused) as caught:
            await judge(net, max_wait=10)
        assert caught.value.reason is Reason.RATE_LIMITED
        assert clock.waits == [4, 4]


# Hostile files


async def test_of_a_huge_file_the_first_half_megabyte_counts(net, world):
    head = "User-agent: *\nDisallow: /early\n"
    filler = "#" * 79 + "\n"
    world.robots("a.test", head + filler * 7000 + "Disallow: /late\n")
    assert not (await verdict(net, "http://a.test/early")).allowed
    assert (await verdict(net, "http://a.test/late")).allowed
    copy = await net.store.robots.get("http://a.test")
    assert module.MAX_BYTES - 80 <= len(copy.body) <= module.MAX_BYTES


async def test_the_line_that_the_limit_cuts_is_not_a_rule(net, world):
    """Half of `Allow: /public` would allow everything."""
    head = "User-agent: *\nDisallow: /\n"
    cut = "Allow: /"
    filler = "#" * (module.MAX_BYTES - len(head) - len(cut) - 1) + "\n"
    world.robots("a.test", head + filler + cut + "public\n" + "# more\n" * 10)
    assert not (await verdict(net)).allowed


async def test_a_file_that_is_exactly_as_long_as_the_limit_is_whole(net, world):
    head = "User-agent: *\nDisallow: /\n"
    last = "Allow: /page"
    filler = "#" * (module.MAX_BYTES - len(head) - len(last) - 1) + "\n"
    world.robots("a.test", head + filler + last)
    assert (await verdict(net)).allowed


async def test_bytes_that_are_no_text_are_no_rules(net, world):
    world.reply("a.test", "/robots.txt", body=bytes(range(256)) * 100, kind="image/png")
    assert (await verdict(net)).allowed


async def test_a_large_file_is_judged_off_the_event_loop(net, world):
    rules = "".join(f"Disallow: /{n}*x*y\n" for n in range(20_000))
    world.robots("a.test", "User-agent: *\n" + rules)
    threads = []
    by_rules = net.net.robots._by_rules

    def noted(*args):
        threads.append(threading.current_thread())
        return by_rules(*args)

    net.net.robots._by_rules = noted
    await verdict(net)
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


async def test_of_very_large_files_only_a_few_are_judged_at_a_time(net, world):
    """Each takes tens of megabytes while it is; others go past them."""
    rules = "".join(f"Disallow: /{n}\n" for n in range(8000))
    release, inside, most = threading.Event(), [], []
    by_rules = net.net.robots._by_rules

    def held(body, url):
        if len(body) > module.LARGE:
            inside.append(1)
            most.append(len(inside))
            release.wait(10)
            inside.pop()
        return by_rules(body, url)

    net.net.robots._by_rules = held
    for number in range(6):
        world.robots(f"{number}.test", f"User-agent: *\nDisallow: /x{number}\n" + rules)
    world.robots("a.test", "User-agent: *\nDisallow: /page\n" + rules[: module.LARGE // 2])
    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(verdict, net, f"http://{number}.test/")
        assert not (await verdict(net)).allowed
        await anyio.to_thread.run_sync(wait_for, lambda: len(inside) == module.AT_A_TIME)
        release.set()
    assert len(most) == 6
    assert max(most) == module.AT_A_TIME


async def test_parsed_files_are_kept_within_bounds(net, world, monkeypatch):
    monkeypatch.setattr(module, "PARSED_BYTES", 10_000)
    for number in range(20):
        world.robots(f"{number}.test", NOBODY + f"# {number:04}\n" + "#" * 1000)
        assert not (await verdict(net, f"http://{number}.test/")).allowed
    gate = net.net.robots
    assert sum(map(len, gate._parsed)) == gate._parsed_bytes <= 10_000
    assert 0 < len(gate._parsed) < 10
    monkeypatch.setattr(module, "PARSED", 3)
    await verdict(net, "http://0.test/")
    assert len(gate._parsed) == 3
    assert sum(map(len, gate._parsed)) == gate._parsed_bytes


async def test_a_stranger_s_robots_txt_does_not_lead_to_an_own_host(world, clock):
    host = "www.example.com"
    world.reply(host, "/robots.txt", 302, headers={"Location": "http://wiki.test/delete?all"})
    world.reply("wiki.test", "/delete?all", body="User-agent: *\nAllow: /", kind="text/plain")
    async with rig(world, clock=clock, lookup=Names(www_example_com=[PUBLIC])) as net:
        online(net.net, {PUBLIC: world.port, "127.0.0.1": world.port})
        judged = await judge(net, f"http://{host}/page")
        assert isinstance(judged.verdict, Deny)
        assert judged.verdict.reason is Reason.ROBOTS_UNREACHABLE
        assert world.targets("wiki.test") == []
