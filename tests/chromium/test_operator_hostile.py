"""Nothing that a site, a caller or another operator writes runs or becomes markup on the page."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from browser.compose_core import Core
from browser.model.fetch import FetchRecord
from tests.chromium.desk import ask, desk, operated
from tests.chromium.watched import PHONE
from tests.service.living import Talk
from tests.world import World

MARKUP = '</td><img src=x onerror="pwned=1"><script>pwned=1</script>'
NAMES = (MARKUP, 'a" onclick="pwned=1', "javascript:pwned=1", "\u202egnp.exe", "x" * 253, "%2e%2e/")


def fill(core: Core) -> None:
    """Hosts of names that no URL has: whatever is let through one day stays words."""
    now = core.clock.now()
    for name in NAMES:
        core.net.view.sights(FetchRecord(name, "", "", MARKUP, at=now, asked=(name,), rule=MARKUP))
        core.net.view.sights(FetchRecord(name, "", "", "robots_disallowed", at=now, rule=MARKUP))


def test_hostile_hosts_rules_and_notes_are_words(chromium: Browser):
    with World() as world, operated(world, before=fill) as client:
        world.robots("rules.test", f"User-agent: *\nDisallow: /{MARKUP}\nDisallow: /*?q\n")
        Talk(client).fails("robots_disallowed", "open_url", url="http://rules.test/a?q")
        ask(client, "PUT", "hosts/rules.test", json={"blocked": True, "note": MARKUP})
        ask(client, "PUT", "hosts/x.test", json={"note": '"\\'}, headers={"X-Operator": "<b>eve"})
        with desk(chromium, client.base_url, viewport=PHONE) as page:
            assert set(NAMES) <= set(page.tab.locator("#rows th button").all_text_contents())
            expect(page.row("rules.test")).to_contain_text(MARKUP)
            expect(page.tab.locator("#changes li").first).to_contain_text("<b>eve")
            expect(page.tab.locator("#refusals")).to_contain_text(MARKUP)
            page.tab.click("#toml")
            expect(page.tab.locator("#toml-text")).to_contain_text("pwned=1")
            for text in (MARKUP, "javascript:pwned=1", "http://rules.test/" + MARKUP):
                page.tab.fill("#url", text)
                page.tab.press("#url", "Enter")
                expect(page.tab.locator("#rungs")).to_contain_text("would not be fetched")
            page.choose("rules.test")
            expect(page.tab.locator("#facts q")).to_have_text(MARKUP)
            expect(page.tab.locator("#note")).to_have_value(MARKUP)
            page.tab.click("#block")
            page.tab.click("#sure-no")
            page.tab.click("#close")
            page.tab.locator("#rows th button", has_text="<img").click()
            expect(page.tab.locator("#said")).to_contain_text("Nothing is here.")
            page.tab.fill("#search", MARKUP)
            page.tab.press("#search", "Enter")
            expect(page.tab.locator("#rows tr")).to_have_count(1)
            assert page.tab.evaluate("typeof pwned") == "undefined"
            assert page.tab.locator("main img, main script, main b, main a").count() == 0
            page.watched.does_not_overflow()
            page.watched.is_clean(failed_loads=True)
