"""Every setting's name and default, from a copy of the contract of our own."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from browser import __version__
from browser.config import fixed
from browser.settings import Settings
from browser.settings_agent import Agent

CONTRACT = tomllib.loads("""
[server]
host = "127.0.0.1"
port = 8000
tokens = []
operator_token = ""
metrics_token = ""
public_url = ""
allowed_hosts = []
cors_origins = []
rate = 10
burst = 40
concurrency = 32
streams = 256
[agent]
token = "ChatGPT-User"
user_agent = ""
info_url = ""
contact = ""
accept_language = "en"
also_obey = []
signing_key = ""
signature_agent = ""
signature_form = "legacy"
directory_keys = []
[plugin]
name = "Polite Browser"
description = "Searches the web, reads pages, and links every claim to the very words it rests on."
contact = ""
logo_url = ""
legal_url = ""
verification_tokens = {}
[search]
provider = "auto"
safe = "strict"
timeout = 10
[search.brave]
key = ""
url = "https://api.search.brave.com/res/v1/web/search"
[search.local]
index = "index.db"
[limits]
rate = 0.5
burst = 3
concurrency = 2
max_wait = 10
hourly = 300
crawl_delay_cap = 300
address_rate = 4
address_concurrency = 6
total_concurrency = 64
hosts = {}
[egress]
ports = [80, 443]
max_bytes = 5_000_000
max_redirects = 5
connect_timeout = 5
timeout = 20
prefixes = []
deny = []
hosts = {}
[page]
line_chars = 200
window_chars = 4000
workers = 0
timeout = 10
memory_mb = 512
max_lines = 50_000
[quotes]
max_chars = 1000
[signals]
mode = "default"
[session]
idle = 3600
max_age = 86_400
max_commands = 500
max_searches = 200
max_fetches = 300
max_per_host = 200
max_bytes = 200_000_000
max_sessions = 10_000
open = "any"
[cache]
max_age = 900
max_bytes = 67_108_864
[store]
url = "sqlite:///polite-browser.db"
[telemetry]
log_queries = false
""")


def plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("section", CONTRACT)
def test_every_default_is_the_contract_s(section: str):
    made = fixed().model_dump()[section]
    for name, value in CONTRACT[section].items():
        if isinstance(value, dict) and value:
            assert made[name] == value, (section, name)
        else:
            assert plain(made[name]) == value, (section, name)


def test_no_section_has_a_name_that_the_contract_does_not_know():
    made = fixed().model_dump()
    assert set(made) == set(CONTRACT)
    for section, values in made.items():
        extra = set(values) - set(CONTRACT[section])
        assert extra <= ({"searxng", "mediawiki"} if section == "search" else set())


def test_limits_of_one_host_add_to_those_of_every_host():
    slow = {"rate": 0.1, "burst": 1, "concurrency": 1}
    limits = fixed(limits={"hosts": {"Slow.Example.": slow, "bücher.example": {"blocked": True}}})
    known = limits.limits.as_limits()
    host = known.of("slow.example")
    assert (host.rate, host.burst, host.concurrency, host.hourly) == (0.1, 1, 1, 300)
    assert not host.blocked
    assert known.of("xn--bcher-kva.example").blocked
    assert not known.of("other.example").blocked


@pytest.mark.parametrize(
    "name", ["*.example", "http://a.example", "a.example/b", "", "a b", "a:80"]
)
def test_limits_of_what_is_no_host_are_refused(name: str):
    with pytest.raises(ValidationError, match="is not a host name"):
        fixed(limits={"hosts": {name: {}}})


def test_the_user_agent_is_composed_or_given_and_holds_the_token():
    assert "ChatGPT-User/1.0; +https://openai.com/bot" in Agent().sent_as
    mine = Agent(token="MyBot", info_url="https://my.example/bot")
    assert mine.sent_as.endswith(f"compatible; MyBot/{__version__}; +https://my.example/bot")
    assert "openai" not in Agent(token="MyBot").sent_as
    assert Agent(token="MyBot", user_agent="mybot/2 (x)").sent_as == "mybot/2 (x)"
    with pytest.raises(ValidationError, match="has to contain the token"):
        Agent(user_agent="Mozilla/5.0")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contact", "nobody"),
        ("accept_language", "en_GB, please"),
        ("info_url", "my.example/bot"),
        ("signature_agent", "http://agent.example"),
        ("signature_form", "both"),
        ("also_obey", ["Other Bot"]),
        ("directory_keys", ["key.pem"]),
    ],
)
def test_what_a_site_could_not_read_is_not_said(name: str, value: Any):
    with pytest.raises(ValidationError):
        Agent.model_validate({name: value})


def test_a_key_is_published_under_the_public_address_unless_another_is_named():
    agent = {"signing_key": "key.pem"}
    made = fixed(agent=agent, server={"public_url": "https://Agent.Example:443/"})
    assert made.signature_agent == "https://agent.example"
    other = {**agent, "signature_agent": "https://keys.example/"}
    made = fixed(agent=other, server={"public_url": "https://agent.example/"})
    assert made.signature_agent == "https://keys.example"
    for public_url in ("", "http://agent.example/", "https://agent.example/browser"):
        with pytest.raises(ValidationError, match=r"agent\.signature_agent"):
            fixed(agent=agent, server={"public_url": public_url})


@pytest.mark.parametrize("name", ["user_agent", "info_url", "contact", "accept_language"])
@pytest.mark.parametrize("value", ["ChatGPT-User\r\nCookie: a", "ChatGPT-User é", "ChatGPT-User\0"])
def test_what_goes_into_a_header_has_to_fit_one(name: str, value: str):
    with pytest.raises(ValidationError, match="printable ASCII"):
        Agent.model_validate({name: value})


@pytest.mark.parametrize(
    ("section", "name"),
    [
        ("limits", "rate"), ("limits", "max_wait"), ("limits", "crawl_delay_cap"),
        ("egress", "timeout"), ("egress", "connect_timeout"), ("page", "timeout"),
        ("session", "idle"), ("session", "max_age"), ("search", "timeout"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("value", [float("inf"), float("nan"), -1])
def test_times_and_rates_are_real_numbers(section: str, name: str, value: float):
    with pytest.raises(ValidationError):
        fixed(**{section: {name: value}})


def test_auto_chooses_the_provider_that_is_set_up():
    assert fixed().search.chosen == "mediawiki"
    assert fixed(search={"searxng": {"url": "http://s/"}}).search.chosen == "searxng"
    both = {"brave": {"key": "k"}, "searxng": {"url": "http://s/"}}
    assert fixed(search=both).search.chosen == "brave"
    assert fixed(search={**both, "provider": "local"}).search.chosen == "local"


def test_settings_cannot_be_changed_once_made():
    settings: Settings = fixed()
    with pytest.raises(ValidationError, match="frozen"):
        settings.server.port = 1


@pytest.mark.parametrize(
    "network", ["8.8.8.8/8", "8.8.8", "example.com", "::ffff:8.0.0.0/104", "2001:db8::1/32", ""]
)
def test_a_network_to_refuse_is_written_plainly(network: str):
    with pytest.raises(ValidationError):
        fixed(egress={"deny": [network]})


def test_networks_to_refuse_are_read_of_both_kinds_and_single_addresses():
    made = fixed(egress={"deny": ["8.8.8.8", "8.0.0.0/8", "2600:64::/96"]}).egress.deny
    assert [str(network) for network in made] == ["8.8.8.8/32", "8.0.0.0/8", "2600:64::/96"]
