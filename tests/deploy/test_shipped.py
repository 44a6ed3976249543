"""What deploy/ ships agrees with the project: its settings, its tables of addresses, its times."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from browser import __version__
from browser.config import load
from browser.rules.address import NOT_PUBLIC_IPV4, NOT_PUBLIC_IPV6, PUBLIC_IPV6
from browser.serve import GRACE
from browser.settings import PREFIX, Settings
from tests.deploy.machine import DEPLOY
from tests.house.project import ROOT, name
from tests.house.test_docs import settings

TOML = sorted(DEPLOY.rglob("*.toml"))
TEXTS = sorted(
    path
    for path in DEPLOY.rglob("*")
    if path.is_file()
    and path.suffix in {".md", ".toml", ".yaml", ".yml", ".service", ".cfg", ".conf", ".nft"}
)
SECTIONS = "|".join(Settings.model_fields)


def text(path: str) -> str:
    return (DEPLOY / path).read_text("utf-8")


def documents(folder: str) -> list[Any]:
    found = sorted((DEPLOY / folder).glob("*.yaml"))
    return [each for path in found for each in yaml.safe_load_all(path.read_text("utf-8"))]


def of_kind(kind: str, called: str) -> Any:
    (found,) = (
        each
        for folder in ("kubernetes/base", "kubernetes/valkey")
        for each in documents(folder)
        if each["kind"] == kind and each["metadata"]["name"] == called
    )
    return found


@pytest.mark.parametrize("path", TOML, ids=name)
def test_every_shipped_configuration_loads(path: Path):
    assert load(path).server.port == 8000


def named_in(path: Path) -> Iterator[str]:
    """Dotted names of the keys that the file sets, in comments too."""
    table = ""
    for line in path.read_text("utf-8").splitlines():
        written = line.removeprefix("# ")
        if head := re.match(r"\[([a-z][^\]]*)\]", written):
            table = head[1]
        elif key := re.match(r"(\w+) = ", written):
            yield f"{table}.{key[1]}"


def strangers(names: Iterable[str]) -> set[str]:
    """Those of *names* that are no settings, no sections, and in no table of the operator's."""
    known = dict(settings())
    tables = tuple(f"{table}." for table, is_table in known.items() if is_table)
    return {
        each
        for each in set(names) - set(known)
        if not each.startswith(tables) and not any(name.startswith(f"{each}.") for name in known)
    }


@pytest.mark.parametrize("path", TOML, ids=name)
def test_every_key_of_a_shipped_configuration_is_a_setting_in_comments_too(path: Path):
    names = list(named_in(path))
    assert "server.tokens" in names
    assert strangers(names) == set()


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_every_setting_that_deploy_names_exists(path: Path):
    words = path.read_text("utf-8")
    names = set(re.findall(rf"`((?:{SECTIONS})\.[a-z_.]+[a-z])`", words))
    names |= {
        found.lower().replace("__", ".")
        for found in re.findall(rf"{PREFIX}([A-Z_]+__[A-Z_]+)", words)
    }
    assert strangers(names) - {"server.address"} == set()  # an attribute of OpenTelemetry


def test_the_packet_filter_has_the_tables_of_the_guard():
    rules = text("nftables/egress.nft")
    for called, expected in (("closed4", NOT_PUBLIC_IPV4), ("closed6", NOT_PUBLIC_IPV6)):
        block = re.search(rf"set {called} {{.*?elements = {{(.*?)}}", rules, re.DOTALL)
        assert block is not None
        listed = {ip_network(each.strip()) for each in block[1].split(",")}
        assert listed == set(expected)
    assert f"ip6 daddr != {PUBLIC_IPV6} goto refused" in rules


def test_the_network_policy_has_the_tables_of_the_guard():
    (rule,) = of_kind("NetworkPolicy", "web")["spec"]["egress"]
    blocks = {
        block["ipBlock"]["cidr"]: {ip_network(each) for each in block["ipBlock"]["except"]}
        for block in rule["to"]
    }
    assert blocks == {
        "0.0.0.0/0": set(NOT_PUBLIC_IPV4),
        str(PUBLIC_IPV6): set(NOT_PUBLIC_IPV6),
    }
    assert {port["port"] for port in rule["ports"]} == set(
        Settings.model_fields["egress"].default.ports
    )


