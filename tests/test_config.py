from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import BaseModel

from browser.config import SettingsError, fixed, load
from browser.settings import Settings


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("server = 3", "server: has to be a table"),
        ("limits = [1]", "limits: has to be a table"),
        ('[limits]\nhosts = "a"', "limits.hosts: has to be a table"),
        ('[limits.hosts]\n"a.test" = 1', "limits.hosts.a.test: has to be a table"),
        ('[server]\ntokens = "abc"', 'server.tokens: has to be a list, as in ["a"]'),
        ("[server]\ntokens = [3]", 'server.tokens[0]: has to be a string, as in "a"'),
        ("[agent]\ntoken = 3", 'agent.token: has to be a string, as in "a"'),
        ('[egress]\ndeny = "10.0.0.0/8"', 'egress.deny: has to be a list, as in ["a"]'),
        ("[cache]\nmax_age = -1", "cache.max_age: has to be at least 0"),
        ('[cache]\nmax_age = "x"', "cache.max_age: has to be a number"),
        ("[cache]\nmax_bytes = 1.5", "cache.max_bytes: has to be a whole number"),
        ("[server]\nport = 70000", "server.port: has to be at most 65535"),
        ("[server]\nport = 2000-01-01", "server.port: has to be a whole number"),
        ("[server]\nrate = 0", "server.rate: has to be more than 0"),
        ("[server]\nrate = inf", "server.rate: has to be a finite number"),
        ("[session]\nmax_bytes = 5", "session.max_bytes: has to be at least 1024"),
        ("[egress]\nports = [80, 0]", "egress.ports[1]: has to be at least 1"),
        (
            '[limits.hosts."a.test"]\nblocked = "so"',
            "hosts.a.test.blocked: has to be true or false",
        ),
        ('[signals]\nmode = "lax"', "signals.mode: has to be 'default', 'strict' or 'off'"),
        (
            '[server]\noperator_token = "x"',
            "server.operator_token: a token needs at least 16 characters",
        ),
        (
            "[server]\noperator_token = 3",
            'server.operator_token: has to be a string, as in "a"',
        ),
        (
            '[server]\ntokens = ["a-token-of-its-own"]\noperator_token = "a-token-of-its-own"',
            (
                "server: operator_token is one of tokens; who browses must not be able to change "
                "limits, so make it another one"
            ),
        ),
        (
            '[server]\noperator_token = "a-token-of-its-own"\nmetrics_token = "a-token-of-its-own"',
            (
                "server: metrics_token is one of tokens, or operator_token; who reads metrics must "
                "not be able to browse or to change limits, so make it another one"
            ),
        ),
        (
            '[server]\nmetrics_token = "x"',
            "server.metrics_token: a token needs at least 16 characters",
        ),
        (
            '[server]\npublic_url = "x"',
            (
                "server.public_url: has to be the address of this service, "
                "as in https://browser.example.org"
            ),
        ),
        (
            '[egress]\ndeny = ["192.0.2.0/24", "10.0.0.1/8"]',
            "egress.deny[1]: 10.0.0.1/8 has host bits set; its network is 10.0.0.0/8",
        ),
        (
            '[egress]\nprefixes = ["2001:db8::1/32"]',
            "egress.prefixes[0]: 2001:db8::1/32 has host bits set; its network is 2001:db8::/32",
        ),
        (
            '[egress]\ndeny = ["nonsense"]',
            "egress.deny[0]: has to be an IP network, as in 192.0.2.0/24 or 2001:db8::/32",
        ),
        (
            "[egress]\ndeny = [5]",
            "egress.deny[0]: has to be an IP network, as in 192.0.2.0/24 or 2001:db8::/32",
        ),
        (
            '[egress.hosts]\n"a.test" = "b:c"',
            "egress.hosts: the value of 'a.test' is not host:port, [IPv6]:port or a host",
        ),
        (
            '[agent]\nsigning_key = "key.pem"',
            (
                "agent.signing_key needs agent.signature_agent, the https origin where the key is "
                "published; server.public_url serves when it is such an origin"
            ),
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_told_with_its_name_and_what_is_valid(
    tmp_path: Path, text: str, told: str
):
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text))
    assert str(caught.value).startswith("config: ")
    assert str(caught.value).endswith(told)
    assert str(caught.value).count(told.partition(":")[0]) == 1


def test_a_section_that_a_variable_makes_no_table_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BROWSER_SESSION", "3")
    with pytest.raises(SettingsError, match=r"^config: session: has to be a table$"):
        load()


def test_no_mistake_in_any_setting_is_told_in_words_of_the_library(tmp_path: Path):
    values = ('"x"', "3", "-1", "1.5", "nan", "true", "[]", "[[]]", "{a = 1}", "2000-01-01")
    for section, field in Settings.model_fields.items():
        kind = field.annotation
        assert isinstance(kind, type)
        assert issubclass(kind, BaseModel)
        for name in kind.model_fields:
            for value in values:
                try:
                    load(written(tmp_path, f"[{section}]\n{name} = {value}\n"))
                except SettingsError as error:
                    told = str(error)
                    assert told.startswith("config: ")
                    assert name in told
                    assert "Input should" not in told, told
                    assert "valid " not in told.removeprefix("config: "), told
