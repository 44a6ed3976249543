import contextlib
import gzip
import socket
import struct
import threading

import anyio
import pytest

from browser.errors import BrowserError
from browser.model.reason import Reason
from browser.model.url import Url
from browser.net import send
from browser.net.dial import MAX_HEAD
from browser.net.send import Identity
from tests.net.rig import Certified, hung_up, rig
from tests.world import World

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
BAD, TIMEOUT = Reason.BAD_RESPONSE, Reason.TIMEOUT


@pytest.fixture
def world():
    with World() as world:
        yield world


@pytest.fixture
async def net(world):
    async with rig(world, agent={"contact": "ops@example.com", "accept_language": "de"}) as net:
        yield net


async def ask(net, path="/", host="a.test", *, within=5.0, max_bytes=100_000, cut=False):
    url = Url.parse(f"http://{host}{path}")
    return await net.net.hop._sender.get(url, within=within, max_bytes=max_bytes, cut=cut)


async def refusal(net, path="/", **options):
    with pytest.raises(BrowserError) as caught:
        await ask(net, path, **options)
    assert net.idle_only(), "a failed exchange must leave nothing behind"
    return caught.value.reason


def endless(head, piece):
    """Sends *head* once and *piece* for ever."""

    def serve(connection):
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return serve


def silent(head=b""):
    """Sends *head* and then nothing, until the browser hangs up."""

    def serve(connection):
        connection.sendall(head)
        while connection.recv(4096):
            pass

    return serve


# What is sent


async def test_the_fields_of_a_request_are_exactly_the_identity(net, world):
    world.page("a.test", "/", "<p>hello")
    await ask(net)
    assert world.asked == [("a.test", "GET", "/")]
    assert world.headers == [
        {
            "host": "a.test",
            "user-agent": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko); compatible; "
            "ChatGPT-User/1.0; +https://openai.com/bot",
            "accept": send.ACCEPT,
            "accept-language": "de",
            "accept-encoding": "gzip",
            "from": "ops@example.com",
        }
    ]


def test_without_a_contact_there_is_no_from_field():
    assert list(Identity().headers("x/y")) == [
        "User-Agent",
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
    ]


async def test_a_cookie_is_never_sent_back(net, world):
    world.reply("a.test", "/", body="x", headers={"Set-Cookie": "id=1; Path=/"})
    await ask(net)
    await ask(net)
    assert len(world.headers) == 2
    assert all("cookie" not in fields for fields in world.headers)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/a#frag", "/a"),
        ("/#:~:text=secret", "/"),
        ("/?", "/?"),
        ("/100%", "/100%"),
        ("/a|b'c^`{}", None),
        ("/%7e%41%2f..", None),
        ("//double//slash", "//double//slash"),
        ("/ü?q=ü&[1]=\\", None),
        ("/a;b=c/./d/../e", "/a;b=c/e"),
    ],
)
async def test_the_target_is_sent_as_it_was_judged(net, world, path, sent):
    """A second library that escapes or folds it would ask for a page nobody judged."""
    url = Url.parse(f"http://a.test{path}")
    await net.net.hop._sender.get(url, within=5, max_bytes=1000)
    judged = url.without_fragment().href.removeprefix("http://a.test")
    assert world.targets("a.test") == [judged]
    if sent:
        assert judged == sent


async def test_a_url_that_the_client_reads_differently_is_not_sent(net, world):
    for href in (
        "http://a.test@b.test/",
        "http://a.test\\.b.test/",
        "http://0x7f.1/",
        "http:b.test",
    ):
        with pytest.raises(BrowserError) as caught:
            await net.net.hop._sender.get(Url(href), within=5, max_bytes=1000)
        assert caught.value.reason is Reason.BAD_URL, href
    assert world.connections == 0


# Whole replies


async def test_a_chunked_body_is_put_together(net, world):
    world.raw(
        "a.test",
        "/",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
    )
    assert (await ask(net)).body == b"abcde"


async def test_a_body_without_a_length_ends_with_the_connection(net, world):
    world.raw("a.test", "/", OK + b"\r\nall there is")
    assert (await ask(net)).body == b"all there is"


