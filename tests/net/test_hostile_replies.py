"""Every hostile reply ends one fetch, with one reason, within the deadline, and leaves nothing."""

from __future__ import annotations

import re
import socket
import threading
from pathlib import Path

import anyio
import pytest

from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.model.url import Url
from tests.net import hostile
from tests.net.rig import Certified, hung_up, rig
from tests.service.living import Talk, serving
from tests.world import World

HOST = "hostile.test"
STATUS = Path("/proc/self/status")
BOUND = 96  # MiB a whole round may add to the peak of the service
REPLIES = {reply.name: reply for reply in [*hostile.every(), hostile.CHAIN]}


@pytest.fixture(scope="module")
def world():
    with World() as world:
        world.robots(HOST, "")
        world.page("fine.test", "/", "<p>All is well.</p>")
        hostile.serve_all(world)
        yield world


@pytest.mark.parametrize("name", REPLIES)
async def test_it_ends_within_the_deadline_with_one_reason_and_holds_nothing(
    world, name, monkeypatch
):
    monkeypatch.setattr("browser.net.robots.WITHIN", 25.0)  # it is the reply that is tested
    # Short for those that would keep us waiting, long for those that have to end before.
    within = 2.0 if REPLIES[name].ends == hostile.LATE else 25.0
    async with rig(world, egress={"timeout": within}) as net:
        with anyio.fail_after(30):
            try:
                await net.get(f"http://{HOST}/{name}")
                ended = "ok"
            except BrowserError as error:
                ended = error.reason.value
        assert ended in REPLIES[name].ends
        assert len(net.records) == 1
        assert net.idle_only()
        assert (await net.get("http://fine.test/")).status == 200


@pytest.mark.parametrize(
    "name", ["endless-body", "endless-100", "drip-body", "silence", "gzip-bomb"]
)
async def test_a_hostile_robots_txt_closes_the_site_or_says_nothing(name, monkeypatch):
    monkeypatch.setattr("browser.net.robots.WITHIN", 1.5)
    with World() as site:
        site.raw("a.test", "/robots.txt", REPLIES[name].serve)
        site.page("a.test", "/", "<p>hello")
        async with rig(site) as net:
            judged = await net.net.robots.judge(Url.parse("http://a.test/"), 5)
            cut = name in ("endless-body", "gzip-bomb")  # half a megabyte of no rules
            assert judged.verdict.allowed is cut
            assert net.idle_only()


def mute(connection):
    while connection.recv(65536):
        pass


def only(serve):
    """*serve* in place of HTTP."""

    def one(connection: socket.socket) -> bool:
        serve(connection)
        return False

    return one


def slow(hello):
    """A server whose half of the handshake comes octet by octet."""

    def serve(connection):
        pause = threading.Event()
        for place in range(len(hello)):
            connection.sendall(hello[place : place + 1])
            if pause.wait(hostile.DRIP):
                return

    return serve


@pytest.mark.parametrize("way", ["mute", "slow", "garbage", "closed"])
async def test_a_handshake_that_does_not_come_to_an_end_is_given_up(way):
    ways = {
        "mute": (mute, {Reason.TIMEOUT}),
        "slow": (slow(b"\x16\x03\x03\x40\x00\x02" + bytes(9999)), {Reason.TIMEOUT}),
        "garbage": (lambda c: c.sendall(b"\0" * 9999), {Reason.TLS_FAILED}),
        "closed": (
            lambda c: c.shutdown(socket.SHUT_WR),
            {Reason.TLS_FAILED, Reason.CONNECT_FAILED},
        ),
    }
    serve, reasons = ways[way]
    with World() as world:
        world._one = only(serve)  # type: ignore[method-assign]
        async with rig(world, tls=Certified("a.test").client) as net:
            with pytest.raises(BrowserError) as caught:
                await net.net.hop._sender.get(
                    Url.parse("https://a.test/"), within=0.5, max_bytes=1000
                )
            assert caught.value.reason in reasons
            assert net.pool.connections == []
        await hung_up(world)


async def test_a_site_that_shakes_hands_and_says_nothing_is_a_timeout():
    trust = Certified("a.test")
    with World(trust.server) as world:
        world._one = only(mute)  # type: ignore[method-assign]
        async with rig(world, tls=trust.client) as net:
            with pytest.raises(BrowserError) as caught:
                await net.net.hop._sender.get(
                    Url.parse("https://a.test/"), within=0.5, max_bytes=1000
                )
            assert caught.value.reason is Reason.TIMEOUT


def peak() -> int:
    """MiB: the most this process had in memory since `forget`."""
    found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
    assert found
    return int(found[1]) // 1024


def forget() -> None:
    Path("/proc/self/clear_refs").write_text("5")


@pytest.mark.skipif(not STATUS.exists(), reason="the peak of a process is read from /proc")
def test_the_service_survives_it_all_within_a_stated_bound_of_memory(world):
    """The origin runs in this very process, so the bound holds for both together."""
    egress = {"hosts": world.egress_hosts, "timeout": 1.5}
    with serving(world, egress=egress) as client:
        Talk(client).open("http://fine.test/")
        forget()
        before = peak()
        for name, hostile_reply in REPLIES.items():
            reply = Talk(client).do("open_url", url=f"http://{HOST}/{name}")
            ended = reply["failure"]["code"] if reply["failure"] else "ok"
            assert ended in hostile_reply.ends | hostile.LATE | {"no_text"}, name
            fine = Talk(client).do("open_url", url="http://fine.test/")
            assert fine["ok"], (name, fine["text"])
        assert peak() - before < BOUND
