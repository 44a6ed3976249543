"""Every failure of the web and of our policies, provoked over real sockets."""

from __future__ import annotations

import gzip
import socket
import ssl
from collections.abc import Iterator, Sequence
from functools import partial

import httpx
import pytest
import trustme

from browser.compose import build
from tests.service.living import Talk, serving
from tests.world import World

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n"


def until_hung_up(connection: socket.socket) -> None:
    """Say nothing more until the other side has gone."""
    while connection.recv(1024):
        pass


async def lookup(name: str, port: int) -> Sequence[str]:
    if name == "inside.example.com.":
        return ["203.0.113.7", "10.0.0.8"]
    raise OSError(f"{name}:{port} does not resolve")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def secure(authority: trustme.CA) -> Iterator[World]:
    with World(tls_for(authority, "*.secure.test")) as origin:
        yield origin


@pytest.fixture(scope="module")
def doomed() -> Iterator[World]:
    with World() as origin:
        yield origin


@pytest.fixture(scope="module")
def strict(
    world: World, secure: World, doomed: World, authority: trustme.CA
) -> Iterator[httpx.Client]:
    """A service with small limits, a name server of ours, and an authority of ours."""
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    hosts = {
        **world.egress_hosts,
        "*.secure.test": f"127.0.0.1:{secure.port}",
        "gone.test": f"127.0.0.1:{doomed.port}",
    }
    slow = {"rate": 0.001, "burst": 2}
    with (
        closed_port() as port,
        serving(
            world,
            partial(build, lookup=lookup, tls=trust),
            egress={
                "hosts": hosts,
                "timeout": 3.0,
                "connect_timeout": 3.0,
                "max_bytes": 20_000,
                "max_redirects": 2,
            },
            limits={
                "max_wait": 1,
                "hosts": {
                    "slow.test": slow,
                    "blocked.test": {"blocked": True},
                },
            },
            search={"provider": "searxng", "searxng": {"url": f"http://127.0.0.1:{port}/"}},
        ) as client,
    ):
        yield client


@pytest.fixture
def hasty(strict: httpx.Client) -> Talk:
    return Talk(strict)


def tls_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


class closed_port:  # noqa: N801 - used as a with statement's word
    """A port that nobody listens on, held so that nobody takes it."""

    def __enter__(self) -> int:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        port: int = self._socket.getsockname()[1]
        return port

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def test_a_page_that_robots_txt_disallows_is_not_asked_for(world: World, hasty: Talk):
    world.robots("shy.test", "User-agent: *\nDisallow: /private\n")
    failure = hasty.fails("robots_disallowed", "open_url", url="http://shy.test/private/a")
    assert failure["rule"] == "Disallow: /private"
    assert failure["retry_after"] is None
    assert failure["message"].startswith("Click failed: robots.txt of shy.test disallows")
    assert world.targets("shy.test") == ["/robots.txt"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_site_whose_robots_txt_is_down_is_not_fetched(world: World, hasty: Talk, status: int):
    host = f"down{status}.test"
    world.robots(host, "oops", status=status)
    failure = hasty.fails("robots_unreachable", "open_url", url=f"http://{host}/")
    assert 1 <= failure["retry_after"] <= 600
    assert f"it answered {status}" in failure["message"]
    assert world.targets(host) == ["/robots.txt"]


def test_a_host_that_had_its_share_has_to_wait(world: World, hasty: Talk):
    world.page("slow.test", "/", "<p>Words.</p>")
    hasty.open("http://slow.test/")
    failure = hasty.fails("rate_limited", "open_url", url="http://slow.test/")
    assert 900 <= failure["retry_after"] <= 1000
    assert f"Try again in {failure['retry_after']} s" in failure["message"]
    assert failure["status"] is None
    assert world.targets("slow.test") == ["/robots.txt", "/"]


def test_a_crawl_delay_that_is_too_long_to_wait_says_so(world: World, hasty: Talk):
    world.robots("calm.test", "User-agent: *\nCrawl-delay: 60\n")
    world.page("calm.test", "/", "<p>Words.</p>")
    hasty.open("http://calm.test/")
    failure = hasty.fails("rate_limited", "open_url", url="http://calm.test/")
    assert 50 <= failure["retry_after"] <= 60
    assert failure["rule"] == "Crawl-delay of calm.test"


@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_asks_us_to_slow_down_is_left_alone(world: World, hasty: Talk, status: int):
    host = f"tired{status}.test"
    world.reply(host, "/", status, "no", {"Retry-After": "77"})
    failure = hasty.fails("host_backing_off", "open_url", url=f"http://{host}/")
    assert (failure["status"], failure["retry_after"]) == (status, 77)
    again = hasty.fails("host_backing_off", "open_url", url=f"http://{host}/other")
    assert again["status"] == status
    assert 60 <= again["retry_after"] <= 100
    assert world.targets(host) == ["/robots.txt", "/"], "it was asked again within its pause"


def test_a_page_that_costs_money_is_not_paid_for(world: World, hasty: Talk):
    world.reply("paid.test", "/", 402, "pay", {"crawler-price": "USD 0.01"})
    failure = hasty.fails("payment_required", "open_url", url="http://paid.test/")
    assert failure["status"] == 402
    assert "USD 0.01" in failure["message"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451, 500, 502])