def test_the_unit_has_the_tables_of_the_guard_but_for_loopback():
    lines = re.findall(r"(?m)^IPAddressDeny=(.*)$", text("systemd/polite-browser.service"))
    denied = [ip_network(each) for line in lines for each in line.split()]
    expected = {each for each in NOT_PUBLIC_IPV4 if not each.is_loopback}
    assert {each for each in denied if isinstance(each, IPv4Network)} == expected
    local = (IPv6Network("fc00::/7"), IPv6Network("fe80::/10"))
    assert {*NOT_PUBLIC_IPV6, *local} <= {each for each in denied if isinstance(each, IPv6Network)}


def test_a_stop_is_given_time_for_what_runs():
    pod = of_kind("Deployment", "polite-browser")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    (waits,) = re.findall(r"sleep\((\d+)\)", str(container["lifecycle"]["preStop"]))
    assert pod["terminationGracePeriodSeconds"] >= GRACE + int(waits) + 5
    (stop,) = re.findall(r"TimeoutStopSec=(\d+)", text("systemd/polite-browser.service"))
    assert int(stop) >= GRACE + 5
    compose = yaml.safe_load(text("compose.yaml"))["services"]
    for replica in ("browser-1", "browser-2"):
        assert int(compose[replica]["stop_grace_period"].rstrip("s")) >= GRACE + 5


def test_no_container_of_compose_is_more_than_it_needs():
    compose = yaml.safe_load(text("compose.yaml"))
    for called, service in compose["services"].items():
        assert service["read_only"], called
        assert service["cap_drop"] == ["ALL"], called
        assert service["security_opt"] == ["no-new-privileges:true"], called
        assert {"mem_limit", "pids_limit"} <= set(service), called
        assert "privileged" not in service, called
        added = ["NET_ADMIN"] if called.startswith("egress") else []
        assert service.get("cap_add", []) == added, called
        ours = service["image"].startswith("polite-browser")
        pinned = rf":{re.escape(__version__)}$" if ours else r":\S+@sha256:[0-9a-f]{64}$"
        assert re.search(pinned, service["image"]), called
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), called
    for replica in ("1", "2"):
        browser = compose["services"][f"browser-{replica}"]
        assert browser["network_mode"] == f"service:egress-{replica}"
        assert browser["depends_on"][f"egress-{replica}"]["condition"] == "service_healthy"
    assert compose["networks"]["inside"]["internal"]


def test_the_parts_of_compose_agree_on_addresses():
    compose = yaml.safe_load(text("compose.yaml"))
    addresses = {
        called: service["networks"]["inside"]["ipv4_address"]
        for called, service in compose["services"].items()
        if isinstance(service.get("networks"), dict)
    }
    behind = re.findall(r"(?m)^\s*server \S+ (\S+):8000$", text("proxy/haproxy.cfg"))
    assert behind == [addresses["egress-1"], addresses["egress-2"]]
    opened = compose["services"]["egress-1"]["environment"]["OPEN"]
    assert f"{addresses['valkey']} . tcp . 6379" in opened
    assert f"{addresses['searxng']} . tcp . 8080" in opened
    assert f"@{addresses['valkey']}:6379/" in text("polite-browser.shared.toml")


def test_the_image_holds_what_the_project_needs_and_every_file_has_a_hash():
    pinned = text("docker/requirements.txt")
    versions = dict(re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^\s;]+)", pinned))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for line in (*project["dependencies"], *extras["shared"], *extras["tracing"]):
        wanted = Requirement(line)
        found = versions.get(canonicalize_name(wanted.name))
        assert found, f"{wanted.name}: run deploy/docker/pin"
        assert wanted.specifier.contains(found), f"{wanted}: run deploy/docker/pin"
    for block in re.split(r"\n(?=\S)", pinned.strip()):
        assert "--hash=sha256:" in block, block
    assert "://" not in pinned + text("docker/build.txt")


def test_no_secret_is_committed():
    listed = subprocess.run(
        ["git", "ls-files", "deploy/secrets"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert set(listed.stdout.split()) <= {"deploy/secrets/.gitignore"}
    for path in TOML:
        assert load(path).server.tokens == ()
