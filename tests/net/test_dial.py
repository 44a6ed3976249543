import socket

import anyio
import httpcore
import pytest
from anyio.abc import SocketStream
from httpcore._backends.anyio import AnyIOStream

from browser.errors import BrowserError, FetchFailed, Refused
from browser.model.reason import Reason
from browser.model.url import Url
from browser.net import dial
from browser.net.dial import ATTEMPTS, GuardedBackend, _pinned, pins
from browser.net.resolver import Endpoint, Resolver
from browser.rules.own_hosts import HostMap
from tests.net.rig import OTHER_PUBLIC, PUBLIC, Certified, Names, hung_up, online, rig
from tests.world import World

HOST = "www.example.com"


@pytest.fixture
def world():
    with World() as world:
        world.page(HOST, "/", "<p>hello")
        yield world


def pinned():
    """The pins of the fetch under way."""
    held = _pinned.get()
    assert held is not None
    return held


def anywhere(world):
    """No own hosts; the world's port is one that may be asked."""
    return {"egress": {"hosts": {}, "ports": [80, 443, world.port]}}


# The judged address is the one that is dialled


async def test_the_dialled_address_is_the_one_that_was_judged(world):
    names = Names(www_example_com=[PUBLIC, "127.0.0.1"])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        internet = online(net.net, {PUBLIC: world.port})
        page = await net.get(f"http://{HOST}:{world.port}/")
        assert page.status == 200
        assert {address for address, _ in internet.dialled} == {PUBLIC}
        assert names.asked == [HOST], "a fetch without redirects asks the name server once"


async def test_a_name_that_turns_to_loopback_later_never_reaches_it(world):
    """DNS rebinding: the first answer is public, the ones after it are not."""
    names = Names(www_example_com=[PUBLIC, "127.0.0.1"])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        internet = online(net.net, {PUBLIC: world.port})
        await net.get(f"http://{HOST}:{world.port}/")
        before = world.connections
        await net.net.transport.aclose()
        error = await net.fails(f"http://{HOST}:{world.port}/again")
        assert error.reason is Reason.ADDRESS_REFUSED
        assert world.connections == before
        assert internet.dialled == [(PUBLIC, world.port)]


async def test_a_redirect_to_the_same_name_asks_the_name_server_anew(world):
    """And what it says now is judged: the pin of the first hop does not outlive it."""
    world.reply(HOST, "/go", 302, headers={"Location": "/"})
    names = Names(www_example_com=[PUBLIC, ["10.0.0.1"]])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        online(net.net, {PUBLIC: world.port})
        error = await net.fails(f"http://{HOST}:{world.port}/go")
        assert error.reason is Reason.ADDRESS_REFUSED
        assert world.targets(HOST) == ["/robots.txt", "/go"]


