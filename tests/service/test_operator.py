"""What an operator sees and does while the service works, over real sockets."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from tests.service.held import Held
from tests.service.living import Talk, serving
from tests.service.stream import Reader
from tests.until import PATIENCE, until
from tests.world import World

TOKEN = "an-operator-of-this-service"


class Desk:
    """An operator at work."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = httpx.Client(
            base_url=client.base_url,
            headers={"Authorization": f"Bearer {TOKEN}", "X-Operator": "kim@desk"},
            timeout=PATIENCE,
            trust_env=False,
        )

    def ask(self, path: str, method: str = "GET", **given: Any) -> Any:
        response = self.client.request(method, f"/operator/{path}", **given)
        assert response.status_code == 200, response.text
        assert response.headers["cache-control"] == "no-store"
        return response.json()

    def host(self, host: str) -> Any:
        return self.ask(f"hosts/{host}")

    def put(self, host: str, **order: Any) -> Any:
        return self.ask(f"hosts/{host}", "PUT", json=order)

    def until(self, host: str, good: Callable[[Any], bool]) -> Any:
        """The host once it is as *good* says, as the list has it."""

        def found() -> list[Any]:
            listed = self.ask("hosts", params={"search": host})["hosts"]
            return [told for told in listed if told["host"] == host and good(told)]

        return until(found, f"{host} is not as it should be")[0]

    def refused(self, *hosts: str) -> list[Any]:
        """The newest refusals, once they are those of *hosts*, the newest first."""

        def newest() -> list[Any]:
            told: list[Any] = self.ask("refusals", params={"limit": len(hosts)})["refusals"]
            return told if [each["host"] for each in told] == [*hosts] else []

        return until(newest, f"{hosts} were not refused")

    def rungs(self, url: str) -> dict[str, Any]:
        told = self.ask("check", params={"url": url})
        assert told["allowed"] is all(rung["passed"] for rung in told["rungs"])
        return {"": told["allowed"], **{rung["name"]: rung for rung in told["rungs"]}}


@pytest.fixture(scope="module")
def service(world: World) -> Iterator[httpx.Client]:
    with serving(world, server={"operator_token": TOKEN}) as client:
        yield client


@pytest.fixture(scope="module")
def desk(service: httpx.Client) -> Iterator[Desk]:
    found = Desk(service)
    with found.client:
        yield found


@contextmanager
def asking(client: httpx.Client, gate: Held, *more: str) -> Iterator[list[Any]]:
    """While the page behind *gate* is being answered and *more* are asked for beside it."""
    with ThreadPoolExecutor(1 + len(more)) as pool:
        jobs = [pool.submit(Talk(client).do, "open_url", url=gate.url)]
        try:
            gate.is_asked()
            jobs += [pool.submit(Talk(client).do, "open_url", url=url) for url in more]
            yield jobs
        finally:
            gate.release.set()


def test_who_waits_and_what_is_under_way_is_shown_while_it_is(
    world: World, service: httpx.Client, desk: Desk
):
    gate = Held(world, "http://busy.test/gate")
    world.page("busy.test", "/next", "<p>Words.</p>")
    desk.put("busy.test", concurrency=1)
    with asking(service, gate, "http://busy.test/next"):
        told = desk.until("busy.test", lambda host: host["queue"]["waiting"] == 1)
        assert (told["state"], told["queue"]["under_way"]) == ("waiting", 1)
        assert desk.rungs("http://busy.test/x")["queue"]["says"] == "1 wait, 1 under way"
        totals = desk.ask("hosts")["totals"]
        assert totals["waiting"] >= 1
        assert totals["under_way"] >= 1
        assert totals["running"] >= 2
    told = desk.until("busy.test", lambda host: host["state"] == "idle")
    assert told["outcomes"] == {"ok": 2}
    assert (told["requests"], told["robots_requests"]) == (2, 1)
    assert told["octets"] > 0
    assert told["last"]


def test_a_wait_for_a_turn_is_shown_with_its_end(world: World, service: httpx.Client, desk: Desk):
    world.robots("slow.test", "User-agent: *\nCrawl-delay: 8\n")
    for target in ("/1", "/2"):
        world.page("slow.test", target, "<p>Words.</p>")
    Talk(service).open("http://slow.test/1")
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(Talk(service).do, "open_url", url="http://slow.test/2")
        told = desk.until("slow.test", lambda host: host["queue"]["waiting"] > 0)
        assert told["state"] == "waiting"
        assert 0 < told["queue"]["longest_s"] <= 8
        assert told["queue"]["longest_s"] <= told["next_turn_s"] <= 16  # the next one comes after
        (copy,) = told["robots"]
        assert (copy["authority"], copy["kind"]) == ("http://slow.test", "rules")
        assert copy["crawl_delay"] == 8
        assert copy["expires_s"] > 0
        desk.put("slow.test", blocked=True)
        assert not second.result(PATIENCE)["ok"]
    assert desk.host("slow.test")["state"] == "blocked"


