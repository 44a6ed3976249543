"""The service needs no home, no folder of its own, no writable file system and no privilege."""

from __future__ import annotations

import os
from pathlib import Path

from tests.deploy.machine import (
    BROWSER,
    PATIENCE,
    as_service,
    asked,
    free_port,
    permitted,
    process,
    tool,
)

# The whole tree read-only for this process and its children, but for a folder for temporary files.
READ_ONLY = """
mount --make-rprivate /
mount -o remount,bind,ro / && mount -t tmpfs -o mode=1777,size=64m tmpfs "$TMPDIR"
cd / && ! touch /left-behind 2>/dev/null && exec "$@"
"""


def test_it_runs_as_nobody_on_a_read_only_root(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    held = (tool("unshare"), "--mount", "/bin/sh", "-euc", READ_ONLY, "held")
    permitted(*held, "true")
    port = free_port()
    command = (*held, *as_service(), *BROWSER, "serve")
    environment = {name: os.environ[name] for name in ("PATH", "TMPDIR")}
    environment |= {"HOME": "/nonexistent"}
    environment |= {"BROWSER_SERVER__PORT": str(port), "BROWSER_STORE__URL": "memory:"}
    environment |= {"BROWSER_PAGE__WORKERS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    address = f"http://127.0.0.1:{port}"
    with process(command, env=environment) as service:
        opened = f"{address}/v1/open_url?session=s1&url=http%3A%2F%2F127.0.0.1%2F"
        ready, reply = asked(f"{address}/readyz", opened, patience=PATIENCE)
        assert ready is not None
        assert reply["failure"]["code"] == "address_refused"
        status = Path(f"/proc/{service.pid}/status").read_text("utf-8").split("\n")
        told = dict(line.split(":\t", 1) for line in status if ":\t" in line)
        assert told["Uid"].split() == ["65532"] * 4
        reading = 1 << 2  # CAP_DAC_READ_SEARCH, at most: see as_service
        assert int(told["CapEff"], 16) & ~reading == int(told["CapBnd"], 16) & ~reading == 0
        assert told["NoNewPrivs"] == "1"
