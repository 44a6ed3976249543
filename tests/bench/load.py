"""A client that asks the same questions over and over on a few kept connections.

A process of its own (``python -m tests.bench.load``): it shares no lock with the server. It
reads one JSON object, ``{"port", "targets", "count", "bodies"}``: each target has its own
connection and is asked *count* times, with POST where it has a body. It answers with
``{"seconds"}`` for all of them together.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from time import perf_counter

import uvloop

from browser.model.url import Url


def rate(address: str, targets: list[str], count: int, bodies: list[str] | None = None) -> float:
    """Requests a second over all *targets*, from another process.

    *bodies* are JSON, one for each target, and make it a POST.
    """
    task = {
        "port": Url.parse(address).port, "targets": targets, "count": count,
        "bodies": bodies or [""] * len(targets),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(task), capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    seconds: float = json.loads(done.stdout)["seconds"]
    return len(targets) * count / seconds


async def ask(port: int, target: str, count: int, ready: asyncio.Barrier, sent: str) -> None:
    """Ask *count* times; anything but a good reply ends the bench."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    if sent:
        fields = f"Content-Type: application/json\r\nContent-Length: {len(sent.encode())}\r\n\r\n"
        request = b"POST" + request[3:-2] + fields.encode() + sent.encode()
    await ready.wait()
    for _ in range(count):
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        body = await reader.readexactly(length)
        if not head.startswith(b"http/1.1 200") or not (sent or b'"ok":true' in body):
            raise RuntimeError(f"{target}: {body.decode()[:300]}")
    writer.close()
    await writer.wait_closed()


async def main() -> None:
    task = json.load(sys.stdin)
    ready = asyncio.Barrier(len(task["targets"]) + 1)
    async with asyncio.TaskGroup() as group:
        for target, body in zip(task["targets"], task["bodies"], strict=True):
            group.create_task(ask(task["port"], target, task["count"], ready, body))
        await ready.wait()
        began = perf_counter()
    print(json.dumps({"seconds": perf_counter() - began}))


if __name__ == "__main__":
    uvloop.run(main())