def test_any_other_error_status_is_told(world: World, hasty: Talk, status: int):
    world.reply("errors.test", f"/{status}", status, "<p>Some words of an error page.</p>")
    failure = hasty.fails("http_status", "open_url", url=f"http://errors.test/{status}")
    assert failure["status"] == status
    assert f"errors.test answered {status}" in failure["message"]
    assert failure["url"] == f"http://errors.test/{status}"


def test_an_origin_that_never_answers_is_given_up(world: World, hasty: Talk):
    world.raw("mute.test", "/", until_hung_up)
    hasty.fails("timeout", "open_url", url="http://mute.test/")


def test_an_origin_that_stops_in_the_middle_of_a_page_is_given_up(world: World, hasty: Talk):
    def half(connection: socket.socket) -> None:
        connection.sendall(HEAD + b"<p>Half a page")
        until_hung_up(connection)

    world.raw("mute.test", "/half", half)
    hasty.fails("timeout", "open_url", url="http://mute.test/half")


def test_a_name_that_does_not_resolve_is_told(hasty: Talk):
    failure = hasty.fails("dns_failed", "open_url", url="http://nowhere.example.com/")
    assert "nowhere.example.com" in failure["message"]


def test_an_origin_that_went_away_after_its_robots_txt_is_told(doomed: World, hasty: Talk):
    doomed.page("gone.test", "/", "<p>Still here.</p>")
    hasty.open("http://gone.test/")
    doomed.close()
    hasty.fails("connect_failed", "open_url", url="http://gone.test/")


def test_an_origin_that_was_never_there_has_no_robots_txt_to_obey(world: World):
    with closed_port() as port:
        hosts = {"*.test": f"127.0.0.1:{port}"}
        with serving(world, egress={"hosts": hosts}) as client:
            failure = Talk(client).fails("robots_unreachable", "open_url", url="http://no.test/")
    assert failure["retry_after"] >= 1
    assert "no connection" in failure["message"]


def test_a_certificate_for_another_name_is_refused(
    secure: World, hasty: Talk, authority: trustme.CA
):
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<p>Words.</p>"
    secure.raw("www.secure.test", "/", lambda connection: connection.sendall(page))
    assert hasty.open("https://www.secure.test/")["page"]["domain"] == "www.secure.test"
    asked = len(secure.asked)
    secure._tls = tls_for(authority, "another.test")
    failure = hasty.fails("tls_failed", "open_url", url="https://www.secure.test/")
    assert "no secure connection to www.secure.test" in failure["message"]
    assert len(secure.asked) == asked


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
        b"HTTP/1.1 banana\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 304 Not Modified\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort",
    ],
)
def test_a_reply_that_is_no_http_is_told(world: World, hasty: Talk, garbage: bytes):
    world.raw("odd.test", "/", lambda connection: connection.sendall(garbage))
    hasty.fails("bad_response", "open_url", url="http://odd.test/")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::ffff:10.0.0.1]/",
        "http://localhost/",
        "http://printer.local/",
        "http://inside.example.com/",
    ],
)
def test_private_addresses_are_refused_in_every_spelling(hasty: Talk, url: str):
    failure = hasty.fails("address_refused", "open_url", url=url)
    assert "10.0.0" not in failure["message"], "the operator's network is nobody's business"