async def test_an_answer_with_one_private_address_is_refused_without_any_connection(world):
    for answer in (["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["::1", PUBLIC], [PUBLIC, "fe80::1"]):
        async with rig(world, lookup=Names(www_example_com=[answer]), **anywhere(world)) as net:
            internet = online(net.net, {PUBLIC: world.port})
            error = await net.fails(f"http://{HOST}:{world.port}/")
            assert error.reason is Reason.ADDRESS_REFUSED
            assert not any(address in error.sentence for address in answer)
            assert internet.dialled == []
    assert world.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254", "localhost"]
)
async def test_a_private_address_in_the_url_is_refused_without_any_connection(world, host):
    async with rig(world, **anywhere(world)) as net:
        assert (await net.fails(f"http://{host}:{world.port}/")).reason is Reason.ADDRESS_REFUSED
    assert world.connections == 0


async def test_loopback_is_dialled_for_a_host_the_operator_mapped_there(world):
    world.page("docs.test", "/", "<p>ours")
    async with rig(world) as net:
        assert (await net.get("http://docs.test/")).status == 200
    assert world.connections == 1


async def test_the_next_address_is_tried_when_one_does_not_answer(world):
    names = Names(www_example_com=[["1.1.1.1", "1.1.1.2", PUBLIC]])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        internet = online(net.net, {PUBLIC: world.port})
        assert (await net.get(f"http://{HOST}:{world.port}/")).status == 200
        assert [address for address, _ in internet.dialled] == ["1.1.1.1", "1.1.1.2", PUBLIC]


async def test_no_more_than_a_few_addresses_are_tried(world):
    names = Names(www_example_com=[[f"1.1.1.{n}" for n in range(1, 9)]])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        internet = online(net.net, {})
        error = await net.fails(f"http://{HOST}:{world.port}/")
        assert error.reason is Reason.ROBOTS_UNREACHABLE
        assert len(internet.dialled) == ATTEMPTS


async def test_a_connection_without_a_fetch_around_it_is_judged_as_well():
    """Whatever else may one day use the transport."""
    lookup = Names(www_example_com=["127.0.0.1"])
    backend = GuardedBackend(Resolver(HostMap(), lookup=lookup))
    with pytest.raises(Refused):
        await backend.connect_tcp(HOST, 80)
    with pytest.raises(Refused):
        await backend.connect_tcp("[::1]", 80)
    assert lookup.asked == [HOST]


async def test_fetches_side_by_side_do_not_see_each_others_pins():
    backend = GuardedBackend(
        Resolver(HostMap(), lookup=Names(www_example_com=[PUBLIC, OTHER_PUBLIC]))
    )
    seen = []

    async def one():
        with pins():
            seen.append((await backend.pin(HOST, 80), dict(pinned())))

    async with anyio.create_task_group() as group:
        group.start_soon(one)
        group.start_soon(one)
    assert [pinned for _, pinned in seen] == [{(HOST, 80): endpoint} for endpoint, _ in seen]
    assert {endpoint.addresses for endpoint, _ in seen} == {(PUBLIC,), (OTHER_PUBLIC,)}
    assert _pinned.get() is None


async def test_unix_sockets_are_not_dialled(tmp_path):
    backend = GuardedBackend(Resolver(HostMap()))
    with pytest.raises(Refused) as caught:
        await backend.connect_unix_socket(str(tmp_path / "socket"))
    assert caught.value.reason is Reason.ADDRESS_REFUSED


async def test_the_name_server_is_asked_for_the_mapped_name_and_tls_for_the_public_one():
    trust = Certified("a.test")
    with World(trust.server) as world:
        world.page("a.test", "/", "<p>hello")
        hosts = {"a.test": f"backend.corp:{world.port}"}
        lookup = Names(backend_corp=["127.0.0.1"])
        async with rig(world, tls=trust.client, lookup=lookup, egress={"hosts": hosts}) as net:
            assert (await net.get("https://a.test/")).status == 200
        assert set(lookup.asked) == {"backend.corp"}
        assert set(trust.asked_for) == {"a.test"}
        assert world.headers[0]["host"] == "a.test"


# The browser does not ask itself


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_a_public_address_that_turns_out_to_be_our_own_is_not_even_connected_to(
    world, address
):
    """A machine's own public address: the kernel would leave from the same address."""
    backend = GuardedBackend(Resolver(HostMap()))
    with pins():
        pinned()[HOST, 80] = Endpoint((address,), world.port, own=False)
        with pytest.raises(Refused) as caught:
            await backend.connect_tcp(HOST, 80)
    assert caught.value.reason is Reason.ADDRESS_REFUSED
    assert address not in caught.value.sentence
    assert world.connections == 0


async def test_a_connection_that_leaves_from_the_address_it_leads_to_is_dropped(world, monkeypatch):
    """Should the kernel have told otherwise before."""
    monkeypatch.setattr(dial, "_is_ours", lambda _address, _port: False)
    backend = GuardedBackend(Resolver(HostMap()))
    with pins():
        pinned()[HOST, 80] = Endpoint(("127.0.0.1",), world.port, own=False)
        with pytest.raises(Refused) as caught:
            await backend.connect_tcp(HOST, 80)
    assert caught.value.reason is Reason.ADDRESS_REFUSED
    await hung_up(world)
    assert world.asked == []


async def test_a_socket_that_is_connected_to_itself_is_not_used():
    """TCP allows it: on loopback it happens by chance when a client gets the port it asks for."""
    backend = GuardedBackend(Resolver(HostMap()))

    class Itself(httpcore.AnyIOBackend):
        async def connect_tcp(self, *_args, **_options):
            loop = socket.socket()
            loop.bind(("127.0.0.1", 0))
            loop.connect(loop.getsockname())
            return AnyIOStream(await SocketStream.from_socket(loop))

    backend._inner = Itself()
    with pins():
        pinned()["a.test", 80] = Endpoint(("127.0.0.1",), 80, own=True)
        with pytest.raises(Refused):
            await backend.connect_tcp("a.test", 80)


async def test_a_connection_whose_peer_is_gone_already_is_closed_and_reported():
    class Gone(httpcore.AnyIOBackend):
        closed = False

        async def connect_tcp(self, *_args, **_options):
            return self

        def get_extra_info(self, _info):
            raise OSError(107, "Transport endpoint is not connected")

        async def aclose(self):
            self.closed = True

    backend = GuardedBackend(Resolver(HostMap.parse({"a.test": "127.0.0.1:80"})))
    backend._inner = gone = Gone()
    with pytest.raises(OSError, match="not connected"):
        await backend.connect_tcp("a.test", 80)
    assert gone.closed


# What the guard refuses keeps its name on the way through the HTTP library


async def test_a_refusal_while_dialling_is_not_called_a_connection_failure(world):
    names = Names(www_example_com=["127.0.0.1"])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        with pytest.raises(BrowserError) as caught:
            await net.net.hop._sender.get(
                Url.parse(f"http://{HOST}:{world.port}/"), within=5, max_bytes=1000
            )
        assert caught.value.reason is Reason.ADDRESS_REFUSED
        assert net.idle_only()


async def test_a_name_that_does_not_resolve_is_a_dns_failure(world):
    async with rig(world, lookup=Names(), **anywhere(world)) as net:
        error = await net.fails(f"http://{HOST}:{world.port}/")
        assert isinstance(error, FetchFailed)
        assert error.reason is Reason.DNS_FAILED
    assert world.connections == 0
