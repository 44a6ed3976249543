from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families

from browser.telemetry.metrics import OTHER, OUTCOMES
from tests.service.living import Talk
from tests.world import World


def samples(service: httpx.Client) -> dict[tuple[str, str], float]:
    response = service.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, sample.labels.get("outcome", "")): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
        if "le" not in sample.labels
    }


def test_a_living_process_says_so(service: httpx.Client):
    response = service.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")


def test_a_ready_service_names_its_parts(service: httpx.Client):
    Talk(service).open("http://library.test/apples")  # the workers are warm by then
    response = service.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "checks": {"service": "ready", "store": "ready", "workers": "ready"},
    }


def test_fetches_are_counted_by_their_outcome(world: World, service: httpx.Client):
    world.robots("count.test", "User-agent: *\nDisallow: /no\n")
    world.page("count.test", "/", "<p>Words.</p>")
    talk = Talk(service)
    before = samples(service)
    talk.open("http://count.test/")
    talk.do("open_url", url="http://count.test/no")
    talk.do("open_url", url="http://count.test/missing")
    after = samples(service)

    def more(name: str, outcome: str = "") -> float:
        return after.get((name, outcome), 0) - before.get((name, outcome), 0)

    fetches = "polite_browser_fetches_total"
    assert (more(fetches, "ok"), more(fetches, "robots_disallowed")) == (1, 1)
    assert more(fetches, "http_status") == 1
    assert more("polite_browser_fetch_seconds_count") == 3
    assert more("polite_browser_octets_total") > 0
    assert after["polite_browser_methods_refused_total", ""] == 0


def test_no_label_holds_a_host_or_an_address(service: httpx.Client):
    Talk(service).open("http://library.test/apples")
    text = service.get("/metrics").text
    assert "library.test" not in text
    known = {*OUTCOMES, OTHER}
    outcomes = {outcome for name, outcome in samples(service) if outcome}
    assert outcomes <= known
