from __future__ import annotations

from typing import Any

import pytest

from browser.client import Client, ClientError
from browser.shell import HELP, Mistake, request, run


@pytest.mark.parametrize(
    ("line", "name", "parameters"),
    [
        ("search two words", "search", {"query": "two words"}),
        ("  search   'quotes stay' ", "search", {"query": "'quotes stay'"}),
        ("open https://a.example/?q=1", "open_url", {"url": "https://a.example/?q=1"}),
        ("find 12", "find", {"pattern": "12"}),
        ("click 3", "click", {"id": 3}),
        ("click 3 1", "click", {"id": 3, "cursor": 1}),
        ("scroll", "scroll", {"line": 38}),
        ("scroll -5", "scroll", {"amount": -5}),
        ("line 12", "scroll", {"line": 12}),
        ("quote 4", "quote", {"start": 4, "end": 4}),
        ("quote 4 6", "quote", {"start": 4, "end": 6}),
        ("back", "back", {}),
        ("sources", "sources", {}),
    ],
)
def test_a_line_becomes_a_command(line: str, name: str, parameters: dict[str, Any]):
    assert request(line, (0, 37)) == (name, parameters)


@pytest.mark.parametrize(
    "line",
    ["search", "open ", "click", "click x", "click 1 2 3", "line", "quote", "dance", "click '1",
     "SEARCH words", "quote 1 2 3"],
)  # fmt: skip
def test_what_is_no_command_is_told_with_those_that_are(line: str):
    with pytest.raises(Mistake) as caught:
        request(line)
    assert HELP in str(caught.value)


def test_a_long_mistake_is_not_repeated_whole():
    with pytest.raises(Mistake) as caught:
        request("x" * 10_000)
    assert len(str(caught.value)) < 1000


class Scripted(Client):
    """A client whose service is a list of replies."""

    def __init__(self, *replies: dict[str, Any] | ClientError) -> None:
        super().__init__("http://127.0.0.1:1")
        self.replies = list(replies)
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def command(self, name: str, **parameters: str | int | None) -> dict[str, Any]:
        self.asked.append((name, parameters))
        reply = self.replies.pop(0)
        if isinstance(reply, ClientError):
            raise reply
        return reply


def typed(*lines: str) -> Any:
    waiting = list(lines)

    def read(_: str) -> str:
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    return read


def shown(first: int, last: int, end: int) -> dict[str, Any]:
    return {"text": f"window {first}", "page": {"lines": [first, last, end]}, "quote": None}


def test_scroll_goes_on_where_the_last_window_ended(capsys: pytest.CaptureFixture[str]):
    client = Scripted(shown(0, 9, 30), shown(10, 19, 30), {**shown(0, 0, 0), "page": None})
    run(client, typed("open http://a.example/", "scroll", "scroll", "quit", "back"))
    assert client.asked == [
        ("open_url", {"url": "http://a.example/"}),
        ("scroll", {"line": 10}),
        ("scroll", {"line": 20}),
    ]
    assert "window 10" in capsys.readouterr().out


def test_mistakes_and_an_absent_service_do_not_end_the_shell(capsys: pytest.CaptureFixture[str]):
    quoted = {**shown(0, 1, 1), "quote": {"source_url": "http://a.example/#:~:text=x"}}
    client = Scripted(ClientError("the service does not answer: gone"), quoted)
    run(client, typed("dance", "", "sources", "quote 1"))
    said = capsys.readouterr().out
    assert "not a command: 'dance'" in said
    assert "does not answer: gone" in said
    assert "http://a.example/#:~:text=x" in said
    assert len(client.asked) == 2
