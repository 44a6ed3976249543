"""What the operator is told at the start of how sites will see the service."""

from __future__ import annotations

import pytest

from browser.compose import build
from browser.config import fixed
from browser.net.signing_key import SigningKey, read_key, write_key
from browser.who import notices


def test_the_default_token_is_an_impostor_s_anywhere_but_at_openai():
    (line,) = notices(fixed())
    for name in ("agent.token", "agent.info_url", "agent.also_obey", "egress.prefixes", "OpenAI"):
        assert name in line
    assert notices(fixed(egress={"prefixes": ["192.0.2.0/28"]})) == [line]
    assert notices(fixed(agent={"token": "chatgpt-user"})) == [line]


@pytest.mark.parametrize(
    "sections",
    [
        {"server": {"public_url": "https://browser.openai.com/"}},
        {"agent": {"signature_agent": "https://chatgpt.com"}},
        {"agent": {"contact": "bots@openai.com"}},
        {"agent": {"token": "MyBot"}},
    ],
)
def test_openai_and_those_with_a_name_of_their_own_are_told_nothing(sections):
    assert notices(fixed(**sections)) == []


@pytest.mark.parametrize("host", ["notopenai.com", "openai.com.example", "chatgpt.com.evil.test"])
def test_a_name_that_only_looks_like_openai_s_is_told(host):
    assert len(notices(fixed(server={"public_url": f"https://{host}/"}))) == 1
    assert len(notices(fixed(agent={"contact": f"a@{host}"}))) == 1


def test_who_signs_is_told_where_the_key_has_to_be_published():
    agent = {"token": "MyBot", "signing_key": "key.pem"}
    (line,) = notices(fixed(agent=agent, server={"public_url": "https://agent.example/"}))
    assert "https://agent.example/.well-known/http-message-signatures-directory" in line


def test_a_key_file_is_read_once_for_a_service(tmp_path, monkeypatch):
    file = tmp_path / "key.pem"
    write_key(file)
    read: list[str] = []

    def noted(path: str, now: float) -> SigningKey:
        read.append(path)
        return read_key(path, now)

    monkeypatch.setattr("browser.who.read_key", noted)
    agent = {"token": "MyBot", "signing_key": str(file), "signature_agent": "https://agent.example"}
    build(fixed(agent=agent, store={"url": "memory:"}))
    assert read == [str(file)]
