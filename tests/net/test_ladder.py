import pytest

from browser.errors import BrowserError, FetchFailed, Refused
from browser.model.reason import Reason
from browser.model.url import Url
from browser.net.ladder import Spent
from tests.clock import ManualClock
from tests.net.rig import PUBLIC, Names, online, rig
from tests.world import World


@pytest.fixture
def world():
    with World() as world:
        yield world


async def paced(net, path="/", host="a.test", max_wait=10.0, spent=None, **options):
    options = {"within": 5.0, "max_bytes": 1000, **options}
    url = Url.parse(f"http://{host}{path}")
    return await net.net.hop.paced(url, max_wait, spent or Spent(), **options)


async def refusal(net, url):
    with pytest.raises(BrowserError) as caught:
        await net.net.hop.allowed(Url.parse(url))
    return caught.value


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.test/", Reason.SCHEME_REFUSED),
        ("file:///etc/passwd", Reason.SCHEME_REFUSED),
        ("data:text/html,hi", Reason.SCHEME_REFUSED),
        ("http://user:secret@a.test/", Reason.BAD_URL),
        ("http://www.example.com:8080/", Reason.PORT_REFUSED),
        ("http://www.example.com:22/", Reason.PORT_REFUSED),
        ("http://10.0.0.1/", Reason.ADDRESS_REFUSED),
        ("http://printer.local/", Reason.ADDRESS_REFUSED),
        ("http://nowhere.example.com/", Reason.DNS_FAILED),
    ],
)
async def test_what_the_guard_refuses_never_gets_a_turn(world, url, reason):
    async with rig(world, lookup=Names()) as net:
        assert (await refusal(net, url)).reason is reason
        assert net.store.turns._hosts == {}  # type: ignore[attr-defined]
    assert world.connections == 0


async def test_a_blocked_host_is_refused_with_the_setting_that_blocks_it(world):
    limits = {"hosts": {"Bad.Test": {"blocked": True}}}
    async with rig(world, limits=limits) as net:
        error = await refusal(net, "http://bad.test/page")
        assert isinstance(error, Refused)
        assert (error.reason, error.rule) == (
            Reason.HOST_BLOCKED,
            "limits.hosts.bad.test.blocked",
        )
        await net.net.hop.allowed(Url.parse("http://good.test/"))


async def test_a_blocked_host_is_not_even_looked_up(world):
    lookup = Names(bad_example_com=[PUBLIC])
    async with rig(
        world, lookup=lookup, limits={"hosts": {"bad.example.com": {"blocked": True}}}
    ) as net:
        await refusal(net, "http://bad.example.com/")
    assert lookup.asked == []


async def test_every_address_is_judged_before_a_turn_is_taken(world):
    async with rig(world, lookup=Names(www_example_com=[[PUBLIC, "192.168.0.1"]])) as net:
        internet = online(net.net, {PUBLIC: world.port})
        assert (await refusal(net, "http://www.example.com/")).reason is Reason.ADDRESS_REFUSED
        assert internet.dialled == []


async def test_the_wait_and_the_time_on_the_network_are_added_up(world):
    clock = ManualClock()

    def slow(connection):
        clock.advance(3)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")

    world.raw("a.test", "/slow", slow)
    world.reply("a.test", "/", body="x")
    async with rig(world, clock=clock, limits={"rate": 0.5, "burst": 1}) as net:
        spent = Spent()
        for _ in range(3):
            await paced(net, spent=spent)
        assert (spent.waited, spent.network) == (4, 0)
        with pytest.raises(FetchFailed):
            await paced(net, "/slow", spent=spent)
        assert (spent.waited, spent.network) == (6, 3), "also when it fails"


async def test_a_slow_name_server_is_time_on_the_network(world):
    clock = ManualClock()

    async def lookup(_name, _port):
        clock.advance(2)
        return [PUBLIC]

    async with rig(world, clock=clock, lookup=lookup) as net:
        spent = Spent()
        await net.net.hop.allowed(Url.parse("http://www.example.com/"), spent)
        assert spent.network == 2


@pytest.mark.parametrize("status", [429, 503])
async def test_a_site_that_asks_to_wait_is_obeyed_by_the_next_request(world, status):
    clock = ManualClock()
    world.reply("a.test", "/", status, headers={"Retry-After": "20"})
    async with rig(world, clock=clock) as net:
        assert (await paced(net)).pause == 20
        with pytest.raises(Refused) as caught:
            await paced(net, "/other")
        error = caught.value
        assert (error.reason, error.retry_after) == (Reason.HOST_BACKING_OFF, 20)
        assert world.targets("a.test") == ["/"]
        assert (await paced(net, host="b.test")).raw.status == 404
        clock.advance(20)
        assert (await paced(net, "/other")).raw.status == 404


async def test_a_retry_after_may_be_a_date_and_is_never_longer_than_an_hour(world):
    clock = ManualClock(1_700_000_000)  # Tue, 14 Nov 2023 22:13:20 GMT
    for path, value in (
        ("/date", "Tue, 14 Nov 2023 22:14:20 GMT"),
        ("/long", "999999999999"),
        ("/zero", "0"),
    ):
        world.reply("a.test", path, 503, headers={"Retry-After": value})
    async with rig(world, clock=clock) as net:
        pauses = []
        for path in ("/date", "/long", "/zero"):
            pauses.append((await paced(net, path)).pause)
            clock.advance(3600)
        assert pauses == [60, 3600, 1]


async def test_without_a_retry_after_the_pause_grows_until_the_site_answers_well(world):
    clock = ManualClock()
    world.reply("a.test", "/", 503)
    world.reply("a.test", "/good", body="x")
    async with rig(world, clock=clock) as net:
        pauses = []
        for path in ("/", "/", "/", "/good", "/"):
            pauses.append((await paced(net, path)).pause)
            clock.advance(4000)
    ranges = [(7.5, 15), (15, 30), (30, 60), (0, 0), (7.5, 15)]
    for pause, (least, most) in zip(pauses, ranges, strict=True):
        assert least <= pause <= most


async def test_other_errors_do_not_count_as_answering_well(world):
    clock = ManualClock()
    world.reply("a.test", "/", 503)
    world.reply("a.test", "/500", 500)
    async with rig(world, clock=clock) as net:
        await paced(net)
        clock.advance(4000)
        await paced(net, "/500")
        assert (await paced(net)).pause >= 15
