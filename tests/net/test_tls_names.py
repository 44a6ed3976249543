"""Names that share an address: each has its own handshake, its own name in it, its own proof."""

from __future__ import annotations

import ssl

import pytest
import trustme

from browser.model.reason import Reason
from tests.net.rig import PUBLIC, Names, online, rig
from tests.world import World


class Shared:
    """One address, one authority, a certificate for each name; the first is shown to others."""

    def __init__(self, *names: str) -> None:
        self.authority = trustme.CA()
        self.asked_for: list[str | None] = []
        self._contexts = {name: self._context(name) for name in names}
        self.server = self._contexts[names[0]]
        self.server.sni_callback = self._choose
        self.client = ssl.create_default_context()
        self.authority.configure_trust(self.client)

    def _context(self, name: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name).configure_cert(context)
        return context

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        self.asked_for.append(name)
        if name in self._contexts:
            connection.context = self._contexts[name]


def names(*hosts):
    return Names(**{host.replace(".", "_"): [PUBLIC] for host in hosts})


def egress(world):
    return {"hosts": {}, "ports": [443, world.port]}


async def test_each_name_behind_one_address_has_a_handshake_and_a_certificate_of_its_own():
    hosts = ["one.example.com", "two.example.com", "three.example.com"]
    shared = Shared(*hosts)
    with World(shared.server) as world:
        for host in hosts:
            world.page(host, "/", f"<p>{host}")
        async with rig(world, tls=shared.client, lookup=names(*hosts), egress=egress(world)) as net:
            online(net.net, {PUBLIC: world.port})
            for host in (*hosts, *hosts):
                page = await net.get(f"https://{host}:{world.port}/")
                assert host.encode() in page.body
        assert shared.asked_for == hosts
        assert world.connections == len(hosts)
        assert [world.targets(host) for host in hosts] == [["/robots.txt", "/", "/"]] * len(hosts)


async def test_a_name_the_server_has_no_certificate_for_gets_no_request():
    """Not even over the connection of its neighbour, which is open and good."""
    shared = Shared("one.example.com")
    hosts = ("one.example.com", "two.example.com")
    with World(shared.server) as world:
        for host in hosts:
            world.page(host, "/", "<p>hello")
        async with rig(world, tls=shared.client, lookup=names(*hosts), egress=egress(world)) as net:
            online(net.net, {PUBLIC: world.port})
            await net.get(f"https://one.example.com:{world.port}/")
            error = await net.fails(f"https://two.example.com:{world.port}/")
            assert error.reason is Reason.ROBOTS_UNREACHABLE
            assert "no secure connection" in error.sentence
            assert PUBLIC not in error.sentence
        assert shared.asked_for == list(hosts)
        assert {host for host, _, _ in world.asked} == {"one.example.com"}


async def test_a_redirect_to_a_neighbour_on_the_same_address_shakes_hands_anew():
    hosts = ("one.example.com", "two.example.com")
    shared = Shared(*hosts)
    with World(shared.server) as world:
        there = f"https://two.example.com:{world.port}/"
        world.reply("one.example.com", "/", 302, headers={"Location": there})
        world.page("two.example.com", "/", "<p>there")
        async with rig(world, tls=shared.client, lookup=names(*hosts), egress=egress(world)) as net:
            online(net.net, {PUBLIC: world.port})
            assert (await net.get(f"https://one.example.com:{world.port}/")).url == there
        assert shared.asked_for == list(hosts)


@pytest.mark.parametrize(
    ("url", "name", "certified"),
    [
        ("https://one.example.com.:{}/", "one.example.com", "one.example.com"),
        (
            "https://BÜCHER.example.com:{}/",
            "xn--bcher-kva.example.com",
            "xn--bcher-kva.example.com",
        ),
        (f"https://{PUBLIC}:{{}}/", None, PUBLIC),
    ],
    ids=["root-dot", "international", "address"],
)
async def test_the_handshake_names_the_host_of_the_url_in_its_plain_form(url, name, certified):
    shared = Shared(certified)
    with World(shared.server) as world:
        world.page(name or PUBLIC, "/", "<p>hello")
        lookup = names(name) if name else Names()
        async with rig(world, tls=shared.client, lookup=lookup, egress=egress(world)) as net:
            online(net.net, {PUBLIC: world.port})
            assert (await net.get(url.format(world.port))).status == 200
        assert {*shared.asked_for} == {name}


async def test_a_certificate_for_the_name_does_not_serve_for_its_address():
    shared = Shared("one.example.com")
    with World(shared.server) as world:
        async with rig(world, tls=shared.client, lookup=Names(), egress=egress(world)) as net:
            online(net.net, {PUBLIC: world.port})
            error = await net.fails(f"https://{PUBLIC}:{world.port}/")
            assert error.reason is Reason.ROBOTS_UNREACHABLE
        assert world.asked == []
