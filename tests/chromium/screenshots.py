"""The pictures of README: ``python -m tests.chromium.screenshots [FOLDER]``.

The demo's little web, the real service, a conversation typed into the console, and a few hosts for
an operator to look at; by default the pictures go to ``deploy/screenshots``.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from browser.demo import world
from tests.chromium.conftest import FLAGS
from tests.chromium.desk import TOKEN, ask, operated
from tests.service.living import Talk
from tests.world import World

FOLDER = Path(__file__).parents[2] / "deploy" / "screenshots"
PLAIN = ("--disable-lcd-text", "--disable-font-subpixel-positioning")  # smaller files
DESKTOP: ViewportSize = {"width": 1100, "height": 640}
PHONE: ViewportSize = {"width": 390, "height": 780}


def main(folder: Path) -> None:
    """Take every picture."""
    folder.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium")
    with world() as (address, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *PLAIN])
        tab = _tab(browser, DESKTOP, "light")
        _converse(tab, address)
        tab.screenshot(path=folder / "console.png")
        shared = tab.get_attribute("#share-link", "href")
        conversation = tab.url
        _take(browser, folder / "console-dark-phone.png", conversation, "dark", PHONE)
        _take(browser, folder / "agent.png", f"{address}/agent", "light", DESKTOP)
        if shared:
            _take(browser, folder / "sources.png", shared, "light", DESKTOP)
        with _hosts() as operators:
            _look_after(browser, folder / "operator.png", operators, DESKTOP)
            _look_after(browser, folder / "operator-phone.png", operators, PHONE)
        browser.close()
    for picture in sorted(folder.glob("*.png")):
        print(f"{picture.name}  {picture.stat().st_size:,} bytes")


def _tab(browser: Browser, size: ViewportSize, scheme: Any) -> Page:
    return browser.new_context(viewport=size, color_scheme=scheme, locale="en-GB").new_page()


def _take(browser: Browser, to: Path, url: str, scheme: str, size: ViewportSize) -> None:
    tab = _tab(browser, size, scheme)
    tab.goto(url)
    if "#" in url:  # a conversation that is asked for
        tab.wait_for_selector("#display:not([hidden])")
    tab.evaluate("document.fonts.ready")
    tab.screenshot(path=to)
    tab.context.close()


def _converse(tab: Page, address: str) -> None:
    tab.goto(address)
    _run(tab, "Who won best actress at the Oscars 2023?")
    _run(tab, "open http://www.harborledger.test/culture/2023/03/13/95th-academy-awards-winners")
    _run(tab, "find press kit")
    tab.click("#rows a[data-id]:has-text('press kit')")
    _rest(tab)
    _run(tab, "line 43")
    _run(tab, "quote 47")
    tab.mouse.move(0, 0)
    tab.evaluate("document.fonts.ready")


HOSTS = (
    "www.harborledger.test", "en.openlore.test", "reelarchive.test", "docs.pinewood.test",
    "weather.northpier.test", "maps.lighthouse.test", "library.test", "journal.saltmarsh.test",
)  # fmt: skip
SLOW, BUSY, BLOCKED = "tides.institute.test", "api.marketfair.test", "forum.quietbay.test"


@contextmanager
def _hosts() -> Iterator[str]:
    """A service that has been asked for pages of some hosts, one of which has a line."""
    slow = {"rate": 1 / 30, "burst": 3, "hourly": 300}
    limits = {"rate": 0.5, "burst": 300, "max_wait": 900, "hosts": {SLOW: slow}}
    with World() as web, operated(web, limits=limits) as client:
        for number, host in enumerate((*HOSTS, BLOCKED)):
            web.robots(host, "User-agent: *\nDisallow: /search\n")
            for page in range(3 + number):
                web.page(host, f"/{page}", f"<p>{'Words of a page. ' * 200}</p>")
                Talk(client).open(f"http://{host}/{page}")
        for page in range(6):
            web.page(SLOW, f"/{page}", "<p>High water at noon.</p>")
        web.reply(BUSY, "/", 429, headers={"Retry-After": "1800"})
        Talk(client).do("open_url", url=f"http://{HOSTS[1]}/search")
        Talk(client).do("open_url", url=f"http://{BUSY}/")
        who = {"X-Operator": "ada"}
        note = "They asked us by mail to stay away."
        ask(client, "PUT", f"hosts/{BLOCKED}", json={"blocked": True, "note": note}, headers=who)
        waiting = [
            threading.Thread(target=Talk(client).do, args=["open_url"], kwargs={"url": url})
            for url in (f"http://{SLOW}/{page}" for page in range(6))
        ]
        for thread in waiting:
            thread.start()
        yield str(client.base_url)
        ask(client, "PUT", f"hosts/{SLOW}", json={"rate": 100})
        for thread in waiting:
            thread.join()


def _look_after(browser: Browser, to: Path, address: str, size: ViewportSize) -> None:
    tab = _tab(browser, size, "light")
    tab.goto(f"{address}/operator")
    tab.fill("#token-name", "ada")
    tab.fill("#token-value", TOKEN)
    tab.press("#token-value", "Enter")
    row = tab.locator("#rows tr", has_text=SLOW)
    row.get_by_text("4 wait").wait_for()
    if size is DESKTOP:
        row.get_by_role("button").click()
        tab.locator("#pace").press("ArrowLeft")
        tab.locator("#undo").wait_for()
    tab.mouse.move(0, 0)
    tab.evaluate("document.activeElement.blur()")
    tab.screenshot(path=to)
    tab.context.close()


def _run(tab: Page, line: str) -> None:
    tab.fill("#line", line)
    tab.press("#line", "Enter")
    _rest(tab)


def _rest(tab: Page) -> None:
    tab.wait_for_selector("#stop", state="hidden")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
