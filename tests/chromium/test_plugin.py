"""A chat's page in a real web browser plugs the service in: it reads, calls, and shows the logo."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

from tests.service.living import serving
from tests.world import World

TOKEN = "token-that-the-chat-was-given"
# What a chat does with a plugin: nothing but what the manifest and the document say.
PLUG_IN = """async ([base, token]) => {
  const manifest = await (await fetch(base + "/.well-known/ai-plugin.json")).json();
  const described = await (await fetch(manifest.api.url)).text();
  const headers = {"openai-conversation-id": "from-the-page"};
  if (manifest.auth.type !== "none") headers.Authorization = "Bearer " + token;
  const server = /servers:\\n- url: (\\S+)/.exec(described)[1];
  const reply = await fetch(server + "/v1/sources", {headers});
  const logo = new Image();
  logo.src = manifest.logo_url;
  await logo.decode();
  return [manifest.auth.type, (await reply.json()).session, logo.naturalWidth];
}"""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with World() as origin:
        origin.reply("chat.localhost", "/", body="<!doctype html><title>A chat</title>")
        origin.reply("evil.localhost", "/", body="<!doctype html><title>Evil</title>")
        yield origin


@pytest.fixture(scope="module")
def chat(world: World) -> str:
    return f"http://chat.localhost:{world.port}"


@pytest.fixture(scope="module")
def guarded(world: World, chat: str) -> Iterator[httpx.Client]:
    with serving(world, server={"tokens": [TOKEN], "cors_origins": [chat]}) as client:
        yield client


@pytest.fixture(scope="module")
def unguarded(world: World, chat: str) -> Iterator[httpx.Client]:
    with serving(world, server={"cors_origins": [chat]}) as client:
        yield client


@pytest.mark.parametrize(("which", "auth"), [("guarded", "service_http"), ("unguarded", "none")])
def test_a_chats_page_plugs_the_service_in(
    tab: Page, chat: str, which: str, auth: str, request: pytest.FixtureRequest
):
    service = str(request.getfixturevalue(which).base_url).rstrip("/")
    tab.goto(chat)
    assert tab.evaluate(PLUG_IN, [service, TOKEN]) == [auth, "from-the-page", 512]


@pytest.mark.parametrize("which", ["guarded", "unguarded"])
def test_another_page_reads_nothing(
    tab: Page, world: World, which: str, request: pytest.FixtureRequest
):
    service = str(request.getfixturevalue(which).base_url).rstrip("/")
    tab.goto(f"http://evil.localhost:{world.port}")
    tried = """async ([base, token]) => {
      const paths = ["/.well-known/ai-plugin.json", "/v1/tools", "/v1/sources"];
      const headers = {Authorization: "Bearer " + token};
      const got = await Promise.allSettled(paths.map((path) => fetch(base + path, {headers})));
      return got.map((each) => each.status);
    }"""
    assert tab.evaluate(tried, [service, TOKEN]) == ["rejected"] * 3