async def test_a_gzipped_body_is_decoded_and_a_gzipped_bomb_is_not(net, world):
    coded = {"Content-Encoding": "gzip"}
    world.reply("a.test", "/", body=gzip.compress(b"hello"), headers=coded)
    world.reply("a.test", "/bomb", body=gzip.compress(bytes(10_000_000)), headers=coded)
    assert (await ask(net)).body == b"hello"
    assert await refusal(net, "/bomb") is Reason.TOO_LARGE


async def test_more_octets_than_the_length_said_are_not_part_of_the_body(net, world):
    world.raw("a.test", "/", OK + b"Content-Length: 2\r\n\r\nhi and more")
    assert (await ask(net)).body == b"hi"


async def test_repeated_fields_are_joined_and_only_a_hundred_are_kept(net, world):
    many = b"".join(b"X-%d: y\r\n" % n for n in range(200))
    world.raw("a.test", "/", OK + b"Link: a\r\nLINK: b\r\n" + many + b"Content-Length: 0\r\n\r\n")
    headers = (await ask(net)).headers
    assert headers["link"] == "a, b"
    assert len(headers) == send.MAX_HEADERS - 1


async def test_every_location_is_reported(net, world):
    world.raw(
        "a.test",
        "/",
        b"HTTP/1.1 302 x\r\nLocation: /1\r\nContent-Length: 0\r\nlocation: /2\r\n\r\n",
    )
    raw = await ask(net)
    assert (raw.status, raw.locations) == (302, ("/1", "/2"))


async def test_a_body_is_cut_only_when_that_was_asked_for(net, world):
    world.reply("a.test", "/", body="x" * 1001)
    raw = await ask(net, max_bytes=1000, cut=True)
    assert (len(raw.body), raw.cut) == (1000, True)
    assert await refusal(net, max_bytes=1000) is Reason.TOO_LARGE
    raw = await ask(net, max_bytes=1001, cut=True)
    assert (len(raw.body), raw.cut) == (1001, False)


async def test_a_length_over_the_cap_is_refused_before_the_body_comes(net, world):
    world.raw("a.test", "/", silent(OK + b"Content-Length: 100001\r\n\r\n"))
    assert await refusal(net) is Reason.TOO_LARGE


async def test_a_body_over_the_cap_is_not_read_to_its_end(net, world):
    world.raw("a.test", "/", endless(OK + b"\r\n", b"x" * 65536))
    assert await refusal(net) is Reason.TOO_LARGE


# Errors and redirects: the head says it all


@pytest.mark.parametrize("status", [301, 404, 429, 500, 503])
@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\nxyz",
        b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nxyz",
        b"Content-Length: 99999999\r\n\r\nxyz",
        b"Content-Length: 100\r\n\r\nbreaks off",
        b"Transfer-Encoding: chunked\r\n\r\nno chunk",
    ],
    ids=["br", "bad-gzip", "large", "short", "bad-chunk"],
)
async def test_a_broken_body_does_not_hide_the_status(net, world, monkeypatch, status, rest):
    monkeypatch.setattr(send, "DRAIN_WITHIN", 0.05)
    world.raw("a.test", "/", b"HTTP/1.1 %d x\r\nRetry-After: 7\r\n" % status + rest)
    raw = await ask(net)
    assert (raw.status, raw.body, raw.headers["retry-after"]) == (status, b"", "7")
    with contextlib.suppress(BrowserError):
        await ask(net, "/next")
    assert net.idle_only()


async def test_a_short_error_page_keeps_the_connection_for_the_next_request(net, world):
    world.reply("a.test", "/404", 404, "not here")
    world.reply("a.test", "/301", 301, "gone there", {"Location": "/"})
    world.page("a.test", "/", "<p>hello")
    assert [(await ask(net, path)).status for path in ("/404", "/301", "/")] == [404, 301, 200]
    assert world.connections == 1


