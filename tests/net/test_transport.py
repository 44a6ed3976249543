import os
import socket
import ssl
import struct

import anyio
import httpx
import pytest

from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.model.url import Url
from browser.net.dial import GuardedStream
from browser.net.transport import MethodRefused
from tests.net.rig import STEPS, Certified, hung_up, rig
from tests.world import World


@pytest.fixture
def world():
    with World() as world:
        world.page("a.test", "/", "<p>hello")
        yield world


@pytest.fixture
async def net(world):
    async with rig(world) as net:
        yield net


async def ask(net, url):
    return await net.net.hop._sender.get(Url.parse(url), within=5, max_bytes=100_000)


async def failure_of(net, url):
    with pytest.raises(BrowserError) as caught:
        await ask(net, url)
    return caught.value.reason


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "X"]
)
async def test_anything_but_get_is_refused_counted_and_never_sent(net, world, method):
    request = httpx.Request(method.lower(), "http://a.test/")
    request.method = method
    for count in (1, 2):
        with pytest.raises(MethodRefused):
            await net.net.transport.handle_async_request(request)
        assert net.net.transport.refused == count
    assert world.connections == 0


async def test_the_count_of_refused_methods_reaches_the_metrics(net):
    from prometheus_client import generate_latest

    with pytest.raises(MethodRefused):
        await net.net.transport.handle_async_request(httpx.Request("POST", "http://a.test/"))
    assert b"polite_browser_methods_refused_total 1.0" in generate_latest(net.net.metrics.registry)


async def test_no_setting_of_the_environment_sends_a_request_through_a_proxy(monkeypatch, world):
    with World() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{proxy.port}")
        async with rig(world, tls=None) as net:
            assert (await ask(net, "http://a.test/")).status == 200
        assert (proxy.connections, world.connections) == (0, 1)


async def test_no_password_of_the_user_s_netrc_is_sent(monkeypatch, tmp_path, world):
    (tmp_path / ".netrc").write_text("machine a.test login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    monkeypatch.setenv("NETRC", os.fspath(tmp_path / ".netrc"))
    async with rig(world, tls=None) as net:
        assert (await ask(net, "http://a.test/")).status == 200
    assert "authorization" not in world.headers[0]


async def test_no_setting_of_the_environment_adds_an_authority_to_be_trusted(monkeypatch, tmp_path):
    trust = Certified("a.test")
    trust.authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", os.fspath(tmp_path))
    with World(trust.server) as world:
        async with rig(world, tls=None) as net:
            assert await failure_of(net, "https://a.test/") is Reason.TLS_FAILED
        assert world.asked == []


async def test_a_certificate_is_checked_against_the_name_and_not_the_address():
    trust = Certified("a.test")
    with World(trust.server) as world:
        world.page("a.test", "/", "<p>hello")
        async with rig(world, tls=trust.client) as net:
            assert (await ask(net, "https://a.test/")).status == 200
            assert await failure_of(net, "https://b.test/") is Reason.TLS_FAILED
        assert trust.asked_for == ["a.test", "b.test"]
        assert [host for host, _, _ in world.asked] == ["a.test"]


@pytest.mark.parametrize("fault", ["stranger", "expired"])
async def test_a_certificate_that_cannot_be_trusted_ends_the_request(fault):
    trust, stranger = Certified("a.test"), Certified("a.test")
    if fault == "expired":
        from datetime import UTC, datetime

        old = datetime(2020, 1, 1, tzinfo=UTC)
        trust.authority.issue_cert("a.test", not_after=old).configure_cert(trust.server)
        stranger = trust
    with World(trust.server) as world:
        async with rig(world, tls=stranger.client) as net:
            assert await failure_of(net, "https://a.test/") is Reason.TLS_FAILED
            assert net.pool.connections == []
        assert world.asked == []


async def test_plain_http_on_the_tls_port_is_a_tls_failure():
    def answer(connection):
        connection.sendall(b"HTTP/1.1 400 This is no TLS\r\n\r\n")

    with World() as world:
        world._one = lambda connection: answer(connection) or False  # type: ignore[method-assign]
        async with rig(world, tls=Certified("a.test").client) as net:
            assert await failure_of(net, "https://a.test/") is Reason.TLS_FAILED


async def test_a_tls_connection_serves_its_own_name_only():
    """Names behind one address share it; a certificate for one says nothing of the other."""
    trust = Certified("a.test", "b.test")
    with World(trust.server) as world:
        for host in ("a.test", "b.test"):
            world.page(host, "/", "<p>hello")
        async with rig(world, tls=trust.client) as net:
            for url in ("https://a.test/", "https://a.test/", "https://b.test/"):
                assert (await ask(net, url)).status == 200
        assert trust.asked_for == ["a.test", "b.test"]
        assert world.connections == 2


async def test_old_versions_of_tls_are_not_spoken():
    trust = Certified("a.test")
    trust.client.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with World(trust.server) as world:
        async with rig(world, tls=trust.client):
            assert trust.client.minimum_version == ssl.TLSVersion.TLSv1_2
            assert trust.client.verify_mode == ssl.CERT_REQUIRED
            assert trust.client.check_hostname


@pytest.mark.parametrize("end", ["close", "reset"])
async def test_a_kept_connection_that_the_site_closes_in_the_same_moment_costs_nothing(
    net, world, monkeypatch, end
):
    """Many sites close without saying so; no one is told that a page cannot be had for that."""

    def once(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        if end == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    world.raw("a.test", "/once", once)
    seen = GuardedStream.get_extra_info
    monkeypatch.setattr(
        GuardedStream,
        "get_extra_info",
        lambda self, info: False if info == "is_readable" else seen(self, info),
    )
    for _ in range(3):
        assert (await ask(net, "http://a.test/once")).status == 200
        await hung_up(world)
    assert (await ask(net, "http://a.test/")).status == 200
    assert world.connections == 4
    assert world.targets("a.test") == ["/once"] * 3 + ["/"]


async def test_a_new_connection_that_is_closed_without_an_answer_is_not_tried_again(net, world):
    world.raw("a.test", "/", lambda _connection: None)
    assert await failure_of(net, "http://a.test/") is Reason.BAD_RESPONSE
    assert world.connections == 1


async def test_a_kept_connection_that_is_closed_in_the_middle_of_an_answer_is_not_tried_again(
    net, world
):
    world.raw("a.test", "/half", lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\n"))
    await ask(net, "http://a.test/")
    assert await failure_of(net, "http://a.test/half") is Reason.BAD_RESPONSE
    assert world.targets("a.test") == ["/", "/half"]


async def test_a_connection_whose_request_was_cancelled_takes_no_place_in_the_pool():
    """At each step on the way to an answer: a pool of one must still have room afterwards."""
    trust = Certified("a.test")
    with World(trust.server) as world:
        world.page("a.test", "/", "<p>hello")
        async with rig(world, tls=trust.client, limits={"total_concurrency": 1}) as net:
            answers: list[int] = []

            async def one():
                answers.append((await ask(net, "https://a.test/")).status)

            for step in STEPS:
                async with anyio.create_task_group() as group:
                    group.start_soon(one)
                    for _ in range(step):
                        await anyio.lowlevel.checkpoint()
                    group.cancel_scope.cancel()
                assert not net.pool._requests, step
                assert all(connection.is_idle() for connection in net.pool.connections), step
                await net.net.transport.aclose()
                if len(answers) == 3:
                    break
            assert (await ask(net, "https://a.test/")).status == 200
