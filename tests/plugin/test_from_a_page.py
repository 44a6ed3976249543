"""A chat's page calls the service: the preflights that a web browser sends before it does."""

from __future__ import annotations

import httpx
import pytest

from tests.plugin.conftest import CHATS

PATHS = ["/.well-known/ai-plugin.json", "/.well-known/openapi.yaml", "/v1/search", "/v1/tools"]
SENT = [  # by ChatGPT with a call of a plugin or action
    "authorization", "content-type", "openai-conversation-id", "openai-ephemeral-user-id",
    "openai-gpt-id", "openai-subdivision-1-iso-code",
]  # fmt: skip
STRANGER = "https://evil.example"


def preflight(origin: str, **more: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Dest": "empty",
        **more,
    }


@pytest.mark.parametrize("which", ["service", "public"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("chat", CHATS)
def test_a_chat_may_ask_also_on_its_users_machine(
    which: str, path: str, chat: str, request: pytest.FixtureRequest
):
    client = request.getfixturevalue(which)
    asked = preflight(
        chat,
        **{
            "Access-Control-Request-Headers": ",".join(SENT),
            "Access-Control-Request-Private-Network": "true",
        },
    )
    answer = client.options(path, headers=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == chat
    assert answer.headers["access-control-allow-private-network"] == "true"
    allowed = answer.headers["access-control-allow-headers"].lower()
    assert {name.strip() for name in allowed.split(",")} >= set(SENT)
    assert "GET" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_another_page_may_not(service: httpx.Client, path: str):
    asked = preflight(STRANGER, **{"Access-Control-Request-Private-Network": "true"})
    answer = service.options(path, headers=asked)
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


def test_a_page_that_asks_no_private_network_hears_nothing_of_it(service: httpx.Client):
    answer = service.options(PATHS[0], headers=preflight(CHATS[0]))
    assert answer.status_code == 200
    assert "access-control-allow-private-network" not in answer.headers


def test_the_chat_reads_the_answers_and_a_stranger_does_not(service: httpx.Client):
    sent = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "cross-site"}
    for path in (PATHS[0], PATHS[1], "/v1/sources"):
        mine = service.get(path, headers={**sent, "Origin": CHATS[1]})
        assert mine.status_code == 200
        assert mine.headers["access-control-allow-origin"] == CHATS[1]
        other = service.get(path, headers={**sent, "Origin": STRANGER})
        assert "access-control-allow-origin" not in other.headers
        assert "Origin" in other.headers["vary"]
    assert service.get("/v1/sources", headers={**sent, "Origin": STRANGER}).status_code == 403
