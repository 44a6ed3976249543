"""What a conversation read and quoted, shown by an address that nobody can guess."""

from __future__ import annotations

import base64
import re
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from browser.conversation import key_of
from tests.service.living import Talk, serving
from tests.service.stream import Reader
from tests.world import World

ID = re.compile(r"/sources/[A-Za-z0-9_-]{22}")


@pytest.fixture
def shown(world: World, talk: Talk) -> Talk:
    world.page("shown.test", "/", "<p>Words to quote.</p><p>Others.</p>", "A shown page")
    talk.open("http://shown.test/")
    talk.good("quote", start=2, end=2)
    return talk


def address(talk: Talk) -> str:
    found: str = talk.transcript()["sources_url"]
    assert found.startswith(("http://", "https://")), "whole, so that it can stand in a page"
    return "/sources/" + found.rpartition("/sources/")[2]


def stranger(client: httpx.Client) -> httpx.Client:
    """Somebody without a credential."""
    return httpx.Client(base_url=client.base_url, timeout=60, trust_env=False)


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "a":
            self.found.append(dict(attrs))


def test_a_stranger_with_the_address_sees_it_and_nobody_else_does(guarded: httpx.Client):
    talk = Talk(guarded)
    talk.open("http://api.test/")
    quote = talk.good("quote", start=2, end=2)["quote"]
    path = address(talk)
    assert ID.fullmatch(path)
    with stranger(guarded) as client:
        page = client.get(path)
        assert page.status_code == 200
        assert quote["text"] in page.text
        told = client.get(f"{path}.json").json()
        transcript = talk.transcript()
        assert told == {key: transcript[key] for key in ("steps", "sources", "quotes")}
        assert talk.session not in page.text
        with Reader(client, f"{path}/steps") as reader:
            assert [reader.next().data for _ in told["steps"]] == told["steps"]
        assert client.get(f"/v1/sessions/{talk.session}").status_code == 401
        assert client.delete(path).status_code == 405
        assert client.post(path).status_code == 405


def test_every_other_address_is_the_same_404(guarded: httpx.Client):
    talk = Talk(guarded)
    talk.good("sources")
    secret = address(talk).rpartition("/")[2]
    key = key_of("", talk.session)
    place = base64.urlsafe_b64encode(bytes.fromhex(key)).decode().rstrip("=")
    wrong = [
        "unknown",
        talk.session,
        key,
        place,
        f"{place}.{secret}",
        f".{secret}",
        f"{secret}.",
        secret[:-1],
        f"{secret}x",
        secret.swapcase(),
        f"{secret}%00",
        "%00",
        "%25",
        "_" * 22,
        "é",
    ]
    with stranger(guarded) as client:
        assert client.get(f"/sources/{secret}").status_code == 200
        for tail in ("", ".json", "/steps"):
            answers = [client.get(f"/sources/{name}{tail}") for name in wrong]
            assert {answer.status_code for answer in answers} == {404}
            bodies = {re.sub(r'"request_id":"\w+"', "", answer.text) for answer in answers}
            assert len(bodies) == 1, "an unknown one and one with a wrong secret look alike"


def test_an_address_ends_with_its_conversation(shown: Talk):
    path = address(shown)
    assert shown.client.get(path).status_code == 200
    assert shown.client.delete(f"/v1/sessions/{shown.session}").status_code == 204
    for tail in ("", ".json", "/steps"):
        assert shown.client.get(path + tail).status_code == 404
    shown.good("sources")
    assert shown.client.get(path).status_code == 404, "a new one of that name has a new address"
    assert address(shown) != path


def test_on_an_open_service_the_name_of_a_session_will_do(shown: Talk):
    page = shown.client.get(f"/sources/{shown.session}")
    assert page.status_code == 200
    assert "Words to quote." in page.text
    assert shown.client.get(f"/sources/{shown.session}.json").json()["quotes"]
    with Reader(shown.client, f"/sources/{shown.session}/steps?after=1") as reader:
        assert reader.next().data["command"] == "quote"


def test_the_address_is_a_whole_one_when_the_service_knows_its_own(world: World):
    with serving(world, server={"public_url": "https://browser.example.org/"}) as client:
        talk = Talk(client)
        talk.good("sources")
        whole = talk.transcript()["sources_url"]
        assert re.fullmatch(f"https://browser.example.org{ID.pattern}", whole)


def test_the_address_outlives_a_restart(world: World, tmp_path: Path):
    store = {"url": f"sqlite:///{tmp_path}/state.db"}
    with serving(world, store=store) as client:
        talk = Talk(client)
        talk.good("sources")
        path = address(talk)
    with serving(world, store=store) as client:
        assert client.get(path).status_code == 200


def test_a_conversation_of_an_older_version_gets_an_address_with_its_next_command(
    world: World, tmp_path: Path
):
    file = tmp_path / "state.db"
    store = {"url": f"sqlite:///{file}"}
    with serving(world, store=store) as client:
        talk = Talk(client)
        talk.good("sources")
    with sqlite3.connect(file) as db:
        db.execute("UPDATE sessions SET share = ''")
    db.close()
    with serving(world, store=store) as client:
        talk = Talk(client, talk.session)
        assert talk.transcript()["sources_url"] is None
        for secret in ("", "None", "no"):
            assert client.get(f"/sources/{secret}").status_code == 404
        talk.good("sources")
        assert client.get(address(talk)).status_code == 200


