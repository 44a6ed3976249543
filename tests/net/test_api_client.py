import gzip
import json
import logging
import zlib
from ssl import PROTOCOL_TLS_CLIENT, SSLContext

import pytest

from browser.errors import SearchFailed
from browser.net.api_client import ApiClient
from browser.search.provider import Api, ApiReply
from tests.clock import ManualClock
from tests.search.conftest import ProviderServer

KEY = "sk-very-secret"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def server():
    server = ProviderServer()
    yield server
    server.close()


@pytest.fixture
async def client():
    client = ApiClient(
        "polite-browser/test",
        ApiReply,
        clock=ManualClock(1_700_000_000),
        verify=SSLContext(PROTOCOL_TLS_CLIENT),
        max_bytes=10_000,
    )
    yield client
    await client.aclose()


async def test_it_is_the_api_that_providers_are_given(server, client):
    api: Api = client
    server.answer({"a": [1]})
    assert await api.get_json(server.url, {}) == ApiReply(200, {"a": [1]}, None)


async def test_parameters_join_those_of_the_configured_address(server, client):
    server.answer({})
    await client.get_json(server.url + "/x?token=t", {"q": "a&b=c é", "n": 3}, {"X-Key": KEY})
    (asked,) = server.requests
    assert asked.path == "/x"
    assert asked.params == {"token": "t", "q": "a&b=c é", "n": "3"}
    assert asked.headers["x-key"] == KEY
    assert asked.headers["user-agent"] == "polite-browser/test"
    assert asked.headers["accept-encoding"] == "gzip"


async def test_a_redirect_is_an_answer_and_not_a_way(server, client):
    server.answer({}, status=302, headers={"Location": server.url + "/elsewhere"})
    assert (await client.get_json(server.url, {})).status == 302
    assert len(server.requests) == 1


async def test_a_cookie_is_not_kept(server, client):
    server.answer({}, headers={"Set-Cookie": "id=1; Path=/"})
    for _ in range(2):
        await client.get_json(server.url, {})
    assert "cookie" not in server.requests[1].headers


async def test_proxies_of_the_environment_are_ignored(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    client = ApiClient("test", ApiReply, verify=SSLContext(PROTOCOL_TLS_CLIENT))
    server.answer({"direct": True})
    assert (await client.get_json(server.url, {})).data == {"direct": True}
    await client.aclose()


async def test_a_gzip_answer_is_read(server, client):
    server.answer(gzip.compress(b'{"a": 1}'), headers={"Content-Encoding": "gzip"})
    assert (await client.get_json(server.url, {})).data == {"a": 1}


async def test_an_answer_of_just_the_cap_is_read_and_one_octet_more_is_not(server, client):
    body = json.dumps("x" * 9_998).encode()
    server.answer(body)
    server.answer(body + b" ")
    assert len((await client.get_json(server.url, {})).data) == 9_998
    with pytest.raises(SearchFailed, match="longer than 10,000 bytes"):
        await client.get_json(server.url, {})


async def test_a_gzip_answer_of_just_the_cap_is_read_and_one_octet_more_is_not(server, client):
    body = json.dumps("x" * 9_998).encode()
    server.answer(gzip.compress(body), headers={"Content-Encoding": "gzip"})
    server.answer(gzip.compress(body + b" "), headers={"Content-Encoding": "gzip"})
    assert len((await client.get_json(server.url, {})).data) == 9_998
    with pytest.raises(SearchFailed, match="longer than 10,000 bytes"):
        await client.get_json(server.url, {})


async def test_a_compressed_bomb_is_not_inflated(server, client):
    import tracemalloc

    bomb = gzip.compress(b" " * 50_000_000)
    server.answer(bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    with pytest.raises(SearchFailed, match="longer than"):
        await client.get_json(server.url, {})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize(
    ("coding", "body"),
    [("deflate", zlib.compress(b"{}")), ("br", b"{}"), ("gzip, gzip", b"{}")],
)
async def test_a_coding_that_was_not_asked_for_is_refused(server, client, coding, body):
    server.answer(body, headers={"Content-Encoding": coding})
    with pytest.raises(SearchFailed, match="a coding that was not asked for"):
        await client.get_json(server.url, {})


async def test_broken_gzip_is_a_failure(server, client):
    server.answer(b"{}", headers={"Content-Encoding": "gzip"})
    with pytest.raises(SearchFailed, match="broken gzip"):
        await client.get_json(server.url, {})


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"\xff\xff", b"[" * 9_000, b"1" * 5_000, gzip.compress(b"{}", mtime=0)[:-9]],
)
async def test_what_is_not_json_is_no_data(server, client, body):
    server.answer(body, status=502)
    assert await client.get_json(server.url, {}) == ApiReply(502, None, None)


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        ("120", 120),
        ("Tue, 14 Nov 2023 22:14:20 GMT", 60),
        ("Tue, 14 Nov 2023 22:00:00 GMT", 0),
        ("soon", None),
    ],
)
async def test_retry_after_is_read_in_both_of_its_forms(server, client, field, seconds):
    server.answer({}, status=429, headers={"Retry-After": field})
    assert (await client.get_json(server.url, {})).retry_after == seconds


async def test_the_deadline_is_over_the_whole_answer(server, client):
    server.hang()
    with pytest.raises(SearchFailed, match=r"127\.0\.0\.1 did not answer within 0\.1 seconds"):
        await client.get_json(server.url, {}, timeout=0.1)


async def test_a_body_that_ends_early_is_a_failure(server, client):
    server.answer(b"{}", headers={"Content-Length": "100"})
    with pytest.raises(SearchFailed, match="broke off"):
        await client.get_json(server.url, {})


@pytest.mark.parametrize(
    "address",
    ["{down}/?key=" + KEY, "ftp://files.example/?key=" + KEY, "http://:bad:/?key=" + KEY, KEY],
)
async def test_no_failure_shows_the_key_or_the_question(server, client, address):
    server.close()
    with pytest.raises(SearchFailed) as failed:
        await client.get_json(address.format(down=server.url), {"q": "private words"})
    shown = str(failed.value)
    assert KEY not in shown
    assert "private" not in shown
    assert failed.value.__suppress_context__


async def test_a_key_that_is_no_header_is_a_failure_that_does_not_show_it(server, client):
    server.answer({})
    for key in (KEY + "\r\nX: y", KEY + "é…"):
        with pytest.raises(SearchFailed, match="broke off") as failed:
            await client.get_json(server.url, {}, {"X-Key": key})
        assert KEY not in str(failed.value)
    assert server.requests == []


async def test_the_log_does_not_show_the_address(server, client, caplog):
    caplog.set_level(logging.INFO)
    server.answer({})
    await client.get_json(server.url + "/?key=" + KEY, {"q": "private"})
    assert KEY not in caplog.text
    assert "private" not in caplog.text
