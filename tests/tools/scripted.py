"""A server of the chat-completions protocol whose model follows a script.

It is as strict as the servers that people use: a request whose conversation or tools have not the
protocol's form is answered 400, and what it says is kept in `complaints`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from jsonschema import Draft202012Validator

Json = dict[str, Any]
Turn = Callable[[list[Json]], Json]  # from the conversation to what the model says next
KEY = "key-of-the-model-server"


class Model:
    """What the model says, turn by turn, and what it was sent."""

    def __init__(self, turns: list[Turn]) -> None:
        self.turns = turns
        self.asked: list[Json] = []
        self.complaints: list[str] = []

    def answer(self, request: Json) -> Json:
        """The next turn; after the last one it stays as it is."""
        self.asked.append(request)
        turn = self.turns[min(len(self.asked), len(self.turns)) - 1]
        message = {"role": "assistant", "content": None, **turn(request["messages"])}
        if request.get("tool_choice") == "none":
            message.pop("tool_calls", None)
        reason = "tool_calls" if message.get("tool_calls") else "stop"
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return {"id": "c", "object": "chat.completion", "choices": [choice]}

    @property
    def results(self) -> list[str]:
        """The tool results of the last request."""
        return [each["content"] for each in self.asked[-1]["messages"] if each["role"] == "tool"]


def mistakes(request: Json) -> list[str]:
    """What a strict server would complain of."""
    found = [] if isinstance(request.get("model"), str) else ["model"]
    for tool in request["tools"]:
        Draft202012Validator.check_schema(tool["function"]["parameters"])
    waiting: list[str] = []
    for message in request["messages"]:
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting or not isinstance(message["content"], str):
                found.append("a tool message that answers no call")
            waiting = [each for each in waiting if each != message["tool_call_id"]]
            continue
        if waiting:
            found.append("a call without an answer")
        waiting = [call["id"] for call in message.get("tool_calls") or ()]
    return found + (["a call without an answer"] if waiting else [])


@contextmanager
def model_server(model: Model) -> Iterator[str]:
    """Serve *model*; yields the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wrong = mistakes(request)
            if self.headers["Authorization"] != f"Bearer {KEY}":
                wrong.append("no key")
            if self.path != "/v1/chat/completions":
                wrong.append(self.path)
            model.complaints += wrong
            reply = {"error": wrong} if wrong else model.answer(request)
            body = json.dumps(reply).encode()
            self.send_response(400 if wrong else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
