"""The service does what its OpenAPI document says, whatever valid or invalid calls are made of it.

Schemathesis makes the calls from the document: examples, the edges of every parameter, random
values, wrong types, missing parameters, methods that are not there, credentials left out. Every
answer has a status, a media type and a shape that the document declares, and none is a 5xx.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, settings

from browser.compose import build
from browser.config import fixed
from browser.settings import Settings
from tests.service.living import serving, small_library
from tests.world import World

schemathesis = pytest.importorskip("schemathesis")

from schemathesis.checks import (  # noqa: E402
    negative_data_rejection,
    positive_data_acceptance,
)

TOKEN = "token-of-the-described-service"
OPERATOR = "operator-of-the-described-service"
EXAMPLES = 15  # random calls of each operation, beside those at the edges
OPERATOR_EXAMPLES = 3  # likewise


async def nobody(name: str, port: int) -> list[str]:
    """No name leads anywhere: the calls are many, and none may leave this machine."""
    raise OSError(f"{name}:{port}")


def make(settings: Settings) -> FastAPI:
    return build(settings, lookup=nobody)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service that searches a small index and may open nothing."""
    with World() as world:
        index = small_library(world, tmp_path_factory.mktemp("library"))
        with serving(
            world,
            make,
            server={"tokens": [TOKEN], "operator_token": OPERATOR},
            search={"provider": "local", "local": {"index": str(index)}},
            egress={"ports": [world.port]},
            limits={"max_wait": 0},
        ) as client:
            yield client


# What OpenAPI has no words for: one parameter, or the other; that no address is an empty list;
# what a host is.
UNSAYABLE = {
    "allow": [positive_data_acceptance, negative_data_rejection],
    "scroll": [positive_data_acceptance],
    **{name: [positive_data_acceptance] for name in ("host", "order", "withdraw")},
}

# A head that is too long (431) is refused as well as one that is malformed.
config = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": ["4xx"]}}}
)
document = schemathesis.openapi.from_dict(
    build(fixed(store={"url": "memory:"})).openapi(), config=config
)
models = document.exclude(tag="operator")
operators = document.include(tag="operator").exclude(operation_id="events")  # which has no end


def examples(number: int) -> settings:
    return settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@models.parametrize()  # type: ignore[untyped-decorator]
@examples(EXAMPLES)
def test_every_operation_answers_as_described(case: Any, service: httpx.Client):
    judge(case, service, TOKEN)


@operators.parametrize()  # type: ignore[untyped-decorator]
@examples(OPERATOR_EXAMPLES)
def test_every_operation_of_an_operator_does(case: Any, service: httpx.Client):
    judge(case, service, OPERATOR)


def judge(case: Any, service: httpx.Client, token: str) -> None:
    case.call_and_validate(
        base_url=str(service.base_url),
        headers={"Authorization": f"Bearer {token}"},
        excluded_checks=UNSAYABLE.get(case.operation.definition.raw["operationId"], []),
    )
