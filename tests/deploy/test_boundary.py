"""The filter of deploy/nftables keeps the service from closed addresses without its own guard.

In network namespaces of their own: ``outer`` is the world and has, besides a public address, the
one at which clouds hand out credentials; ``inner`` has the service, with `egress.hosts` leading
its guard past every address. What `ip netns` needs is not permitted everywhere.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.deploy.machine import (
    BROWSER,
    DEPLOY,
    PATIENCE,
    as_service,
    asked,
    permitted,
    process,
    run,
    tool,
)

METADATA, PUBLIC, PRIVATE = "169.254.169.254", "93.184.215.14", "10.213.7.1"
OWN_PORT = 8080  # of a service of the operator's at the private address
HOSTS = {
    **{f"metadata-{n}.test": f"{METADATA}:80" for n in "ab"},
    **{f"private-{n}.test": f"{PRIVATE}:80" for n in "ab"},
    **{f"public-{n}.test": f"{PUBLIC}:80" for n in "ab"},
    "odd-port.test": f"{PUBLIC}:{OWN_PORT}",
    "own.test": f"{PRIVATE}:{OWN_PORT}",
}
SETTINGS = {
    "BROWSER_EGRESS__HOSTS": json.dumps(HOSTS),
    "BROWSER_STORE__URL": "memory:",
    "BROWSER_PAGE__WORKERS": "1",
}


@pytest.fixture
def spaces() -> Iterator[tuple[str, str]]:
    ip, nft = tool("ip"), tool("nft")
    outer, inner = (f"pb-{os.getpid()}-{side}" for side in ("out", "in"))
    permitted(ip, "netns", "add", outer)
    try:
        run(ip, "netns", "add", inner)
        permitted(ip, "netns", "exec", inner, nft, "list", "ruleset")
        ends = (f"pb{os.getpid() % 100_000}o", f"pb{os.getpid() % 100_000}i")
        run(ip, "-n", outer, "link", "add", ends[0], "type", "veth", "peer", ends[1])
        run(ip, "-n", outer, "link", "set", ends[1], "netns", inner)
        for address in (METADATA, PUBLIC):
            run(ip, "-n", outer, "address", "add", f"{address}/32", "dev", "lo")
        run(ip, "-n", outer, "address", "add", f"{PRIVATE}/24", "dev", ends[0])
        run(ip, "-n", inner, "address", "add", "10.213.7.2/24", "dev", ends[1])
        for space, end in ((outer, ends[0]), (inner, ends[1])):
            run(ip, "-n", space, "link", "set", "lo", "up")
            run(ip, "-n", space, "link", "set", end, "up")
        run(ip, "-n", inner, "route", "add", "default", "via", PRIVATE)
        yield outer, inner
    finally:
        for space in (inner, outer):
            subprocess.run([ip, "netns", "del", space], capture_output=True, check=False)


def test_the_filter_closes_what_the_guard_was_led_past(spaces: tuple[str, str], tmp_path: Path):
    outer, inner = ([tool("ip"), "netns", "exec", space] for space in spaces)
    (tmp_path / "index.html").write_text("<title>A page</title><p>Words of a page.</p>", "utf-8")
    (tmp_path / "up.json").write_text("true", "utf-8")
    origin = (sys.executable, "-m", "http.server", "--directory", str(tmp_path))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    serve = (*as_service(), *BROWSER, "serve")

    def opened(*hosts: str) -> dict[str, Any]:
        urls = [quote(f"http://{host}/", safe="") for host in hosts]
        ask = [f"http://127.0.0.1:8000/v1/open_url?session=s1&url={url}" for url in urls]
        return dict(zip(hosts, asked(*ask, within=inner), strict=True))

    with (
        process([*outer, *origin, "80"], **quiet),
        process([*outer, *origin, str(OWN_PORT)], **quiet),
        process([*inner, *serve], env={**os.environ, **SETTINGS}),
    ):
        origins = [f"http://{PUBLIC}:{port}/up.json" for port in (80, OWN_PORT)]
        started = ("http://127.0.0.1:8000/readyz", *origins)
        assert all(asked(*started, within=inner, patience=PATIENCE)), "not all of them started"
        replies = opened("metadata-a.test", "private-a.test", "public-a.test")
        assert all(reply["ok"] for reply in replies.values()), "the control: no filter yet"

        own = {"EGRESS": str(DEPLOY / "nftables/egress.nft")}
        own["OPEN"] = f"{PRIVATE} . tcp . {OWN_PORT}, 127.0.0.11 . udp . 1-65535"
        run(*inner, str(DEPLOY / "docker/boundary"), "true", env={**os.environ, **own})

        closed = opened("metadata-b.test", "private-b.test", "odd-port.test")
        for host, reply in closed.items():
            assert not reply["ok"], host
            assert reply["failure"]["code"] in {"robots_unreachable", "connect_failed"}, reply
        stays = opened("public-b.test", "own.test")
        assert all(reply["ok"] for reply in stays.values()), "the web, and what OPEN names"
        shown = run(*inner, tool("nft"), "list", "table", "inet", "polite_browser")
        assert "counter packets 0 " not in shown, "the filter refused nothing"
