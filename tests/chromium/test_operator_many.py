"""The operator's page with a thousand hosts, and when the service goes away for a while."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import httpx
import pytest
from playwright.sync_api import Browser, expect

from browser.api.operator.hosts import MOST as HOSTS_LISTED
from browser.compose_core import Core
from browser.model.fetch import FetchRecord
from tests.chromium.desk import AS_OPERATOR, Desk, ask, desk, operated
from tests.service.living import Talk
from tests.service.stream import Reader
from tests.world import World

MANY = 1000
MOST = 5000  # hosts, where no page is drawn
ROWS = 100  # in the document, at most
ELEMENTS = 2500  # likewise
STYLE = "document.querySelector('#rows td').computedStyleMap().get('font-style').toString()"


def fill(core: Core, many: int = MANY) -> None:
    """Let the service have fetched a page of each host."""
    now = core.clock.now()
    for number in range(many):
        host = f"host-{number:04}.example"
        url = f"https://{host}/"
        outcome = "timeout" if number % 10 == 0 else "ok"
        core.net.view.sights(
            FetchRecord(host, url, url, outcome, octets=1000, at=now - 1 - number, asked=(host,))
        )


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        origin.reply("busy.test", "/", 429, headers={"Retry-After": "40000"})
        origin.page("fine.test", "/", "<p>Words.</p>")
        yield origin


@pytest.fixture(scope="module")
def service(world: World) -> Iterator[httpx.Client]:
    with operated(world, before=fill) as client:
        yield client


@pytest.fixture
def page(chromium: Browser, service: httpx.Client) -> Iterator[Desk]:
    with desk(chromium, service.base_url) as found:
        yield found
        found.watched.is_clean()


def is_bounded(page: Desk) -> None:
    """The document is of a size that does not depend on how many hosts there are."""
    assert 0 < page.tab.locator("#rows tr").count() <= ROWS
    assert page.tab.evaluate("document.querySelectorAll('*').length") < ELEMENTS


def names(page: Desk) -> list[str]:
    return page.tab.locator("#rows th").all_inner_texts()


def test_a_thousand_hosts_are_searched_filtered_and_turned_over(page: Desk):
    expect(page.tab.locator("#which")).to_have_text("1 to 50 of 1,000")
    is_bounded(page)
    first = names(page)
    page.tab.click("#after")
    expect(page.tab.locator("#which")).to_have_text("51 to 100 of 1,000")
    assert not set(first) & set(names(page))
    is_bounded(page)
    page.tab.select_option("#sort", "failures")
    expect(page.tab.locator("#which")).to_have_text("1 to 50 of 1,000")
    assert all(name.removesuffix(".example").endswith("0") for name in names(page))
    page.find("HOST-04")
    expect(page.tab.locator("#which")).to_have_text("1 to 50 of 100")
    page.find("host-0499")
    expect(page.tab.locator("#rows tr")).to_have_count(1)
    expect(page.tab.locator("#said")).to_have_text("1 host found.")
    page.tab.get_by_text("Blocked", exact=True).first.click()
    expect(page.tab.locator("#none")).to_have_text("No host is like that.")


def test_what_five_thousand_hosts_bring_is_bounded(world: World):
    with operated(world, before=partial(fill, many=MOST)) as client:
        told = ask(client, "GET", f"hosts?limit={HOSTS_LISTED}")
        assert (told["found"], len(told["hosts"])) == (MOST, HOSTS_LISTED)
        client.headers.update(AS_OPERATOR)
        with Reader(client, "/operator/events") as reader:
            assert reader.next().data["hosts"] == MOST


def test_news_reaches_the_list_and_no_row_moves_under_the_pointer_or_loses_the_focus(
    page: Desk, service: httpx.Client
):
    pointed = page.tab.locator("#rows tr").nth(3)
    pointed.hover()
    before = names(page)
    Talk(service).fails("host_backing_off", "open_url", url="http://busy.test/")
    ask(service, "PUT", f"hosts/{before[3]}", json={"blocked": True, "note": "a while"})
    expect(pointed.locator(".state")).to_have_text("Blocked")
    expect(page.tab.locator("#again")).to_be_visible()
    assert names(page) == before
    page.tab.mouse.move(0, 0)
    expect(page.tab.locator("#rows tr").nth(1)).to_contain_text("busy.test")
    assert names(page)[0] == before[3]
    expect(page.tab.locator("#totals [data-key=blocked] dd")).to_have_text("1")
    is_bounded(page)
    button = page.row("busy.test").get_by_role("button")
    button.focus()
    page.tab.evaluate("focused = document.activeElement")
    ask(service, "PUT", "hosts/busy.test", json={"rate": 0.25})
    expect(page.row("busy.test")).to_contain_text("every 4 s")
    expect(button).to_be_focused()
    assert page.tab.evaluate("document.activeElement === focused")


def test_the_page_says_that_it_is_out_of_date_and_catches_up(chromium: Browser, world: World):
    with ExitStack() as beyond:  # the page and the port outlive the service
        kept = beyond.enter_context(socket.socket())
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        server = {"port": kept.getsockname()[1]}
        with operated(world, server=server) as client:
            Talk(client).open("http://fine.test/")
            page = beyond.enter_context(desk(chromium, client.base_url))
            page.choose("fine.test")
        is_out_of_date(page)
        with operated(world, server=server) as client:
            Talk(client).fails("host_backing_off", "open_url", url="http://busy.test/")
            expect(page.tab.locator("#live")).to_have_text("Live", timeout=60_000)
            expect(page.row("busy.test").locator(".state")).to_have_text("Backing off")
            assert page.tab.evaluate(STYLE) == "normal"
            page.watched.is_clean(failed_loads=True)


def is_out_of_date(page: Desk) -> None:
    """The page says so, and that nothing can be saved."""
    live = page.tab.locator("#live")
    expect(live).to_contain_text("Reconnecting…")
    expect(page.tab.locator("#said")).to_contain_text("may be out of date")
    assert page.tab.evaluate(STYLE) == "italic"
    page.tab.locator("#pace").press("Home")
    expect(page.tab.locator("#saved")).to_contain_text("Not saved: the service does not answer.")
    expect(page.tab.locator("#pace-words")).to_have_text("1,000 requests a second")
    page.watched.is_accessible("out of date")
