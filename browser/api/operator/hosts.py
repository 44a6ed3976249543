"""The hosts and their limits: ``/operator/hosts``."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse

from browser.api.bounds import FAR
from browser.api.operator.access import WHO, who
from browser.api.operator.told import host_json, totals_json
from browser.api.problem import Problem
from browser.api.query import check_names
from browser.model.clock import iso
from browser.model.limits import HostState
from browser.orders import OrderError, Orders
from browser.rules.orders import Wanted, host_name
from browser.sights.view import Order, View

NO_STORE = {"Cache-Control": "no-store"}
MOST = 500  # hosts in one answer
BY = {
    "parameters": [
        {
            "name": WHO,
            "in": "header",
            "required": False,
            "description": "Who orders it, for the audit log.",
            "schema": {"type": "string", "maxLength": 80, "pattern": "^[!-~]([ -~]*[!-~])?$"},
        }
    ]
}
Host = Annotated[
    str,
    Path(description="As in a URL; an international name may be written as it is.", max_length=253),
]


class Hosts:
    """Answers.

    Args:
        view: Knows what hosts do.
        orders: Carries out what is ordered.
    """

    def __init__(self, view: View, orders: Orders) -> None:
        self._view = view
        self._orders = orders

    async def all(
        self,
        request: Request,
        search: Annotated[
            str, Query(description="Part of a host's name; empty for all.", max_length=253)
        ] = "",
        state: Annotated[HostState | None, Query(description="Only hosts in this state.")] = None,
        sort: Annotated[
            Order, Query(description="By name, or the most first; `last` was asked last.")
        ] = "state",
        offset: Annotated[int, Query(ge=0, le=FAR, description="Hosts to leave out.")] = 0,
        limit: Annotated[int, Query(ge=0, le=MOST, description="Hosts to tell of.")] = 100,
    ) -> JSONResponse:
        """Hosts that were asked for, that operators have ordered something for, or of settings."""
        check_names(request, {"search", "state", "sort", "offset", "limit"})
        look = await self._view.look()
        name = search.strip().lower()
        found = look.found(name if name.isascii() else host_name(name) or name, state, sort)
        cap = self._view.limits.now.crawl_delay_cap
        part = [host_json(row, look.at, cap) for row in found[offset : offset + limit]]
        return JSONResponse(
            {
                "at": iso(look.at),
                "replicas": look.replicas,
                "totals": totals_json(look),
                "found": len(found),
                "hosts": part,
            },
            headers=NO_STORE,
        )

    async def one(self, request: Request, host: Host) -> JSONResponse:
        """Also of a host that nobody has asked for."""
        check_names(request, set())
        return await self._told(_named(host))

    async def order(self, request: Request, host: Host, wanted: Wanted) -> JSONResponse:
        """The whole order: what is left out follows the settings. It holds from the next turn."""
        check_names(request, set())
        name, by = _named(host), who(request.headers)
        try:
            await self._orders.set(wanted, name, by)
        except OrderError as error:
            raise _malformed(str(error)) from error
        self._view.forget()
        return await self._told(name)

    async def withdraw(self, request: Request, host: Host) -> JSONResponse:
        """Its limits are those of the settings again."""
        check_names(request, set())
        name, by = _named(host), who(request.headers)
        if not await self._orders.unset(name, by):
            raise Problem(404, "no such order", "No operator's order stands for this host.")
        self._view.forget()
        return await self._told(name)

    async def _told(self, name: str) -> JSONResponse:
        now, row = await self._view.host(name)
        told = host_json(row, now, self._view.limits.now.crawl_delay_cap)
        return JSONResponse(told, headers=NO_STORE)


def _named(host: str) -> str:
    name = host_name(host)
    if name is None:
        raise _malformed(
            "host has to be a host name or address as in a URL, without scheme, port and *"
        )
    return name


def _malformed(detail: str) -> Problem:
    return Problem(422, "malformed parameters", detail)
