from __future__ import annotations

import os
from pathlib import Path

import pytest

from browser.config import SettingsError, fixed, load


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("BROWSER_"):
            monkeypatch.delenv(name)


def written(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text)
    return file


def test_without_file_or_variables_there_are_the_defaults():
    assert load().model_dump() == fixed().model_dump()


def test_the_command_line_wins_over_variables_and_those_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = written(tmp_path, '[server]\nhost = "::1"\nport = 1\npublic_url = "http://f/"\n')
    assert load(file).server.port == 1
    monkeypatch.setenv("BROWSER_SERVER__PORT", "2")
    monkeypatch.setenv("BROWSER_SERVER__HOST", "127.0.0.2")
    assert load(file).server.port == 2
    made = load(file, server={"port": 3}).server
    assert (made.port, made.host, made.public_url) == (3, "127.0.0.2", "http://f/")


def test_the_file_may_be_named_by_a_variable_and_the_argument_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("BROWSER_CONFIG", str(written(tmp_path, "[server]\nport = 7\n")))
    assert load().server.port == 7
    other = tmp_path / "other.toml"
    other.write_text("[server]\nport = 8\n")
    assert load(other).server.port == 8
    monkeypatch.setenv("BROWSER_CONFIG", "")
    assert load().server.port == 8000


def test_nested_keys_lists_and_tables_come_from_variables(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BROWSER_SEARCH__BRAVE__KEY", "secret")
    monkeypatch.setenv("BROWSER_SERVER__TOKENS", '["0123456789abcdef", "fedcba9876543210"]')
    monkeypatch.setenv("BROWSER_EGRESS__PORTS", "[80]")
    monkeypatch.setenv("BROWSER_EGRESS__HOSTS", '{"*.test": "127.0.0.1:1"}')
    monkeypatch.setenv("BROWSER_LIMITS__HOSTS", '{"a.test": {"rate": 2}}')
    monkeypatch.setenv("BROWSER_LIMITS__RATE", "0.25")
    made = load()
    assert made.search.brave.key == "secret"
    assert len(made.server.tokens) == 2
    assert made.egress.ports == (80,)
    assert made.egress.hosts == {"*.test": "127.0.0.1:1"}
    assert made.limits.as_limits().of("a.test").rate == 2
    assert made.limits.rate == 0.25


def test_a_section_of_the_file_and_one_of_the_variables_are_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = written(tmp_path, '[search]\nsafe = "off"\n[search.brave]\nurl = "https://b.example/"\n')
    monkeypatch.setenv("BROWSER_SEARCH__BRAVE__KEY", "k")
    made = load(file).search
    assert (made.safe, made.brave.url, made.brave.key) == ("off", "https://b.example/", "k")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        (
            "BROWSER_SEVER__PORT",
            "1",
            "unknown setting BROWSER_SEVER__PORT; valid sections are agent,",
        ),
        ("BROWSER_PORT", "1", "unknown setting BROWSER_PORT"),
        ("BROWSER_SERVER__PROT", "1", "unknown setting server.prot"),
        ("BROWSER_SEARCH__BRAVE__KYE", "1", "unknown setting search.brave.kye"),
        ("BROWSER_SERVER__PORT", "one", "server.port: "),
        ("BROWSER_SERVER__TOKENS", "secret", "BROWSER_SERVER__TOKENS: lists and tables are"),
        ("BROWSER_LIMITS", "secret", "BROWSER_LIMITS: lists and tables are"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_variables_that_only_look_like_ours_are_left_alone(monkeypatch: pytest.MonkeyPatch):
    for name in ("BROWSER", "BROWSERSLIST", "MY_BROWSER_PORT", "BROWSER_TOKEN"):
        monkeypatch.setenv(name, "x")
    assert load().model_dump() == fixed().model_dump()


def test_several_mistakes_are_told_at_once(tmp_path: Path):
    file = written(tmp_path, "[server]\nport = -1\nprot = 2\n[page]\nline_chars = 3\n")
    with pytest.raises(SettingsError) as caught:
        load(file)
    told = str(caught.value)
    assert all(name in told for name in ("server.port", "server.prot", "page.line_chars"))


@pytest.mark.parametrize("content", [b"[server\n", b"\xff\xfe", b"[server]\nport = \n", b"\0"])
def test_a_file_that_is_no_toml_is_told(tmp_path: Path, content: bytes):
    file = tmp_path / "settings.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        load(file)


def test_a_file_that_is_none_is_told(tmp_path: Path):
    for path in (tmp_path, tmp_path / "missing.toml"):
        with pytest.raises(SettingsError, match="is not a file"):
            load(path)


def test_fixed_settings_ask_neither_file_nor_variables(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BROWSER_SERVER__PORT", "1")
    monkeypatch.setenv("BROWSER_CONFIG", "missing.toml")
    assert fixed().server.port == 8000
