import json
import socket
import threading
from pathlib import Path

import anyio
import pytest

from browser.errors import BrowserError, FetchFailed, Refused
from browser.model.reason import Reason
from browser.net.lookup import SystemLookup
from browser.net.resolver import Endpoint, Resolver
from browser.rules.own_hosts import HostMap

PUBLIC = "93.184.215.14"
VECTORS = Path(__file__).parents[2].parent / "shared" / "data" / "ssrf_vectors.json"


class Answers:
    """A name server with a list of answers, given one after the other; the last one stays."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def __call__(self, name, port):
        self.asked.append((name, port))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def resolver(*answers, **hosts):
    lookup = Answers(*answers)
    return Resolver(HostMap.parse(hosts), lookup=lookup), lookup


async def test_a_public_name_is_asked_with_a_final_dot():
    plain, lookup = resolver([PUBLIC])
    assert await plain.resolve("www.example.com", 443) == Endpoint((PUBLIC,), 443, own=False)
    await plain.resolve("www.example.com.", 80)
    assert lookup.asked == [("www.example.com.", 443), ("www.example.com.", 80)]


async def test_ipv4_comes_first_and_the_order_is_kept_otherwise():
    answer = ["2606:4700::2", "1.1.1.2", "2606:4700::1", "1.1.1.1", "1.1.1.2"]
    plain, _ = resolver(answer)
    found = await plain.resolve("www.example.com", 80)
    assert found.addresses == ("1.1.1.2", "1.1.1.1", "2606:4700::2", "2606:4700::1")


async def test_at_most_sixteen_addresses_are_considered():
    plain, _ = resolver([f"1.1.1.{n}" for n in range(40)])
    found = await plain.resolve("www.example.com", 80)
    assert found.addresses == tuple(f"1.1.1.{n}" for n in range(16))


@pytest.mark.parametrize("bad", ["127.0.0.1", "10.0.0.1", "::1", "fe80::1%eth0", "garbage"])
async def test_one_private_address_among_public_ones_refuses_the_name(bad):
    for answer in ([bad], [PUBLIC, bad], [bad, PUBLIC]):
        plain, _ = resolver(answer)
        with pytest.raises(Refused) as error:
            await plain.resolve("www.example.com", 80)
        assert error.value.reason is Reason.ADDRESS_REFUSED
        assert bad not in str(error.value)


async def test_a_name_that_changes_its_answer_is_judged_again_each_time():
    plain, _ = resolver([PUBLIC], ["127.0.0.1"], [PUBLIC])
    assert (await plain.resolve("rebind.example.com", 80)).addresses == (PUBLIC,)
    with pytest.raises(Refused):
        await plain.resolve("rebind.example.com", 80)
    assert (await plain.resolve("rebind.example.com", 80)).addresses == (PUBLIC,)


async def test_a_literal_address_is_judged_without_any_lookup():
    plain, lookup = resolver(OSError("asked"))
    assert (await plain.resolve("8.8.8.8", 80)).addresses == ("8.8.8.8",)
    assert (await plain.resolve("[2606:4700::1]", 443)).addresses == ("2606:4700::1",)
    for host in ("127.0.0.1", "[::1]", "169.254.169.254", "[::ffff:7f00:1]"):
        with pytest.raises(Refused):
            await plain.resolve(host, 80)
    assert lookup.asked == []


async def test_an_own_host_is_dialled_where_the_operator_says():
    hosts = {"docs.corp": "10.1.2.3:8080", "*.test": "127.0.0.1", "v6.corp": "[fd00::1]:81"}
    plain, lookup = resolver(OSError("asked"), **hosts)
    assert await plain.resolve("docs.corp", 443) == Endpoint(("10.1.2.3",), 8080, own=True)
    assert await plain.resolve("a.test", 443) == Endpoint(("127.0.0.1",), 443, own=True)
    assert await plain.resolve("v6.corp", 443) == Endpoint(("fd00::1",), 81, own=True)
    assert lookup.asked == []


async def test_an_own_host_mapped_to_a_name_is_asked_as_written_and_not_judged():
    plain, lookup = resolver(["fd00::1", "10.0.0.1"], **{"docs.corp": "backend:8080"})
    endpoint = await plain.resolve("docs.corp", 443)
    assert endpoint == Endpoint(("10.0.0.1", "fd00::1"), 8080, own=True)
    assert lookup.asked == [("backend", 8080)]


async def test_the_failure_of_an_own_host_does_not_tell_what_it_is_mapped_to():
    plain, _ = resolver(socket.gaierror(-2, "secret"), **{"docs.corp": "backend:8080"})
    with pytest.raises(FetchFailed) as error:
        await plain.resolve("docs.corp", 443)
    assert "docs.corp" in error.value.sentence
    assert "backend" not in error.value.sentence


@pytest.mark.parametrize(
    "answer", [socket.gaierror(-2, "Name or service not known"), OSError(5, "x"), []]
)
async def test_a_name_without_an_address_is_a_dns_failure_that_names_it(answer):
    plain, _ = resolver(answer)
    with pytest.raises(FetchFailed) as error:
        await plain.resolve("nowhere.example.com", 80)
    assert error.value.reason is Reason.DNS_FAILED
    assert "The name nowhere.example.com does not resolve" in error.value.sentence


async def test_a_long_name_is_cut_in_the_sentence():
    plain, _ = resolver([])
    with pytest.raises(FetchFailed) as error:
        await plain.resolve("x" * 5000, 80)
    assert "x" * 253 in error.value.sentence
    assert "x" * 254 not in error.value.sentence


async def test_a_lookup_that_takes_too_long_is_given_up():
    async def never(_name, _port):
        await anyio.sleep_forever()

    with pytest.raises(FetchFailed) as error:
        await Resolver(HostMap(), timeout=0.01, lookup=never).resolve("slow.example.com", 80)
    assert error.value.reason is Reason.DNS_FAILED
    assert "slow.example.com" in error.value.sentence


@pytest.mark.skipif(not VECTORS.exists(), reason="the shared SSRF vectors are not here")
async def test_every_shared_answer_of_a_name_server_gets_the_verdict_it_must():
    vectors = [v for v in json.loads(VECTORS.read_text()) if v["layer"] == "address"]
    wrong = []
    for vector in vectors:
        plain, _ = resolver(vector["dns"])
        try:
            await plain.resolve("name.example.com", 80)
            verdict = "allow"
        except BrowserError:
            verdict = "refuse"
        if verdict != vector["must"]:
            wrong.append((vector["dns"], vector["why"]))
    assert len(vectors) > 40
    assert wrong == []


# The operating system's resolver


async def test_the_system_finds_its_own_loopback_for_a_mapped_name():
    plain = Resolver(HostMap.parse({"*.test": "localhost:8080"}))
    endpoint = await plain.resolve("a.test", 80)
    assert set(endpoint.addresses) <= {"127.0.0.1", "::1"}
    assert endpoint.addresses
    assert endpoint.own


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "017700000001", "0"])
async def test_the_final_dot_keeps_the_c_library_from_reading_old_spellings_of_addresses(host):
    assert (await SystemLookup()(host, 80))[0] in {"127.0.0.1", "0.0.0.0"}
    with pytest.raises(BrowserError) as error:
        await Resolver(HostMap()).resolve(host, 80)
    assert error.value.reason is Reason.DNS_FAILED


async def test_a_name_that_is_not_ascii_is_a_dns_failure_and_not_a_crash():
    with pytest.raises(FetchFailed) as error:
        await Resolver(HostMap()).resolve("bücher.example.com", 80)
    assert error.value.reason is Reason.DNS_FAILED


async def test_lookups_that_were_given_up_still_count_against_the_bound(monkeypatch):
    """A name server that does not answer must not cost one more thread for each name."""
    asked, go = [], threading.Event()
    both_in = threading.Barrier(3, timeout=10)

    def hang(name, _port, **_options):
        asked.append(name)
        if name.startswith(b"hang"):
            both_in.wait()
            assert go.wait(10)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, 80))]

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    lookup = SystemLookup(threads=2)
    patient = Resolver(HostMap(), timeout=30, lookup=lookup)
    hasty = Resolver(HostMap(), timeout=0.05, lookup=lookup)
    async with anyio.create_task_group() as group:
        group.start_soon(patient.resolve, "hang1.example.com", 80)
        group.start_soon(patient.resolve, "hang2.example.com", 80)
        await anyio.to_thread.run_sync(both_in.wait)
        group.cancel_scope.cancel()
    with pytest.raises(FetchFailed):
        await hasty.resolve("third.example.com", 80)
    assert sorted(asked) == [b"hang1.example.com.", b"hang2.example.com."]

    go.set()
    assert (await patient.resolve("fourth.example.com", 80)).addresses == (PUBLIC,)
    assert b"third.example.com." not in asked
