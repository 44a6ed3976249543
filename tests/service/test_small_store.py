"""A shared store that one caller could fill: the others and the operator go on."""

from __future__ import annotations

import base64
import random

import httpx

from tests.service.living import Talk, serving
from tests.valkey import Servers
from tests.world import World

GREEDY, OTHER, OPERATOR = "greedy-caller-token", "another-caller-token", "the-operator-s-token"
PAGES = 12


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_who_reads_more_than_there_is_room_for_stops_nobody(servers: Servers):
    server = servers("valkey", "--maxmemory", "8mb", "--maxmemory-policy", "noeviction", own=True)
    chance = random.Random(6)
    with World() as world:
        for n in range(PAGES):  # about six megabytes, which can hardly be compressed
            lines = (base64.b64encode(chance.randbytes(140)).decode() for _ in range(3000))
            world.reply(f"large{n}.test", "/", body="\n".join(lines), kind="text/plain")
        world.page("small.test", "/", "<p>Words of a page.</p>")
        tokens = {"tokens": [GREEDY, OTHER], "operator_token": OPERATOR}
        with (
            serving(world, store={"url": server.url}, server=tokens) as service,
            httpx.Client(base_url=service.base_url, headers=bearer(GREEDY), timeout=60) as one,
            httpx.Client(base_url=service.base_url, headers=bearer(OTHER), timeout=60) as two,
        ):
            greedy, other = Talk(one), Talk(two)
            assert other.do("open_url", url="http://small.test/")["ok"]
            for n in range(PAGES):
                assert greedy.do("open_url", url=f"http://large{n}.test/")["ok"], n
            assert other.do("open_url", url="http://small.test/")["ok"]
            limits = {"blocked": True, "note": "." * 200}
            path = "/operator/hosts/large0.test"
            answer = service.put(path, json=limits, headers=bearer(OPERATOR))
            assert answer.status_code == 200, answer.text