def test_json_is_there_for_who_asks_for_it(shown: Talk):
    path = address(shown)
    whole = shown.client.get(f"{path}.json")
    assert whole.headers["content-type"] == "application/json"
    same = shown.client.get(path, headers={"Accept": "application/json"})
    assert same.json() == whole.json()
    assert "Accept" in same.headers["vary"]
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    pages = [
        shown.client.get(path, headers={"Accept": accept})
        for accept in (browser, "*/*", f"{browser},application/json")
    ]
    assert {page.headers["content-type"] for page in pages} == {"text/html; charset=utf-8"}
    for answer in (whole, same, *pages):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex"


def test_nothing_is_sent_again_that_the_reader_has(shown: Talk):
    path, client = address(shown), shown.client
    wants = [{"Accept": "text/html"}, {"Accept": "application/json"}]
    wants.append({"Accept": "text/html", "Sec-Fetch-Dest": "iframe"})
    before = [client.get(path, headers=want) for want in wants]
    assert len({answer.headers["etag"] for answer in before}) == len(wants)
    for want, answer in zip(wants, before, strict=True):
        same = client.get(path, headers={**want, "If-None-Match": answer.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["x-robots-tag"] == "noindex"
    shown.good("quote", start=3, end=3)
    for want, answer in zip(wants, before, strict=True):
        new = client.get(path, headers={**want, "If-None-Match": answer.headers["etag"]})
        assert new.status_code == 200
        assert "Others." in new.text
        assert "Others." not in answer.text


def test_pages_of_named_origins_may_read_and_frame_it(guarded: httpx.Client):
    talk = Talk(guarded)
    talk.good("sources")
    path = address(talk)
    for origin, allowed in (("https://chat.example", True), ("https://other.example", False)):
        with stranger(guarded) as client:
            client.headers["Origin"] = origin
            answers = [client.get(path), client.get(f"{path}.json")]
            with Reader(client, f"{path}/steps") as reader:
                assert reader.response is not None
                answers.append(reader.response)
        for answer in answers:
            given = answer.headers.get("access-control-allow-origin")
            assert given == (origin if allowed else None)
    policy = guarded.get(path).headers["content-security-policy"]
    assert "frame-ancestors 'self' https://chat.example" in policy
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy


def test_a_stream_has_no_head_alone(shown: Talk):
    path = address(shown)
    assert shown.client.head(path).status_code == 200
    assert shown.client.head(f"{path}.json").status_code == 200
    assert shown.client.head(f"{path}/steps").status_code == 405


def test_the_page_tells_what_happened_in_order(world: World, talk: Talk):
    world.robots("closed.test", "User-agent: *\nDisallow: /\n")
    world.page("shown.test", "/", "<p>Words to quote.</p><p>Others.</p>", "A shown page")
    talk.good("search", query="walnuts")
    talk.open("http://shown.test/")
    talk.do("open_url", url="http://closed.test/")
    quote = talk.good("quote", start=2, end=3)["quote"]
    text = talk.client.get(address(talk)).text
    seen = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    order = [
        "1 page read",
        "1 quote",
        "1 failure",
        "A shown page",
        "Words to quote.",
        "lines 2 to 3",
        quote["digest"],
        "Searched for walnuts",
        "Opened A shown page",
        "robots.txt allows it",
        "Click failed: robots.txt of closed.test disallows this page",
        "robots.txt disallows it",
        "Quoted lines 2 to 3 of A shown page",
    ]
    places = [seen.find(words) for words in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    links = Links(text).found
    out = [link for link in links if (link["href"] or "").startswith("http")]
    assert quote["source_url"] in [link["href"] for link in out]
    assert {(link["target"], link["rel"]) for link in out} == {("_blank", "noopener noreferrer")}


def test_nothing_that_a_model_or_a_page_wrote_becomes_markup(world: World, talk: Talk):
    attack = "</script></title></q><script>alert(1)</script><img src=x onerror=alert(1)>\"'"
    title = attack.replace("<", "&lt;")
    world.page("attack.test", "/", f"<p>{title}</p>", title)
    plain = set(Links(talk.client.get(f"/sources/{begun(talk)}").text).tags)
    talk.open("http://attack.test/")
    talk.good("quote", start=2, end=2)
    talk.do("find", pattern=attack)
    talk.do("search", query=attack)
    for url in ("javascript:alert(1)", "data:text/html,<script>", f"http://x.test/{attack}"):
        talk.do("open_url", url=url)
    page = Links(talk.client.get(address(talk)).text)
    new = {"h3", "figure", "blockquote", "figcaption", "details", "summary", "code", "q"}
    assert page.tags - plain <= new | {"strong", "bdi", "time", "ol", "li", "a", "span"}
    schemes = {(link["href"] or "").partition(":")[0] for link in page.found}
    assert all(scheme in ("http", "https") or scheme[0] in "#/" for scheme in schemes)


def begun(talk: Talk) -> str:
    talk.good("sources")
    return talk.session
