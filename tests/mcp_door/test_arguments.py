"""Arguments of any kind get a result: a model's mistake is told to the model."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from browser.api.mcp.tools import TOOLS, Mistake
from tests.mcp_door.calling import call, post

KNOWN = sorted({name for tool in TOOLS.values() for name in tool.arguments.model_fields})
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["", "0", "3", "-1", "3.0", "1e3", "http://mcp.test/", "x" * 10_000])
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda some: (
        st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some, max_size=3)
    ),
    max_leaves=5,
)
ARGUMENTS = st.dictionaries(st.sampled_from(KNOWN) | st.text(max_size=5), VALUES, max_size=5)


@given(st.sampled_from(sorted(TOOLS)), ARGUMENTS)
@settings(max_examples=200, deadline=None)
def test_they_are_read_or_mistaken(name: str, arguments: dict[str, Any]):
    tool = TOOLS[name]
    try:
        command, parameters = tool.read(arguments).call(tool.command)
    except Mistake as mistake:
        told = tool.mistaken(mistake)
        assert f"{name} takes: session" in told
        assert "\n" not in told
        assert len(told) < 600
    else:
        assert command
        assert "session" not in parameters


@given(st.sampled_from(sorted(TOOLS)), ARGUMENTS)
@settings(max_examples=60, deadline=None)
def test_the_wire_carries_a_result(service: httpx.Client, name: str, arguments: dict[str, Any]):
    try:
        response = post(service, "tools/call", name=name, arguments=arguments)
    except (ValueError, UnicodeEncodeError):  # no JSON: what httpx does not send
        return
    assert response.status_code == 200, response.text
    result = response.json()["result"]
    assert result["content"][0]["text"]


MISTAKES = [
    ("browser_open", {}, "give id, the number of a link, or url; one of them"),
    ("browser_open", {"id": 1, "url": "http://mcp.test/"}, "one of them"),
    ("browser_open", {"id": "first"}, "id has to be a whole number"),
    ("browser_open", {"id": 10**12}, "id has to be at most 1000000000"),
    ("browser_scroll", {"amount": 1, "line": 2}, "give amount or line, not both"),
    ("browser_find", {"text": "words"}, "there is no argument `text`"),
    ("browser_find", {"pattern": ["words"]}, 'pattern has to be a string, as in "a"'),
    ("browser_quote", {"start": 2}, "end is missing"),
    ("browser_search", {"query": "x", "topn": 0}, "topn has to be at least 1"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), MISTAKES)
def test_a_mistake_is_told_with_what_is_valid(
    service: httpx.Client, name: str, arguments: dict[str, Any], says: str
):
    result = call(service, name, {**arguments, "session": "mistaken"})
    assert result["isError"]
    text = result["content"][0]["text"]
    assert says in text
    assert f"{name} takes: session, " in text
    verbs = {"browser_open": "Open", "browser_scroll": "Scroll", "browser_find": "Find",
             "browser_quote": "Quote", "browser_search": "Search"}  # fmt: skip
    assert text.startswith(f"{verbs[name]} failed: ")
    assert service.get("/v1/sessions/mistaken").status_code == 404


SLIPS = [
    ("browser_open", {"id": "0", "cursor": 0.0, "url": None}),
    ("browser_open", {"id": 0, "url": ""}),
    ("browser_scroll", {"line": "2", "amount": None}),
    ("browser_quote", {"start": "2", "end": "3"}),
    ("browser_search", {"query": "apples", "recency_days": None, "site": None, "topn": "3"}),
]


@pytest.mark.parametrize(("name", "arguments"), SLIPS)
def test_a_slip_that_leaves_no_doubt_is_taken_as_meant(
    service: httpx.Client, name: str, arguments: dict[str, Any]
):
    call(service, "browser_open", {"url": "http://mcp.test/", "session": f"slip-{name}"})
    result = call(service, name, {**arguments, "session": f"slip-{name}"})
    assert not result.get("isError"), result["content"][0]["text"]
