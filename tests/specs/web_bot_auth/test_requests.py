"""Web Bot Auth: requests as an origin receives them, verified by somebody else's library."""

import pytest
from http_message_signatures import InvalidSignature

from browser.model.clock import Clock
from browser.model.url import Url
from browser.net.clock import SystemClock
from browser.net.signer import Signer
from tests.clock import ManualClock
from tests.net.rig import Certified, rig
from tests.specs.rfc9421.signature_input import parse_terms
from tests.specs.web_bot_auth.verifier import made_key, verified
from tests.world import World

AGENT = "https://agent.example"


@pytest.fixture(scope="module")
def trust():
    return Certified("a.test", "b.test")


@pytest.fixture
def world(trust):
    with World(trust.server) as world:
        for host in ("a.test", "b.test"):
            world.page(host, "/", "<p>Words of a page that says enough.")
        world.reply("a.test", "/there", 302, headers={"Location": "https://b.test/"})
        yield world


@pytest.fixture
def file(tmp_path):
    return tmp_path / "key.pem"


@pytest.fixture
def key(file):
    return made_key(file)


def signing(world, trust, file, form="legacy", clock: Clock | None = None):
    agent = {"signing_key": str(file), "signature_agent": AGENT, "signature_form": form}
    return rig(world, tls=trust.client, agent=agent, clock=clock)


def received(world):
    """Every request with its URL, in the order they came."""
    return [
        (f"https://{host}{target}", fields)
        for (host, _, target), fields in zip(world.asked, world.headers, strict=True)
    ]


@pytest.mark.parametrize(
    ("form", "member", "covered"),
    [
        ("legacy", f'"{AGENT}"', '"signature-agent"'),
        ("dictionary", f'sig1="{AGENT}"', '"signature-agent";key="sig1"'),
    ],
)
async def test_a_page_and_its_robots_txt_are_signed(world, trust, file, key, form, member, covered):
    async with signing(world, trust, file, form) as net:
        await net.get("https://a.test/")
    assert world.targets("a.test") == ["/robots.txt", "/"]
    for url, fields in received(world):
        result = verified(key, url, fields)
        assert fields["signature-agent"] == member
        assert result.covered_components['"@authority"'] == "a.test"
        assert result.covered_components[covered] == f'"{AGENT}"'
        told = result.parameters
        assert (told["keyid"], told["tag"]) == (key.keyid, "web-bot-auth")
        assert int(told["expires"]) - int(told["created"]) == 60


async def test_every_hop_has_a_signature_of_its_own(world, trust, file, key):
    async with signing(world, trust, file) as net:
        await net.get("https://a.test/there")
    hops = received(world)
    assert [url for url, _ in hops] == [
        "https://a.test/robots.txt",
        "https://a.test/there",
        "https://b.test/robots.txt",
        "https://b.test/",
    ]
    assert len({verified(key, url, fields).nonce for url, fields in hops}) == 4
    with pytest.raises(InvalidSignature):
        verified(key, "https://b.test/", hops[1][1])


async def test_a_signature_is_bound_to_what_it_covers(world, trust, file, key, tmp_path):
    async with signing(world, trust, file) as net:
        await net.get("https://a.test/")
    url, fields = received(world)[-1]
    changed = {**fields, "signature-agent": '"https://other.example"'}
    later = {
        **fields,
        "signature-input": fields["signature-input"].replace("expires=", "expires=9"),
    }
    for there, sent in ((url, changed), ("https://other.test/", fields), (url, later)):
        with pytest.raises(InvalidSignature):
            verified(key, there, sent)
    stranger = made_key(tmp_path / "other.pem")
    with pytest.raises(InvalidSignature):
        verified(stranger, url, fields)
    verified(key, url, fields)


async def test_a_signature_is_worth_nothing_after_a_minute(world, trust, file, key):
    an_hour_ago = ManualClock(SystemClock().now() - 3600)
    async with signing(world, trust, file, clock=an_hour_ago) as net:
        await net.get("https://a.test/")
    url, fields = received(world)[-1]
    with pytest.raises(InvalidSignature, match="in the past"):
        verified(key, url, fields)


@pytest.mark.parametrize("port", [None, 8443])
async def test_the_authority_is_that_of_the_host_field(trust, file, key, port):
    with World(trust.server) as world:
        world.page("a.test", "/", "<p>Words.")
        host = "a.test" if port is None else f"a.test:{port}"
        agent = {"signing_key": str(file), "signature_agent": AGENT}
        async with rig(
            world, tls=trust.client, agent=agent, egress={"ports": [443, port or 443]}
        ) as net:
            await net.get(f"https://A.Test{'' if port is None else f':{port}'}/")
        fields = world.headers[-1]
        assert fields["host"] == host
        assert verified(key, f"https://{host}/", fields)


async def test_over_plain_http_the_signature_is_of_no_use_elsewhere(file, key):
    """`@authority` is the same for both schemes: whoever reads the wire could use it over TLS."""
    with World() as world:
        world.page("a.test", "/one?two", "<p>Words.")
        agent = {"signing_key": str(file), "signature_agent": AGENT}
        async with rig(world, agent=agent) as net:
            await net.get("http://a.test/one?two")
        fields = world.headers[-1]
    result = verified(key, "http://a.test/one?two", fields)
    assert result.covered_components['"@target-uri"'] == "http://a.test/one?two"
    for elsewhere in ("https://a.test/one?two", "http://a.test/one", "http://b.test/one?two"):
        with pytest.raises(InvalidSignature):
            verified(key, elsewhere, fields)


def noted(fields, signed):
    """What a signer does, with each Signature-Input it makes kept in *signed*."""

    def note(url, target):
        made = fields(url, target)
        signed.append(made["Signature-Input"])
        return made

    return note


async def test_a_request_that_is_sent_once_more_is_signed_anew(file, key, monkeypatch):
    """A kept connection that turns out to be closed: the first request may have been read."""
    signed: list[str] = []
    with World() as world:
        body = b"<p>Words."
        once = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(
            body
        )

        def hang_up_on_the_second(connection):
            connection.sendall(once + body)
            connection.recv(65536)

        world.raw("a.test", "/", hang_up_on_the_second)
        world.page("a.test", "/robots.txt", "")
        agent = {"signing_key": str(file), "signature_agent": AGENT}
        async with rig(world, agent=agent) as net:
            signer = net.net.hop._sender._signer
            assert signer is not None
            monkeypatch.setattr(signer, "fields", noted(signer.fields, signed))
            await net.get("http://a.test/")
            await net.get("http://a.test/")
    pages = [fields for url, fields in received(world) if url.endswith("test/")]
    assert len(pages) == 2
    assert len(set(signed)) == len(signed) == 4
    assert pages[-1]["signature-input"] == signed[-1]
    verified(key, "http://a.test/", pages[-1])


async def test_without_a_key_nothing_is_signed(world, trust):
    async with rig(world, tls=trust.client) as net:
        await net.get("https://a.test/")
    assert all(not name.startswith("signature") for fields in world.headers for name in fields)


def test_a_signature_names_its_algorithm_and_a_nonce_of_64_octets(key):
    made = Signer(key, AGENT, "legacy", ManualClock()).fields(Url.parse("https://a.test/"), "/")
    ((label, terms),) = parse_terms(made["Signature-Input"]).items()
    told = dict(terms.parameters)
    assert (label, told["alg"], len(str(told["nonce"]))) == ("sig1", "ed25519", 88)
