"""What stands in front of a page, and a page that stands only in its data, over real sockets."""

from __future__ import annotations

import pytest

from browser.littleweb import fixtures
from tests.service.living import Talk
from tests.world import World

WEB = fixtures() / "web"
STEPS = "www.harborledger.test/local/2023/03/12/east-steps-lit-again"


@pytest.fixture
def little(world: World):
    def put(path: str) -> str:
        host, _, target = path.partition("/")
        world.reply(host, f"/{target}", body=(WEB / f"{path}.html").read_text("utf-8"))
        return f"http://{path}"

    return put


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("shop.tallowandpine.test/configurator", "without running its scripts"),
        ("www.hafenkurier.test/mediathek", "consent to cookies"),
        ("forum.spokesandgears.test/attachments", "check for robots"),
        ("reelarchive.test/screening-room", "login form"),
        ("www.cocinadelmar.test/recetas/sopa-de-ajo", "has no such page"),
    ],
)
def test_a_page_in_front_of_a_page_is_a_failure_that_says_so(
    talk: Talk, little, path: str, says: str
):
    failure = talk.fails("no_text", "open_url", url=little(path))
    assert says in failure["message"]
    assert "hoose another source." in failure["message"]
    assert failure["url"] == f"http://{path}"


def test_a_stub_of_a_redirect_tells_where_to_go(talk: Talk, world: World):
    stub = "<title>Redirecting</title><meta http-equiv=refresh content='0; url=/there'>Redirecting…"
    world.reply("stub.test", "/here", body=stub)
    world.reply("stub.test", "/there", body="<title>There</title><p>You are here now.")
    failure = talk.fails("no_text", "open_url", url="http://stub.test/here")
    assert "http://stub.test/there" in failure["message"]
    assert "You are here now." in talk.open("http://stub.test/there")["text"]


def test_an_article_that_stands_only_in_its_data_is_read_and_quoted(talk: Talk, little):
    opened = talk.open(little(STEPS))
    assert "__NEXT_DATA__" in opened["text"]
    assert "keep the east steps lit all night from Monday" in opened["text"]
    assert (opened["page"]["author"], opened["page"]["published"]) == (
        "Tamsin Ropewell",
        "2023-03-12",
    )
    (shown,) = [line for line in opened["text"].splitlines() if "harbour master will keep" in line]
    line = int(shown.removeprefix("L").partition(":")[0])
    quoted = talk.good("quote", start=line, end=line)["quote"]
    assert quoted["text"].startswith("Saltmere’s harbour master will keep the east steps lit")
    talk.good("find", pattern="milk look sour")
