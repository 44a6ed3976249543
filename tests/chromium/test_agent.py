"""The page for owners of sites, beside its plain text."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.chromium.watched import watching
from tests.service.living import serving
from tests.world import World


@pytest.fixture(scope="module")
def service() -> Iterator[httpx.Client]:
    with (
        World() as world,
        serving(
            world,
            agent={"contact": "owner@example.com", "also_obey": ["GPTBot"]},
            egress={"prefixes": ["192.0.2.0/28", "2001:db8::/48"], "hosts": world.egress_hosts},
        ) as client,
    ):
        yield client


def test_the_page_keeps_nobody_out(chromium: Browser, service: httpx.Client):
    with watching(chromium, str(service.base_url)) as watched:
        watched.visit("/agent")
        expect(watched.tab.locator("h1")).to_have_text("For site owners")
        watched.is_accessible_everywhere("agent")
        watched.is_clean()


def test_the_page_says_every_word_of_the_plain_text(chromium: Browser, service: httpx.Client):
    text = service.get("/agent").text
    with watching(chromium, str(service.base_url)) as watched:
        watched.visit("/agent")
        page = set(watched.tab.locator("main").inner_text().split())
    assert [word for word in text.split() if word not in page] == []


def test_the_rule_that_keeps_it_out_is_copied_with_one_click(
    chromium: Browser, service: httpx.Client
):
    grants = ["clipboard-read", "clipboard-write"]
    with watching(chromium, str(service.base_url), permissions=grants) as watched:
        watched.visit("/agent")
        rule = watched.tab.locator(".copied", has_text="Disallow")
        rule.get_by_role("button").click()
        expect(rule.get_by_role("button")).to_have_text("Copied")
        expect(watched.tab.get_by_role("status")).to_have_text("Copied")
        copied = watched.tab.evaluate("navigator.clipboard.readText()")
        assert copied == "User-agent: ChatGPT-User\nDisallow: /"
        watched.is_clean()


def test_its_links_lead_to_the_ranges_and_to_the_contact(chromium: Browser, service: httpx.Client):
    with watching(chromium, str(service.base_url)) as watched:
        watched.visit("/agent")
        links = watched.tab.locator("main a").evaluate_all(
            "all => all.map((a) => a.getAttribute('href'))"
        )
        assert links == ["/.well-known/egress-ranges.json", "mailto:owner@example.com"]
        expect(watched.tab.locator("main")).to_contain_text("2001:db8::/48")
        watched.is_clean()
