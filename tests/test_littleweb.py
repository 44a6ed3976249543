from __future__ import annotations

import gzip
import http.client

import pytest

from browser.littleweb import LittleWeb, fixtures

PAGE = "<!doctype html><title>Lighthouse</title><h1>Lighthouse</h1>"
LONG = PAGE + "<p>The lamp turns all night.</p>" * 100


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web")
    files = {
        "a.test/index.html": "<title>front</title>",
        "a.test/lamp.html": PAGE,
        "a.test/docs/index.html": "<title>docs</title>",
        "a.test/docs/notes.md": "# Notes",
        "a.test/long.html": LONG,
        "a.test/潮汐.html": "<title>tide</title>",
        "a.test/robots.txt": "User-agent: *\nDisallow: /x\n",
        "a.test/raw.bin": "\x01\x02",
        "b.test/index.html": "<title>other</title>",
        "busy.test/index.html": "<title>never shown</title>",
        "busy.test/robots.txt": "User-agent: *\nDisallow:\n",
        "secret.html": "outside every host",
        "hosts.toml": '["busy.test"]\nstatus = 429\nheaders = { "Retry-After" = "30" }\n'
        'body = "Slow down.\\n"\n',
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "a.test" / "way-out.html").symlink_to(folder / "secret.html")
    with LittleWeb(folder) as web:
        yield web


def get(web, host, target, **headers):
    """One request with exactly this target; returns the reply with its body read."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    try:
        connection.putrequest("GET", target, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": host, **headers}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        reply = connection.getresponse()
        return reply, reply.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/", "<title>front</title>"),
        ("/lamp", PAGE),
        ("/lamp.html", PAGE),
        ("/lamp?from=front", PAGE),
        ("/docs", "<title>docs</title>"),
        ("/docs/", "<title>docs</title>"),
        ("/docs/notes.md", "# Notes"),
        ("/%E6%BD%AE%E6%B1%90", "<title>tide</title>"),
    ],
)
def test_a_path_is_a_file_of_its_host(web, target, expected):
    reply, body = get(web, "a.test", target)
    assert (reply.status, body.decode()) == (200, expected)


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("/lamp", "text/html"),
        ("/docs/notes.md", "text/markdown; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/raw.bin", "application/octet-stream"),
    ],
)
def test_a_file_says_what_it_is(web, target, kind):
    reply, _ = get(web, "a.test", target)
    assert reply.headers["Content-Type"] == kind


def test_a_host_answers_with_its_own_pages(web):
    _, body = get(web, "b.test", "/")
    assert body == b"<title>other</title>"
    assert get(web, "b.test", "/lamp")[0].status == 404


def test_a_host_name_may_carry_a_port_and_capitals(web):
    assert get(web, f"A.Test:{web.port}", "/lamp")[0].status == 200


@pytest.mark.parametrize(("host", "target"), [("a.test", "/nowhere"), ("c.test", "/")])
def test_what_is_not_there_is_a_404_that_a_browser_can_show(web, host, target):
    reply, body = get(web, host, target)
    assert reply.status == 404
    assert reply.headers["Content-Type"] == "text/html"
    assert b"No such page" in body


def test_robots_txt_is_served_as_it_is(web):
    reply, body = get(web, "a.test", "/robots.txt")
    assert (reply.status, body) == (200, b"User-agent: *\nDisallow: /x\n")


def test_a_host_without_robots_txt_has_none(web):
    assert get(web, "b.test", "/robots.txt")[0].status == 404


@pytest.mark.parametrize(
    "target",
    [
        "/../secret",
        "/../secret.html",
        "/docs/../../secret.html",
        "/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "/docs/..%2f..%2fsecret.html",
        "//../secret.html",
        "/way-out",
        "/../hosts.toml",
        "/../b.test/index.html",
    ],
)
def test_no_path_leads_out_of_the_host(web, target):
    reply, body = get(web, "a.test", target)
    assert reply.status == 404
    assert b"outside" not in body


@pytest.mark.parametrize("host", ["..", ".", "a.test/..", "", "a.test/docs", "secret.html"])
def test_no_host_name_leads_out_of_the_hosts(web, host):
    for target in ("/", "/secret.html", "/a.test/lamp"):
        assert get(web, host, target)[0].status == 404


def test_an_absolute_path_is_no_path_of_the_machine(web):
    secret = web.folder / "secret.html"
    for target in (f"/{secret}", str(secret), f"/%2f{str(secret).lstrip('/')}"):
        assert get(web, "a.test", target)[0].status == 404


def test_a_long_page_is_compressed_for_those_who_read_gzip(web):
    reply, body = get(web, "a.test", "/long", Accept_Encoding="gzip")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.headers["Content-Length"] == str(len(body))
    assert len(body) < len(LONG)
    assert gzip.decompress(body).decode() == LONG


def test_a_page_goes_out_plain_to_those_who_do_not_read_gzip(web):
    reply, body = get(web, "a.test", "/long", Accept_Encoding="br")
    assert reply.headers["Content-Encoding"] is None
    assert body.decode() == LONG


def test_a_short_page_is_never_compressed(web):
    reply, body = get(web, "a.test", "/lamp", Accept_Encoding="gzip")
    assert reply.headers["Content-Encoding"] is None
    assert body.decode() == PAGE


def test_hosts_toml_decides_for_every_page_of_a_host(web):
    for target in ("/", "/anything"):
        reply, body = get(web, "busy.test", target)
        assert (reply.status, reply.headers["Retry-After"], body) == (429, "30", b"Slow down.\n")


def test_hosts_toml_leaves_robots_txt_readable(web):
    reply, body = get(web, "busy.test", "/robots.txt")
    assert (reply.status, body) == (200, b"User-agent: *\nDisallow:\n")


def test_a_connection_serves_many_requests(web):
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    try:
        for _ in range(3):
            connection.request("GET", "/lamp", headers={"Host": "a.test"})
            local = connection.sock.getsockname()
            assert connection.getresponse().read().decode() == PAGE
            assert connection.sock.getsockname() == local
    finally:
        connection.close()


def test_every_request_is_written_down(web):
    before = len(web.asked)
    get(web, "a.test", "/lamp?x=1", User_Agent="a test")
    host, target, headers = web.asked[before]
    assert (host, target, headers["User-Agent"]) == ("a.test", "/lamp?x=1", "a test")
    assert len(web.asked) == before + 1


def test_only_get_is_answered(web):
    connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=10)
    try:
        connection.request("POST", "/lamp", b"x=1", headers={"Host": "a.test"})
        assert connection.getresponse().status == 501
    finally:
        connection.close()


def test_when_it_is_closed_nobody_listens(tmp_path):
    (tmp_path / "a.test").mkdir()
    with LittleWeb(tmp_path) as web:
        assert web.hosts() == ["a.test"]
        assert get(web, "a.test", "/")[0].status == 404
    with pytest.raises(ConnectionRefusedError):
        get(web, "a.test", "/")


def test_the_fixtures_have_a_host_that_says_too_many_requests():
    web = LittleWeb(fixtures() / "web")
    with web:
        reply, _ = get(web, "tickets.rushbooth.test", "/")
        article, body = get(web, "en.openlore.test", "/wiki/95th_Academy_Awards")
        tide, _ = get(web, "ja.minatohyakka.test", "/wiki/%E6%BD%AE%E6%B1%90")
    assert (reply.status, reply.headers["Retry-After"]) == (429, "30")
    assert (article.status, tide.status) == (200, 200)
    assert "95th Academy Awards" in body.decode()
    assert len(web.hosts()) >= 8
