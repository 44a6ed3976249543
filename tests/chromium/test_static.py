from __future__ import annotations

from playwright.sync_api import Page


def test_chromium_runs(tab: Page):
    tab.set_content("<title>Here</title>")
    assert tab.title() == "Here"
