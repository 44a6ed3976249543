"""A name whose answer changes: what was judged is what is dialled, and nothing else ever is."""

from __future__ import annotations

import anyio
import pytest

from browser.model.reason import Reason
from tests.net.rig import OTHER_PUBLIC, PUBLIC, Names, online, rig
from tests.world import World

HOST = "www.example.com"
BAD = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1", "::ffff:127.0.0.1", "0.0.0.0"]


@pytest.fixture
def world():
    with World() as world:
        world.page(HOST, "/", "<p>hello")
        yield world


@pytest.fixture
def trap():
    """Listens where the bad addresses lead; counts who comes."""
    with World() as trap:
        trap.page(HOST, "/", "<p>secret")
        yield trap


def anywhere(world):
    return {"egress": {"hosts": {}, "ports": [80, 443, world.port]}}


def routes(world, trap):
    """Every address is really there; only the guard stands between us and the trap."""
    return {PUBLIC: world.port, OTHER_PUBLIC: world.port, **dict.fromkeys(BAD, trap.port)}


def closing(body):
    """An answer after which the connection is gone."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
    answer = (head + "Connection: close\r\n\r\n" + body).encode()
    return lambda connection: connection.sendall(answer)


async def test_the_trap_can_be_reached_when_nobody_guards_it(world, trap):
    async with rig(world, lookup=Names(), **anywhere(world)) as net:
        stream = await online(net.net, routes(world, trap)).connect_tcp(BAD[0], 80)
        await stream.aclose()
    with anyio.fail_after(10):
        while not trap.connections:
            await anyio.lowlevel.checkpoint()
    assert trap.connections == 1


@pytest.mark.parametrize("bad", BAD)
async def test_a_second_connection_of_a_fetch_dials_what_was_judged_first(world, trap, bad):
    """robots.txt and the page each need one; the name has turned bad in between."""
    world.raw(HOST, "/robots.txt", closing("User-agent: *\nAllow: /\n"))
    names = Names(www_example_com=[PUBLIC, bad])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        internet = online(net.net, routes(world, trap))
        assert (await net.get(f"http://{HOST}:{world.port}/")).status == 200
        assert [address for address, _ in internet.dialled] == [PUBLIC, PUBLIC]
    assert names.asked == [HOST]
    assert trap.connections == 0


@pytest.mark.parametrize("bad", BAD)
async def test_the_next_fetch_is_refused_though_a_connection_to_the_good_address_is_kept(
    world, trap, bad
):
    names = Names(www_example_com=[PUBLIC, bad])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        internet = online(net.net, routes(world, trap))
        await net.get(f"http://{HOST}:{world.port}/")
        assert len(net.pool.connections) == 1
        error = await net.fails(f"http://{HOST}:{world.port}/")
        assert error.reason is Reason.ADDRESS_REFUSED
        assert bad not in error.sentence
        assert {address for address, _ in internet.dialled} == {PUBLIC}
    assert trap.connections == 0
    assert world.targets(HOST) == ["/robots.txt", "/"]


@pytest.mark.parametrize("where", ["page", "robots"])
@pytest.mark.parametrize("bad", BAD)
async def test_a_redirect_to_a_name_that_turned_bad_is_refused(world, trap, bad, where):
    back = f"http://{HOST}:{world.port}/{where}"
    world.reply("good.example.com", "/robots.txt", 404)
    start = "/robots.txt" if where == "robots" else "/"
    world.reply("good.example.com", start, 302, headers={"Location": back})
    names = Names(good_example_com=[OTHER_PUBLIC], www_example_com=[bad])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        internet = online(net.net, routes(world, trap))
        error = await net.fails(f"http://good.example.com:{world.port}/")
        refused = Reason.ROBOTS_UNREACHABLE if where == "robots" else Reason.ADDRESS_REFUSED
        assert error.reason is refused
        assert bad not in error.sentence
        assert {address for address, _ in internet.dialled} == {OTHER_PUBLIC}
    assert trap.connections == 0


@pytest.mark.parametrize("bad", BAD)
async def test_one_bad_address_beside_good_ones_is_not_fallen_back_to(world, trap, bad):
    """A name server's trick: the good address does not answer, the bad one would."""
    for answer in ([PUBLIC, bad], [bad, PUBLIC], [PUBLIC, OTHER_PUBLIC, bad]):
        names = Names(www_example_com=[answer])
        async with rig(world, lookup=names, **anywhere(world)) as net:
            internet = online(net.net, dict.fromkeys(BAD, trap.port))
            error = await net.fails(f"http://{HOST}:{world.port}/")
            assert error.reason is Reason.ADDRESS_REFUSED
            assert internet.dialled == []
    assert trap.connections == world.connections == 0


async def test_a_kept_connection_is_of_the_name_and_not_of_the_address(world):
    """Another name on the same address gets a connection of its own, and its own judgement."""
    world.page("other.example.com", "/", "<p>other")
    names = Names(www_example_com=[PUBLIC], other_example_com=[PUBLIC])
    async with rig(world, lookup=names, **anywhere(world)) as net:
        online(net.net, {PUBLIC: world.port})
        for host in (HOST, "other.example.com", HOST):
            assert (await net.get(f"http://{host}:{world.port}/")).status == 200
    assert world.connections == 2