async def test_a_long_or_slow_error_page_is_not_waited_for(net, world, monkeypatch):
    monkeypatch.setattr(send, "DRAIN_WITHIN", 0.05)
    world.raw("a.test", "/long", endless(b"HTTP/1.1 404 x\r\n\r\n", b"x" * 1000))
    world.raw("a.test", "/slow", silent(b"HTTP/1.1 404 x\r\nContent-Length: 5\r\n\r\nab"))
    for path in ("/long", "/slow"):
        assert (await ask(net, path, within=30)).status == 404
        assert net.idle_only()


# Replies that are none


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 100\r\n\r\nbreaks off",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        OK + b"Content-Length: -5\r\n\r\nhello!",
        OK + b"Content-Length: 5, 6\r\n\r\nhello!",
        OK + b"Transfer-Encoding: x\r\n\r\nhello!",
        OK + b"Content-Encoding: br\r\nContent-Length: 3\r\n\r\nxyz",
        OK + b"X: a\0b\r\n\r\nhello!",
        OK + b"X: " + b"y" * 300_000 + b"\r\n\r\nhello!",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"<!doctype html><p>HTTP/0.9",
        b"\x16\x03\x01\x02\x00\x01",
        b"HTTP/1.1 OK\r\n\r\n",
        b"\r\n",
        b"",
    ],
)
async def test_what_is_not_valid_http_is_a_bad_response(net, world, answer):
    world.raw("a.test", "/", lambda connection: connection.sendall(answer))
    assert await refusal(net) is BAD


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
async def test_a_connection_reset_in_the_middle_is_a_bad_response(tls):
    def reset(connection):
        connection.sendall(OK + b"Content-Length: 100\r\n\r\nabc")
        connection.recv(0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    trust = Certified("a.test")
    with World(trust.server if tls else None) as world:
        world.raw("a.test", "/", reset)
        async with rig(world, tls=trust.client) as net:
            url = Url.parse("https://a.test/" if tls else "http://a.test/")
            with pytest.raises(BrowserError) as caught:
                await net.net.hop._sender.get(url, within=5, max_bytes=1000)
            assert caught.value.reason is BAD
            assert net.idle_only()


# Endless replies


@pytest.mark.parametrize(
    "interim", [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nLink: </x>\r\n\r\n"]
)
async def test_endless_interim_replies_end_soon(net, world, interim):
    world.raw("a.test", "/", endless(b"", interim * 1000))
    assert await refusal(net, within=60) is BAD


async def test_a_few_interim_replies_are_fine(net, world):
    interim = b"HTTP/1.1 103 Early\r\n\r\n" * 20
    world.raw("a.test", "/", interim + OK + b"Content-Length: 2\r\n\r\nhi")
    assert (await ask(net)).body == b"hi"


@pytest.mark.parametrize("line", [b"X: y\r\n" * 1000, b"y" * 9999], ids=["fields", "one-field"])
async def test_endless_headers_end_soon(net, world, line):
    world.raw("a.test", "/", endless(OK + b"X: ", line))
    assert await refusal(net, within=60) is BAD


@pytest.mark.parametrize("many", [900, 1100])
async def test_a_head_has_no_more_than_a_thousand_lines(net, world, many):
    """They would be small, but each is an object of its own to the HTTP library."""
    world.raw("a.test", "/", OK + b"a:b\r\n" * many + b"Content-Length: 2\r\n\r\nhi")
    if many < 1000:
        assert (await ask(net)).body == b"hi"
    else:
        assert await refusal(net) is BAD


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("place", range(-6, 3))
async def test_lines_of_a_body_that_comes_with_the_head_are_not_lines_of_the_head(
    net, world, end, place
):
    body = b"\n" * 3000
    head = end.join([b"HTTP/1.1 200 OK", b"Content-Length: 3000", b"X: " + b"y" * 300, b"", b""])
    cut = len(head) + place

    def serve(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall((head + body)[:cut])
        pause.wait(0.02)
        connection.sendall((head + body)[cut:])

    pause = threading.Event()
    world.raw("a.test", "/", serve)
    assert (await ask(net)).body == body


async def test_a_body_larger_than_any_head_is_read_over_a_kept_connection(net, world):
    """The bound on heads starts anew with each request, and does not count bodies."""
    world.reply("a.test", "/", body="x" * (2 * MAX_HEAD))
    for _ in range(3):
        assert len((await ask(net, max_bytes=10**6)).body) == 2 * MAX_HEAD
    assert world.connections == 1


async def test_a_drip_of_tiny_chunks_does_not_hold_the_event_loop(net, world):
    world.raw(
        "a.test", "/", endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 5000)
    )
    turns = 0

    async def count():
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(count)
        assert await refusal(net, max_bytes=20_000, within=60) is Reason.TOO_LARGE
        group.cancel_scope.cancel()
    assert turns > 20_000 / 64


# Deadlines


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200", OK + b"Content-Length: 9\r\n\r\nab"],
    ids=["none", "head", "body"],
)
async def test_a_site_that_falls_silent_is_a_timeout(tls, head):
    """Over TLS too, where the library's error stands upon one that looks like a TLS failure."""
    trust = Certified("a.test")
    with World(trust.server if tls else None) as world:
        world.raw("a.test", "/", silent(head))
        async with rig(world, tls=trust.client) as net:
            url = Url.parse("https://a.test/" if tls else "http://a.test/")
            with pytest.raises(BrowserError) as caught:
                await net.net.hop._sender.get(url, within=0.3, max_bytes=1000)
            assert caught.value.reason is TIMEOUT
            assert net.idle_only()


async def test_a_body_that_drips_for_ever_ends_with_the_deadline_for_the_whole(net, world):
    over = threading.Event()

    def drip(connection):
        connection.sendall(OK + b"Content-Length: 99999\r\n\r\n")
        while not over.wait(0.01):
            connection.sendall(b"x")

    world.raw("a.test", "/", drip)
    assert await refusal(net, within=0.3) is TIMEOUT
    over.set()


async def test_headers_that_drip_for_ever_end_with_the_deadline_for_the_first_byte(
    net, world, monkeypatch
):
    monkeypatch.setattr(send, "FIRST_BYTE", 0.3)
    over = threading.Event()

    def drip(connection):
        connection.sendall(OK)
        while not over.wait(0.01):
            connection.sendall(b"X: y\r\n")

    world.raw("a.test", "/", drip)
    assert await refusal(net, within=60) is TIMEOUT
    over.set()


async def test_a_head_that_comes_just_as_its_deadline_ends_is_late(net, world, monkeypatch):
    """Nobody may be left with neither a reply nor an error."""
    monkeypatch.setattr(send, "FIRST_BYTE", 0.2)
    world.reply("a.test", "/", body="x" * 50_000)
    whole = net.net.transport.handle_async_request

    async def just_late(request):
        ends = anyio.current_effective_deadline()
        with anyio.CancelScope(shield=True):
            response = await whole(request)
            while anyio.current_time() <= ends + 0.05:
                await anyio.lowlevel.checkpoint()
        return response

    monkeypatch.setattr(net.net.transport, "handle_async_request", just_late)
    assert await refusal(net, within=60) is TIMEOUT
    assert net.pool._requests == []


async def test_the_deadline_for_the_first_byte_is_none_for_the_body(net, world, monkeypatch):
    monkeypatch.setattr(send, "FIRST_BYTE", 0.3)
    over = threading.Event()

    def late(connection):
        connection.sendall(OK + b"Content-Length: 4\r\n\r\n")
        over.wait(0.5)
        connection.sendall(b"late")

    world.raw("a.test", "/", late)
    assert (await ask(net, within=10)).body == b"late"


async def test_a_tls_handshake_that_never_ends_is_a_timeout_and_leaves_no_socket():
    with World() as mute:
        async with rig(mute, tls=Certified("a.test").client) as net:
            with pytest.raises(BrowserError) as caught:
                await net.net.hop._sender.get(
                    Url.parse("https://a.test/"), within=0.2, max_bytes=1000
                )
            assert caught.value.reason is TIMEOUT
            assert net.pool.connections == []
            await hung_up(mute)
