"""The guard as a model meets it: every URL through open_url, names under the test's control."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from browser.compose import build
from browser.rules.target import PRIVATE_SUFFIXES
from browser.settings import Settings
from tests.net.rig import PUBLIC, Internet
from tests.service.living import Talk, serving
from tests.world import World

GUARD = {"bad_url", "address_refused", "scheme_refused", "port_refused", "bad_response"}
VECTORS = Path(__file__).parents[2].parent / "shared" / "data" / "ssrf_vectors.json"
ADDRESS = re.compile(r"[0-9]+(?:\.[0-9]+){3}|[0-9a-f:]*:[0-9a-f]*:[0-9a-f:.]*", re.IGNORECASE)


class Everywhere(Internet):
    """Every public address is the world; anything else that is dialled is a hole in the guard."""

    def __init__(self, world: World) -> None:
        super().__init__({})
        self._port = world.port

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> Any:
        self.routes = {host: self._port} if port == 80 else {}
        return await super().connect_tcp(host, port, *args, **options)


class Answers:
    """A name server: what a test says of a name, else what it says of any."""

    def __init__(self) -> None:
        self.answers: dict[str, list[str]] = {}
        self.looked_up: list[str] = []

    async def __call__(self, name: str, _port: int) -> list[str]:
        self.looked_up.append(name)
        found = self.answers.get(name, self.answers["any"])
        if not found:
            raise OSError("no such name")
        return found


class Site:
    """The service, what names lead to, and what came of asking for a URL."""

    def __init__(
        self, world: World, client: httpx.Client, internet: Everywhere, names: Answers
    ) -> None:
        self.world = world
        self.client = client
        self.internet = internet
        self.names = names.answers
        self.looked_up = names.looked_up

    def open(self, url: str, answer: list[str]) -> str:
        """The code *url* ends in, or ``ok``; nothing may be dialled that the guard refuses."""
        self.names["any"] = answer
        self.looked_up.clear()
        dialled = len(self.internet.dialled)
        reply = Talk(self.client).do("open_url", url=url)
        code: str = reply["failure"]["code"] if reply["failure"] else "ok"
        if code in GUARD:
            assert len(self.internet.dialled) == dialled, url
        said = json.dumps(reply["failure"]) if reply["failure"] else ""
        written = {*addresses_in(url)}
        leaked = {*map(canonical, answer)} & addresses_in(said) - written
        assert not leaked, (url, said)
        return code


def canonical(address: str) -> str:
    try:
        return str(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return address


def addresses_in(text: str) -> set[str]:
    return {canonical(found) for found in ADDRESS.findall(text)}


@contextmanager
def guarded(world: World, patch: pytest.MonkeyPatch) -> Iterator[Site]:
    internet = Everywhere(world)
    patch.setattr("browser.net.dial.httpcore.AnyIOBackend", lambda: internet)
    names = Answers()

    def make(settings: Settings) -> FastAPI:
        return build(settings, lookup=names)

    egress = {"hosts": {}, "deny": ["93.184.216.0/24", "2600:64::/96"]}
    with serving(world, make, egress=egress) as client:
        yield Site(world, client, internet, names)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with World() as world, pytest.MonkeyPatch.context() as patch:
        world.raw("www.example.com", "/robots.txt", b"HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n")
        with guarded(world, patch) as site:
            yield site


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared SSRF vectors are not here")
@pytest.mark.parametrize("layer", ["url", "port", "address"])
def test_every_shared_vector_through_the_service_gets_the_verdict_it_must(site: Site, layer: str):
    wrong, walked = [], 0
    for vector in json.loads(VECTORS.read_text()):
        if vector["layer"] != layer:
            continue
        walked += 1
        code = site.open(vector["url"], vector.get("dns", [PUBLIC]))
        early = layer == "address" or vector["must"] == "allow" or not site.looked_up
        refused = code in GUARD or (code == "dns_failed" and not vector.get("dns", [PUBLIC]))
        if refused != (vector["must"] == "refuse") or not early:
            wrong.append((vector["url"][:80], vector["why"], code))
    assert wrong == []
    assert walked > 30


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared SSRF vectors are not here")
def test_every_shared_redirect_through_the_service_gets_the_verdict_it_must(site: Site):
    wrong, walked = [], 0
    for vector in json.loads(VECTORS.read_text()):
        if vector["layer"] != "redirect":
            continue
        walked += 1
        target = f"/a/{walked}"
        head = f"HTTP/1.1 302 x\r\nContent-Length: 0\r\nLocation: {vector['url']}\r\n\r\n"
        site.world.raw("www.example.com", target, head.encode())
        site.names["www.example.com."] = [PUBLIC]
        before = len(site.internet.dialled)
        reply = Talk(site.client).do("open_url", url=f"http://www.example.com{target}")
        code = reply["failure"]["code"]
        if (code in GUARD) != (vector["must"] == "refuse"):
            wrong.append((vector["url"], code))
        new = {address for address, _ in site.internet.dialled[before:]}
        assert new <= {PUBLIC}, vector
    assert wrong == []
    assert walked == 13


BAD_ANSWERS = [
    ["0.0.0.0"], ["0.1.2.3"], ["10.255.255.255"], ["100.64.0.1"], ["127.255.255.254"],
    ["168.63.129.16"], ["169.254.169.254"], ["172.31.255.255"], ["192.0.0.192"], ["192.0.2.1"],
    ["192.88.99.1"], ["192.168.0.1"], ["198.19.255.255"], ["203.0.113.9"], ["224.0.0.1"],
    ["239.255.255.250"], ["240.0.0.1"], ["255.255.255.255"], ["::"], ["::1"], ["::8.8.8.8"],
    ["::ffff:127.0.0.1"], ["::ffff:0:8.8.8.8"], ["64:ff9b::8.8.8.8"], ["64:ff9b:1::8.8.8.8"],
    ["2002:808:808::1"], ["2001:0:808:808::1"], ["2001:2::1"], ["2001:db8::1"], ["3fff::1"],
    ["2a00:1450::5efe:808:808"], ["2a00:1450::200:5efe:808:808"], ["fc00::1"],
    ["fd00:ec2::254"], ["fe80::1"], ["fe80::1%eth0"], ["fec0::1"], ["ff02::1"], ["100::1"],
    ["4000::1"], ["5f00::1"], [PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], ["2a00:1450::1", "::1"],
    [PUBLIC] * 8 + ["127.0.0.1"], ["not an address"], ["93.184.216.34"], ["2600:64::a00:1"],
    ["::ffff:93.184.216.34"], [PUBLIC, "93.184.216.1"],
]  # fmt: skip


@pytest.mark.parametrize("answer", BAD_ANSWERS, ids=" ".join)
def test_a_name_that_leads_to_one_bad_address_is_refused_and_the_address_not_told(
    site: Site, answer: list[str]
):
    assert site.open("http://name.example.com/", answer) == "address_refused"
    assert site.looked_up == ["name.example.com."]


def test_a_bad_address_is_found_however_many_good_ones_stand_before_it(site: Site):
    many = [f"1.1.1.{n}" for n in range(200)]
    assert site.open("http://many.example.com/", [*many, "127.0.0.1"]) == "address_refused"
    assert site.open("http://many.example.com/", many) not in GUARD


@pytest.mark.parametrize(
    "url",
    [
        "http://0x7f.0.0.1/", "http://0177.0.0.0x1/", "http://127.0.1/", "http://4294967295/",
        "http://0/", "http://127.0.0.1./", "http://[::127.0.0.1]/", "http://[::ffff:7f00:1]/",
        "http://[::ffff:0:7f00:1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b:1::1]/",
        "http://[2002:7f00:1::]/", "http://[2a00::5efe:7f00:1]/", "http://[fec0::1]/",
        "http://[0:0:0:0:0:ffff:127.0.0.1]/", "http://१२७.0.0.1/", "http://①②⑦.⓪.⓪.①/",
        "http://127。0。0。1/", "http://localhost./", "http://LocalHost/", "http://a.localhost/",
        "http://service/", "http://kubernetes.default.svc/", "http://x.svc.cluster.local/",
        "http://93.184.216.34/", "http://[2600:64::a00:1]/", "http://[::ffff:5db8:d822]/",
    ],
)  # fmt: skip
def test_no_spelling_of_a_place_that_is_not_public_gets_through(site: Site, url: str):
    assert site.open(url, [PUBLIC]) in {"address_refused", "bad_url"}
    assert site.looked_up == []


@pytest.mark.parametrize("suffix", sorted(PRIVATE_SUFFIXES))
def test_no_private_name_is_looked_up(site: Site, suffix: str):
    for host in (suffix, f"a.{suffix}", f"a.b.{suffix}.", f"A.{suffix.upper()}"):
        assert site.open(f"http://{host}/", [PUBLIC]) == "address_refused"
        assert site.looked_up == []


def test_a_name_is_looked_up_with_a_final_dot_and_only_once(site: Site):
    site.open("http://dotted.example.com/", [PUBLIC])
    assert site.looked_up == ["dotted.example.com."]
