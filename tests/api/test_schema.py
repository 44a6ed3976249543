"""The OpenAPI document, and what it costs to be ready for requests."""

from __future__ import annotations

import re

import httpx
from starlette.routing import Route

from browser.compose import build
from browser.settings import Settings


def test_every_shape_that_the_document_names_is_described_in_it(service: httpx.Client):
    written = service.get("/openapi.json").text
    named = set(re.findall(r'"#/components/schemas/(\w+)"', written))
    assert {"ReplyInfo", "ProblemInfo", "PageInfo", "HostsInfo"} <= named
    assert named <= set(service.get("/openapi.json").json()["components"]["schemas"])


def test_no_route_waits_for_the_first_request_to_be_analysed():
    app = build(Settings.model_validate({"store": {"url": "memory:"}}))
    assert {type(route) for route in app.routes if not isinstance(route, Route)} == set()
