"""Every header field that leaves is one of a short list, on every hop."""

import pytest

from browser.net.send import ACCEPT
from browser.net.signing_key import write_key
from tests.net.rig import rig
from tests.world import World

ALWAYS = {"host", "user-agent", "accept", "accept-language", "accept-encoding"}
SIGNED = {"signature-agent", "signature-input", "signature"}
CONTACT = {"contact": "ops@example.org"}


@pytest.fixture
def world():
    with World() as world:
        cookie = {
            "Set-Cookie": "id=1; Path=/",
            "Accept-CH": "Sec-CH-UA",
            "Link": "</x>; rel=preload",
        }
        for host in ("a.test", "b.test"):
            world.reply(host, "/robots.txt", 302, headers={"Location": "/r.txt", **cookie})
            world.reply(host, "/r.txt", body="User-agent: *\n", headers=cookie, kind="text/plain")
            world.reply(host, "/", body="<p>Words.", headers=cookie)
        world.reply("a.test", "/near", 302, headers={"Location": "/far", **cookie})
        world.reply("a.test", "/far", 307, headers={"Location": "http://b.test/", **cookie})
        yield world


@pytest.mark.parametrize(
    ("agent", "more"),
    [({}, set()), (CONTACT, {"from"}), ("key", SIGNED), ("key and contact", SIGNED | {"from"})],
    ids=["plain", "contact", "signed", "signed with contact"],
)
async def test_a_request_has_these_fields_and_no_others(world, tmp_path, agent, more):
    if isinstance(agent, str):
        write_key(tmp_path / "key.pem")
        agent = {
            "signing_key": str(tmp_path / "key.pem"),
            "signature_agent": "https://agent.example",
            **(CONTACT if "contact" in agent else {}),
        }
    async with rig(world, agent={"accept_language": "de, en;q=0.5", **agent}) as net:
        await net.get("http://a.test/near")
        await net.get("http://a.test/")
    assert [(host, target) for host, _, target in world.asked] == [
        ("a.test", "/robots.txt"), ("a.test", "/r.txt"), ("a.test", "/near"), ("a.test", "/far"),
        ("b.test", "/robots.txt"), ("b.test", "/r.txt"), ("b.test", "/"), ("a.test", "/"),
    ]  # fmt: skip
    assert {method for _, method, _ in world.asked} == {"GET"}
    for (host, _, target), fields in zip(world.asked, world.headers, strict=True):
        assert set(fields) == ALWAYS | more, target
        assert fields["host"] == host
        assert fields["accept-language"] == "de, en;q=0.5"
        assert fields["accept-encoding"] == "gzip"
        assert (fields["accept"] == ACCEPT) is not target.endswith(".txt")
        assert "ChatGPT-User/1.0" in fields["user-agent"]
        assert fields.get("from", "") == ("ops@example.org" if "from" in more else "")