def test_a_pause_that_a_site_asked_for_is_shown(world: World, service: httpx.Client, desk: Desk):
    world.reply("tired.test", "/", 429, "no", {"Retry-After": "600"})
    Talk(service).fails("host_backing_off", "open_url", url="http://tired.test/")
    told = desk.host("tired.test")
    assert told["state"] == "backing_off"
    pause = told["back_off"]
    assert (pause["status"], pause["strikes"]) == (429, 1)
    assert 0 < pause["seconds"] <= 600
    assert told["next_turn_s"] == pytest.approx(pause["seconds"], abs=1)
    rungs = desk.rungs("http://tired.test/other")
    assert not rungs["backing_off"]["passed"]
    assert rungs["backing_off"]["rule"] == "HTTP 429"
    assert not rungs["paced"]["passed"]
    assert world.targets("tired.test") == ["/robots.txt", "/"], "a check asked for a page"
    assert [each["host"] for each in desk.ask("hosts?state=backing_off")["hosts"]] == ["tired.test"]


def test_an_order_is_obeyed_told_and_taken_back(world: World, service: httpx.Client, desk: Desk):
    world.page("shut.test", "/", "<p>Words.</p>")
    told = desk.put("Shut.test.", blocked=True, note="asked us to go")
    assert told["host"] == "shut.test"
    assert told["state"] == "blocked"
    assert told["limits"]["blocked"] is True
    assert {key: told["limits"][key] for key in ("source", "by", "note")} == {
        "source": "operator",
        "by": "kim@desk",
        "note": "asked us to go",
    }
    failure = Talk(service).fails("host_blocked", "open_url", url="http://shut.test/")
    (refusal,) = desk.refused("shut.test")
    assert refusal["code"] == "host_blocked"
    assert refusal["rule"] == failure["rule"] == "operator: asked us to go"
    rungs = desk.rungs("http://shut.test/")
    assert rungs["blocked"]["rule"] == "operator: asked us to go"
    assert world.targets("shut.test") == []
    toml = desk.client.get("/operator/limits.toml")
    assert toml.headers["content-type"].startswith("text/plain")
    tables = tomllib.loads(toml.text)["limits"]["hosts"]
    assert tables["shut.test"] == {"blocked": True, "note": "asked us to go"}

    assert desk.ask("hosts/shut.test", "DELETE")["limits"]["source"] == "default"
    Talk(service).open("http://shut.test/")
    again = desk.client.delete("/operator/hosts/shut.test")
    assert (again.status_code, again.json()["title"]) == (404, "no such order")
    unset, order = desk.ask("audit?limit=2")["changes"]
    assert (order["action"], unset["action"]) == ("set", "unset")
    assert order["after"] == unset["before"]
    assert order["after"]["blocked"] is True
    assert order["before"] is unset["after"] is None
    assert (order["by"], order["host"], order["note"]) == (
        "kim@desk",
        "shut.test",
        "asked us to go",
    )


def test_every_refusal_names_its_rule(world: World, service: httpx.Client, desk: Desk):
    world.robots("ruled.test", "User-agent: *\nDisallow: /private\n")
    world.page("ruled.test", "/", "<p>Words.</p>")
    desk.put("scarce.test", rate=0.001, burst=2)
    world.page("scarce.test", "/", "<p>Words.</p>")
    Talk(service).open("http://scarce.test/")
    before = desk.ask("hosts")["totals"]
    Talk(service).fails("robots_disallowed", "open_url", url="http://ruled.test/private/a?b=secret")
    Talk(service).fails("rate_limited", "open_url", url="http://scarce.test/two")
    Talk(service).fails("address_refused", "open_url", url="http://10.1.2.3/")
    address, scarce, ruled = desk.refused("10.1.2.3", "scarce.test", "ruled.test")
    assert ruled["rule"] == "Disallow: /private"
    assert (scarce["code"], scarce["rule"]) == ("rate_limited", "limits.rate")
    assert scarce["retry_after"] > 10
    assert address["code"] == "address_refused"
    assert {each["purpose"] for each in (ruled, scarce, address)} == {"page"}
    assert "secret" not in str((ruled, scarce, address))

    def counted() -> Any:
        totals = desk.ask("hosts")["totals"]
        return totals if totals["failures"] >= before["failures"] + 3 else None

    after = until(counted)
    assert after["requests"] == before["requests"]
    assert after["sessions"] >= before["sessions"] + 3
    assert after["since"] == before["since"]


