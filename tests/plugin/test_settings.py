from __future__ import annotations

from pathlib import Path

import pytest

from browser.config import SettingsError, load


def loaded(tmp_path: Path, text: str) -> str:
    """What `load` says of a file with the plugin section *text*; empty when it takes it."""
    file = tmp_path / "config.toml"
    file.write_text(f"[plugin]\n{text}\n")
    try:
        load(file)
    except SettingsError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    "text",
    [
        'name = "Twenty characters it"',
        'description = "Liest die Zeitungen von gestern."',
        'contact = "a@b.example"',
        'logo_url = "https://a.example/l.png"',
        'legal_url = "http://127.0.0.1:8000/terms"',
        'verification_tokens = {openai = "abc-123", other_chat = "!x"}',
    ],
)
def test_what_the_contract_allows_is_taken(tmp_path: Path, text: str):
    assert loaded(tmp_path, text) == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('name = "Twenty-one characters"', "plugin.name: has to be 1 to 20 visible characters"),
        ('name = ""', "plugin.name: has to be 1 to 20 visible characters"),
        ('name = " a"', "plugin.name: has to be 1 to 20 visible characters"),
        ('description = "a\\nb"', "plugin.description: has to be 1 to 100 visible characters"),
        ('contact = "nobody"', "plugin.contact: has to be an e-mail address"),
        ('logo_url = "/logo.png"', "plugin.logo_url: has to be the address of a page"),
        ('legal_url = "javascript:1"', "plugin.legal_url: has to be the address of a page"),
        ('verification_tokens = {openai = "a b"}', "plugin.verification_tokens: has to name chats"),
        ('verification_tokens = {"Open AI" = "a"}', "plugin.verification_tokens: has to name"),
        ('colour = "blue"', "unknown setting plugin.colour"),
    ],
)
def test_what_it_does_not_is_refused_with_what_is_valid(tmp_path: Path, text: str, says: str):
    assert says in loaded(tmp_path, text)
