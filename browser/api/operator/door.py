"""The operator's door: everything under ``/operator/``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from browser.api.operator.access import OperatorAccess, who
from browser.api.operator.check import Check
from browser.api.operator.feed import STREAM, Feed, Readers
from browser.api.operator.hosts import BY, NO_STORE, Hosts
from browser.api.operator.told import (
    AuditInfo,
    CheckInfo,
    HostInfo,
    HostsInfo,
    RefusalsInfo,
    ReloadInfo,
    change_json,
    refusal_json,
)
from browser.api.query import check_names
from browser.api.schema import PROBLEMS, problem, response
from browser.orders import OrderError, Orders
from browser.rules.orders import as_toml
from browser.rules.target import MAX_URL
from browser.sights.view import View

Limit = Annotated[int, Query(ge=1, le=500, description="How many, the newest first.")]


def router(view: View, orders: Orders, access: OperatorAccess, check: Check) -> APIRouter:
    """Routes under ``/operator``."""
    routes = APIRouter(
        prefix="/operator",
        dependencies=[Depends(access)],
        tags=["operator"],
        responses={
            **PROBLEMS,
            400: problem("Not one Host field, or a body that is no text."),
            401: problem("Not the operator's token."),
            403: problem("Another site's page asked."),
            404: problem("No operator token is set."),
            413: problem("A longer body than an order has."),
        },
    )
    _add_hosts(routes, Hosts(view, orders))
    readers = Readers(view, orders)

    @routes.get(
        "/refusals",
        operation_id="refusals",
        summary="What was refused lately",
        responses={200: response(RefusalsInfo)},
    )
    async def refusals(request: Request, limit: Limit = 50) -> JSONResponse:
        """Fetches that were not made, each with the rule that forbade it."""
        check_names(request, {"limit"})
        look = await view.look()
        told = [refusal_json(refusal) for refusal in look.refusals[:limit]]
        return JSONResponse({"refusals": told}, headers=NO_STORE)

    @routes.get(
        "/check",
        operation_id="check",
        summary="Would this URL be fetched now?",
        responses={200: response(CheckInfo)},
    )
    async def checked(
        request: Request, url: Annotated[str, Query(description="Any URL.", max_length=4 * MAX_URL)]
    ) -> JSONResponse:
        """Every rung's answer. The page is not asked for, robots.txt only when none is kept."""
        check_names(request, {"url"})
        return JSONResponse(await check(url), headers=NO_STORE)

    @routes.get(
        "/audit",
        operation_id="audit",
        summary="Who changed which limits",
        responses={200: response(AuditInfo)},
    )
    async def audit(request: Request, limit: Limit = 50) -> JSONResponse:
        """The last changes; the log has them all."""
        check_names(request, {"limit"})
        changes = [change_json(change) for change in await orders.changes(limit)]
        return JSONResponse({"changes": changes}, headers=NO_STORE)

    @routes.post(
        "/reload",
        operation_id="reload",
        summary="Read the settings file again",
        responses={200: response(ReloadInfo)},
        openapi_extra=BY,
    )
    async def reload(request: Request) -> JSONResponse:
        """Limits of the settings take effect at once; a file that cannot be used changes none."""
        check_names(request, set())
        try:
            reloaded, says = True, await orders.reload(who(request.headers))
        except OrderError as error:
            reloaded, says = False, str(error)
        view.forget()
        return JSONResponse({"reloaded": reloaded, "says": says}, headers=NO_STORE)

    @routes.get(
        "/limits.toml",
        operation_id="limits",
        summary="The orders that stand, as settings",
        response_class=PlainTextResponse,
    )
    async def limits(request: Request) -> PlainTextResponse:
        """Tables for the settings file."""
        check_names(request, set())
        return PlainTextResponse(as_toml(orders.standing().values()), headers=NO_STORE)

    @routes.get(
        "/events",
        operation_id="events",
        summary="What happens, as server-sent events",
        response_class=Response,
        responses={200: STREAM},
    )
    async def events(request: Request) -> Response:
        """Totals, changed hosts, refusals and changes of limits, from now on."""
        check_names(request, set())
        return Feed(readers)

    return routes


def _add_hosts(routes: APIRouter, hosts: Hosts) -> None:
    one: dict[int | str, dict[str, Any]] = {200: response(HostInfo)}
    routes.get(
        "/hosts",
        operation_id="hosts",
        summary="What every host is doing",
        responses={200: response(HostsInfo)},
    )(hosts.all)
    routes.get(
        "/hosts/{host}", operation_id="host", summary="What one host is doing", responses=one
    )(hosts.one)
    routes.put(
        "/hosts/{host}",
        operation_id="order",
        summary="Set the limits of a host",
        responses=one,
        openapi_extra=BY,
    )(hosts.order)
    routes.delete(
        "/hosts/{host}",
        operation_id="withdraw",
        summary="Take the order for a host back",
        responses={**one, 404: problem("No operator token is set, or no order stands here.")},
        openapi_extra=BY,
    )(hosts.withdraw)
