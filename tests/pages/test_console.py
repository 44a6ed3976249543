from __future__ import annotations

import re

import httpx
import pytest

from browser import demo
from browser.client import Client
from browser.pages import console
from browser.pages.render import HERE, href, modules, policy
from browser.shell.commands import COMMANDS
from tests.service.living import serving
from tests.world import World

NAVIGATION = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
STATIC = HERE / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))


@pytest.mark.parametrize("path", ["/", "/agent"])
def test_a_web_browser_gets_a_page_and_a_program_plain_text(path: str):
    with World() as world, serving(world) as client:
        page = client.get(path, headers=NAVIGATION)
        assert page.headers["content-type"].startswith("text/html")
        assert page.headers["content-security-policy"] == policy()["Content-Security-Policy"]
        assert page.headers["x-content-type-options"] == "nosniff"
        assert client.get(path).headers["content-type"].startswith("text/plain")
        loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
        assert loaded
        assert [client.get(name).status_code for name in loaded] == [200] * len(loaded)
        assert client.head(path, headers=NAVIGATION).headers["content-length"] == str(
            len(page.content)
        )


def test_every_file_that_a_module_or_a_style_names_is_there():
    named = set()
    for path in SCRIPTS:
        named |= set(re.findall(r'from "\./([^"]+)"', path.read_text("utf-8")))
    for path in STATIC.glob("*.css"):
        named |= set(re.findall(r'url\("/static/([^"]+)"\)', path.read_text("utf-8")))
    assert len(named) > 10
    assert named - {path.name for path in STATIC.iterdir()} == set()


def test_no_document_holds_a_script_or_a_style_of_its_own():
    for path in (HERE / "templates").glob("*.html"):
        text = path.read_text("utf-8")
        assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text) == [], path.name


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_module_makes_markup_out_of_words(path):
    text = path.read_text("utf-8")
    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
        r"setHTML|createContextualFragment|srcdoc",
        text,
    )
    assert found == []


def test_the_document_is_the_same_for_everybody_but_for_the_token():
    open_to_all, guarded = console.page(guarded=False), console.page(guarded=True)
    assert open_to_all.replace('data-guarded="no"', 'data-guarded="yes"') == guarded
    for word in console.WORDS:
        assert word.form in guarded


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", " JaVaScRiPt:x", "//host", "vbscript:x", ""],
)
def test_a_link_leads_to_the_web_or_nowhere(address: str):
    assert href(address) == ""


def test_a_policy_lets_nothing_in_from_elsewhere():
    told = policy()["Content-Security-Policy"]
    assert "unsafe" not in told
    assert "*" not in told
    assert told.startswith("default-src 'none'")


def test_the_words_are_those_of_the_shell():
    assert {word.form.split()[0] for word in console.WORDS} <= set(COMMANDS)


def test_every_module_of_the_console_is_asked_for_at_once():
    named = set(modules("console.js")) | {"console.js"}
    for name in named:
        imported = re.findall(r'from "\./([^"]+)"', (STATIC / name).read_text("utf-8"))
        assert set(imported) <= named
    page = console.page(guarded=False)
    preloaded = re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', page)
    assert preloaded == modules("console.js")
    assert len(preloaded) > 10


def test_the_demo_offers_lines_that_its_little_web_can_answer():
    with demo.world() as (address, _):
        page = httpx.get(address, headers=NAVIGATION, trust_env=False).text
        for example in demo.EXAMPLES:
            assert f'class="example">{example}<' in page
        client = Client(address)
        try:
            assert client.command("search", query=demo.EXAMPLES[0])["links"]
            opened = client.command("open_url", url=demo.EXAMPLES[1].removeprefix("open "))
            assert opened["ok"], opened["text"]
        finally:
            client.close()
