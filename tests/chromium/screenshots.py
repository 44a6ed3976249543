"""The pictures of README: ``python -m tests.chromium.screenshots [FOLDER]``.

The demo's little web, the real service, a conversation typed into the console; by default the
pictures go to ``deploy/screenshots``.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from browser.demo import world
from tests.chromium.conftest import FLAGS

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


def _run(tab: Page, line: str) -> None:
    tab.fill("#line", line)
    tab.press("#line", "Enter")
    _rest(tab)


def _rest(tab: Page) -> None:
    tab.wait_for_selector("#stop", state="hidden")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