@pytest.mark.parametrize("url", ["ftp://a.test/", "file:///etc/passwd", "javascript:alert(1)"])
def test_other_schemes_are_refused(hasty: Talk, url: str):
    hasty.fails("scheme_refused", "open_url", url=url)


def test_other_ports_are_refused(hasty: Talk):
    hasty.fails("port_refused", "open_url", url="http://www.example.com:22/")


@pytest.mark.parametrize("url", ["", "apples", "http://", "http://u:p@a.test/", "http://a b.test/"])
def test_what_is_no_url_is_told_with_what_to_write_instead(hasty: Talk, url: str):
    hasty.fails("bad_url", "open_url", url=url)


def test_a_host_that_the_operator_blocks_is_not_asked(world: World, hasty: Talk):
    failure = hasty.fails("host_blocked", "open_url", url="http://blocked.test/")
    assert failure["rule"] == "limits.hosts.blocked.test.blocked"
    assert world.targets("blocked.test") == []


def test_redirects_end_somewhere(world: World, hasty: Talk):
    for n in range(4):
        world.reply("round.test", f"/{n}", 302, headers={"Location": f"/{n + 1}"})
    world.reply("round.test", "/loop", 301, headers={"Location": "/loop"})
    hasty.fails("too_many_redirects", "open_url", url="http://round.test/0")
    hasty.fails("too_many_redirects", "open_url", url="http://round.test/loop")
    world.page("round.test", "/4", "<p>Arrived.</p>")
    assert hasty.open("http://round.test/2")["page"]["url"] == "http://round.test/4"


def test_a_redirect_climbs_the_whole_ladder_again(world: World, hasty: Talk):
    world.robots("shut2.test", "User-agent: *\nDisallow: /\n")
    for name, target in (
        ("robots", "http://shut2.test/"),
        ("inside", "http://10.0.0.1/"),
        ("scheme", "file:///etc/passwd"),
        ("blocked", "http://blocked.test/"),
    ):
        world.reply("leads.test", f"/{name}", 302, headers={"Location": target})
    hasty.fails("robots_disallowed", "open_url", url="http://leads.test/robots")
    hasty.fails("address_refused", "open_url", url="http://leads.test/inside")
    hasty.fails("scheme_refused", "open_url", url="http://leads.test/scheme")
    hasty.fails("host_blocked", "open_url", url="http://leads.test/blocked")
    assert world.targets("shut2.test") == ["/robots.txt"]


def test_a_page_that_is_too_large_is_told_however_it_comes(world: World, hasty: Talk):
    big = b"<p>" + b"word " * 8000
    world.reply("big.test", "/declared", body=big)
    world.reply("big.test", "/bomb", body=gzip.compress(big), headers={"Content-Encoding": "gzip"})
    stream = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + big
    world.raw("big.test", "/stream", lambda connection: connection.sendall(stream))
    for name in ("declared", "bomb", "stream"):
        hasty.fails("too_large", "open_url", url=f"http://big.test/{name}")


def test_what_is_not_text_is_told(world: World, hasty: Talk):
    world.reply("kinds.test", "/a.png", body=b"\x89PNG\r\n\x1a\n" + bytes(64), kind="image/png")
    world.reply("kinds.test", "/a.docx", body=b"PK\x03\x04" + bytes(64), kind="text/html")
    world.reply("kinds.test", "/a.html", body=bytes(range(128, 140)) * 9 + b"\0" * 9)
    hasty.fails("unsupported_type", "open_url", url="http://kinds.test/a.png")
    hasty.fails("unsupported_type", "open_url", url="http://kinds.test/a.docx")
    hasty.fails("unreadable", "open_url", url="http://kinds.test/a.html")


@pytest.mark.parametrize("body", ["", "   \n ", "<title>x</title>", "<script>app()</script>"])
def test_a_page_without_words_is_told(world: World, hasty: Talk, body: str):
    world.reply("empty.test", "/", body=body)
    hasty.fails("no_text", "open_url", url="http://empty.test/")


def test_a_search_provider_that_is_down_is_told_and_never_an_empty_list(hasty: Talk):
    failure = hasty.fails("search_failed", "search", query="anything")
    assert "No connection" in failure["message"]
