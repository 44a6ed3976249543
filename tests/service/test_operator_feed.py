"""The operator's stream in a service where much happens at once."""

from __future__ import annotations

from typing import Any

import pytest

from browser.api.operator import feed
from tests.service.living import Talk, serving
from tests.service.stream import Reader
from tests.service.test_operator import TOKEN, Desk
from tests.world import World


def test_what_does_not_fit_into_one_event_comes_with_the_next_ones(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed, "AT_ONCE", 2)
    hosts = {f"many{number}.test" for number in range(5)}
    with serving(world, server={"operator_token": TOKEN}) as client:
        desk = Desk(client)
        with desk.client, Reader(desk.client, "/operator/events") as reader:
            assert reader.next().event == "totals"
            for host in hosts:
                Talk(client).fails("http_status", "open_url", url=f"http://{host}/")
            told: dict[str, Any] = {}
            while told.keys() < hosts or any(host["outcomes"] == {} for host in told.values()):
                event = reader.next()
                if event.event == "hosts":
                    assert 0 < len(event.data) <= 2
                    told.update({host["host"]: host for host in event.data})
            assert {str(host["outcomes"]) for host in told.values()} == {"{'http_status': 1}"}


def test_a_quiet_stream_is_kept_open_and_nobody_looks_without_a_reader(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed, "EVERY", 0.01)
    looks: list[int] = []
    look = feed.Readers.look

    async def counted(self: feed.Readers) -> Any:
        looks.append(1)
        return await look(self)

    monkeypatch.setattr(feed.Readers, "look", counted)
    with serving(world, server={"operator_token": TOKEN}) as client:
        desk = Desk(client)
        with desk.client:
            assert desk.ask("hosts")["found"] == 0
            assert not looks
            with Reader(desk.client, "/operator/events") as reader:
                while not reader.any().comments:
                    pass
            assert looks