def test_each_rung_of_a_check_answers(world: World, desk: Desk):
    world.robots("checked.test", "User-agent: *\nDisallow: /private\nCrawl-delay: 2\n")
    good = desk.rungs("http://checked.test/open")
    assert good[""] is True
    assert list(good) == [
        "", "url", "blocked", "allowed", "robots", "limits", "backing_off", "queue", "paced",
    ]  # fmt: skip
    assert world.targets("checked.test") == ["/robots.txt"]
    assert "asked for just now" in good["robots"]["says"]
    bad = desk.rungs("http://checked.test/private/x")
    assert bad[""] is False
    assert (bad["robots"]["passed"], bad["robots"]["rule"]) == (False, "Disallow: /private")
    assert "kept" in bad["robots"]["says"]
    assert world.targets("checked.test") == ["/robots.txt"], "the copy that is kept was not used"
    desk.put("checked.test", rate=0.25, note="small machine")
    limits = desk.rungs("http://checked.test/open")["limits"]
    assert limits["rule"] == "operator: small machine"
    assert "0.25 requests a second" in limits["says"]
    assert "kim@desk" in limits["says"]
    inside = desk.rungs("http://127.0.0.1/")
    assert "address_refused" in inside["allowed"]["says"]
    assert "robots" not in inside
    assert desk.rungs("not a url")["url"]["passed"] is False
    assert desk.host("checked.test")["requests"] == 0


def test_the_list_is_searched_put_in_order_and_cut(world: World, service: httpx.Client, desk: Desk):
    for number in range(4):
        for target in range(number + 1):
            world.page(f"n{number}.listed.test", f"/{target}", "<p>Words.</p>")
            Talk(service).open(f"http://n{number}.listed.test/{target}")
    desk.put("bücher.listed.test", note="never asked")

    def names(**query: Any) -> list[str]:
        told = desk.ask("hosts", params={"search": "LISTED.test", **query})
        assert told["found"] == 5
        return [host["host"] for host in told["hosts"]]

    listed = [f"n{number}.listed.test" for number in range(4)]
    book = "xn--bcher-kva.listed.test"
    assert names(sort="host") == [*listed, book]
    assert names(sort="requests") == [*reversed(listed), book]
    assert names(sort="requests", offset=1, limit=2) == ["n2.listed.test", "n1.listed.test"]
    assert names(sort="last")[0] == "n3.listed.test"
    assert names(limit=0) == []
    found = desk.ask("hosts", params={"search": "bücher.listed.test"})
    assert [host["host"] for host in found["hosts"]] == [book]


def test_what_happens_is_sent_as_it_happens(world: World, service: httpx.Client, desk: Desk):
    world.robots("live.test", "User-agent: *\nDisallow: /private\n")
    world.page("live.test", "/", "<p>Words.</p>")
    with Reader(desk.client, "/operator/events") as reader:
        assert reader.response is not None
        assert reader.response.headers["content-type"].startswith("text/event-stream")
        first = reader.next()
        assert first.event == "totals"
        Talk(service).open("http://live.test/")
        Talk(service).fails("robots_disallowed", "open_url", url="http://live.test/private")
        desk.put("live.test", rate=0.5)
        seen: dict[str, Any] = {}
        told: list[Any] = []
        while not {"totals", "hosts", "refusal", "change"} <= seen.keys() or not told:
            event = reader.next()
            seen[event.event] = event.data
            if event.event == "hosts":
                told = [
                    host
                    for host in event.data
                    if host["host"] == "live.test" and host["limits"]["rate"] == 0.5
                ]
    assert seen["refusal"]["rule"] == "Disallow: /private"
    assert (seen["change"]["by"], seen["change"]["host"]) == ("kim@desk", "live.test")
    assert seen["totals"]["requests"] > first.data["requests"]
    now = desk.host("live.test")
    assert now.keys() == told[0].keys()
    for same in ("state", "limits", "requests", "outcomes", "last"):
        assert told[0][same] == now[same]


def test_the_stream_ends_when_the_service_stops(world: World):
    with ExitStack() as beyond:  # the reader outlives the service
        with serving(world, server={"operator_token": TOKEN}) as client:
            desk = Desk(client)
            beyond.enter_context(desk.client)
            reader = beyond.enter_context(Reader(desk.client, "/operator/events"))
            assert reader.next().event == "totals"
        reader.rest()


def test_two_replicas_are_seen_as_one(world: World, valkey: Any):
    store = {"url": valkey.url}
    server = {"operator_token": TOKEN}
    for number in range(3):
        world.page("both.test", f"/{number}", "<p>Words.</p>")
    with (
        serving(world, server=server, store=store) as one,
        serving(world, server=server, store=store) as other,
    ):
        Talk(one).open("http://both.test/0")
        Talk(one).open("http://both.test/1")
        Talk(other).open("http://both.test/2")
        Talk(other).fails("address_refused", "open_url", url="http://10.1.1.1/")
        desk = Desk(one)
        with desk.client:
            told = desk.until("both.test", lambda host: host["requests"] == 3)
            assert told["outcomes"] == {"ok": 3}
            assert told["robots_requests"] == 1, "robots.txt was asked for twice"
            whole = desk.ask("hosts")
            assert whole["replicas"] == 2
            assert whole["totals"]["requests"] == 3
            assert whole["totals"]["sessions"] == 4
            desk.refused("10.1.1.1")
            gate = Held(world, "http://both.test/gate")
            with asking(other, gate):
                away = desk.until("both.test", lambda host: host["queue"]["under_way"] == 1)
                assert away["state"] == "under_way"
