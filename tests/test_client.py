"""The small client against servers that are, and are not, the service."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from browser.client import Client, ClientError

REPLY = {"session": "s 1/é", "text": "Words.", "ok": True}


class Answering:
    """A server that gives one answer to every request, then closes the connection."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.heads: list[str] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                head = connection.recv(65536).decode()
                self.heads.append(head)
                connection.sendall(self._answer)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@contextmanager
def answering(body: Any, status: str = "200 OK") -> Iterator[Answering]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    server = Answering(f"HTTP/1.1 {status}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data)
    try:
        yield server
    finally:
        server.close()


def test_a_command_is_a_get_with_the_session_that_the_first_reply_named():
    with answering(REPLY) as server:
        client = Client(server.address, "token-of-the-service")
        client.command("search", query="a b&c=d+é", topn=3, site=None)
        client.command("back")
        first, second = (head.split("\r\n") for head in server.heads)
    assert first[0] == "GET /v1/search?query=a+b%26c%3Dd%2B%C3%A9&topn=3 HTTP/1.1"
    assert "Authorization: Bearer token-of-the-service" in first
    assert second[0] == "GET /v1/back?session=s+1%2F%C3%A9 HTTP/1.1"


def test_a_service_that_hung_up_meanwhile_is_asked_over_a_new_connection():
    with answering(REPLY) as server:  # it closes after each answer, without saying so
        client = Client(server.address)
        for _ in range(3):
            assert client.command("sources")["text"] == "Words."


def test_a_mistake_is_told_in_the_service_s_words():
    for body, status, told in (
        ({"detail": "Send a token."}, "401 Unauthorized", r"^Send a token\.$"),
        (b"", "502 Bad Gateway", "HTTP 502"),
    ):
        with answering(body, status) as server, pytest.raises(ClientError, match=told):
            Client(server.address).command("sources")


@pytest.mark.parametrize("body", [b"<html>hello</html>", b"", [1], {"session": "s"}, {"text": "t"}])
def test_what_is_no_polite_browser_is_told(body: Any):
    with answering(body) as server, pytest.raises(ClientError, match="no polite-browser"):
        Client(server.address).command("sources")


@pytest.mark.parametrize(
    "noise", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]
)
def test_what_is_no_http_is_told(noise: bytes):
    server = Answering(noise)
    try:
        with pytest.raises(ClientError, match="does not answer"):
            Client(server.address).command("sources")
    finally:
        server.close()


@pytest.mark.parametrize("address", ["ftp://a.test/", "file:///x", "mailto:a@b.test"])
def test_an_address_of_another_kind_is_told(address: str):
    with pytest.raises(ClientError, match="no http address"):
        Client(address)


def test_what_is_no_address_is_a_value_error():
    with pytest.raises(ValueError, match="not a URL"):
        Client("127.0.0.1:8000")


def test_a_conversation_that_is_not_there_has_an_empty_transcript():
    with answering({"detail": "No such conversation."}, "404 Not Found") as server:
        client = Client(server.address, session="s 1/é?")
        assert client.transcript() == {}
        assert client.note() == ""
        with pytest.raises(ClientError, match="No such conversation"):
            client.whole(3)
    assert [head.split(" ")[1] for head in server.heads] == [
        "/v1/sessions/s%201%2F%C3%A9%3F",
        "/v1/sessions/s%201%2F%C3%A9%3F",
        "/v1/sessions/s%201%2F%C3%A9%3F/pages/3",
    ]


def test_the_note_is_that_of_the_step_that_runs():
    done, runs = {"status": "finished"}, {"status": "running", "note": "waiting 3 s for a.test"}
    for steps, note in (([done, runs], runs["note"]), ([done], ""), ([], "")):
        with answering({"session": "s", "steps": steps}) as server:
            assert Client(server.address, session="s").note() == note


def test_a_mistake_without_a_transcript_is_one():
    with answering({"detail": "Send a token."}, "401 Unauthorized") as server:
        with pytest.raises(ClientError, match="Send a token") as caught:
            Client(server.address, session="s").transcript()
        assert caught.value.status == 401


def test_who_hangs_up_ends_what_is_asked_and_may_ask_again():
    listener = socket.create_server(("127.0.0.1", 0))
    client = Client(f"http://127.0.0.1:{listener.getsockname()[1]}")
    failed: list[ClientError] = []

    def ask() -> None:
        try:
            client.command("sources")
        except ClientError as error:
            failed.append(error)

    for _ in range(2):
        asking = threading.Thread(target=ask)
        asking.start()
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(65536)
            client.close()
            assert connection.recv(1) == b"", "the server sees it"
            asking.join(30)
    listener.close()
    assert len(failed) == 2
    assert all(error.status == 0 for error in failed)
