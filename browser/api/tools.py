"""``GET /v1/tools``: the commands as tools, for orchestrators that call a model themselves.

Taken from the same OpenAPI operations as everything else, in the words of whoever serves the
model: ``openai`` (chat completions; most servers of open weights), ``anthropic`` (messages), and
``harmony``, the browser tool that gpt-oss models were trained on, in openai-harmony's own words.

No tool has a parameter ``session``: a model would forget it or make one up. The orchestrator adds
it, as ``call`` says. Schemas keep to what the strict modes of servers know: one level, no
references, no other parameters, and defaults told in words. What else bounds a parameter is
answered in words when a call goes beyond it.

Governing texts: the APIs' own descriptions of tools; JSON Schema 2020-12.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from browser.api.access import Access
from browser.api.bounds import FAR
from browser.api.introduced import PURPOSE, READING, own_address
from browser.api.openapi30 import commands, parameter_schema
from browser.api.query import check_names
from browser.api.schema import PROBLEMS, Shape, response
from browser.api.tools_harmony import harmony

Style = Literal["openai", "anthropic", "harmony"]

_SAID = ("type", "enum", "minimum", "maximum")  # words that strict modes know
_ARGUMENTS = (
    "The query holds the model's arguments without those that are null, and session: any name of "
    "1 to 200 visible ASCII characters that you choose for the conversation. Hand the reply's "
    "text to the model, also when ok is false, or the detail of a 4xx."
)


class RouteInfo(Shape):
    """One command behind a tool."""

    when: str = Field(description="To which calls of the tool it belongs.")
    route: str = Field(description="With {name} for each argument.")


class CallInfo(Shape):
    """How to run what the model asks for."""

    method: Literal["GET"]
    url: str = Field(description="With {name} for the tool's name, or {route} for one of `routes`.")
    query: str = Field(description="What the query string holds.")
    reply: str = Field(description="Member of the reply that the model reads.")
    routes: dict[str, list[RouteInfo]] | None = Field(
        default=None, description="By tool, the commands that run it, where names differ."
    )


class ToolsInfo(Shape):
    """The commands as tools."""

    style: Style
    tools: list[dict[str, Any]] = Field(description="To be handed to the model's server as it is.")
    instructions: str = Field(description="For the system message: how to read and cite displays.")
    call: CallInfo
    namespace: dict[str, Any] | None = Field(
        default=None,
        description="Of harmony: what openai_harmony.ToolNamespaceConfig takes.",
    )


def router(access: Access, public_url: str) -> APIRouter:
    """The tools.

    Args:
        access: Checks callers.
        public_url: Address under which others reach the service, possibly empty.
    """
    routes = APIRouter(prefix="/v1", dependencies=[Depends(access)], tags=["orchestrator"])

    @routes.get(
        "/tools",
        operation_id="tools",
        summary="The commands as tools for a model",
        responses={
            200: response(ToolsInfo, "The tools, and how to run them."),
            **PROBLEMS,
        },
    )
    async def tools(
        request: Request,
        style: Annotated[Style, Query(description="Whose form the tools have.")] = "openai",
    ) -> JSONResponse:
        """List the commands in the form in which a model's server takes tools."""
        check_names(request, {"style"})
        told: dict[str, Any]
        if style == "harmony":
            # It is loaded when first asked for, and never on the event loop.
            told = await anyio.to_thread.run_sync(harmony)
        else:
            document = await anyio.to_thread.run_sync(request.app.openapi)  # slow the first time
            made = [_tool(path, each, style) for path, each in commands(document)]
            told = {"tools": made, "instructions": f"Tools for {PURPOSE}\n{READING}"}
        call: dict[str, Any] = {
            "method": "GET",
            "url": own_address(request, public_url)
            + ("{route}" if style == "harmony" else "/v1/{name}"),
            "query": _ARGUMENTS,
            "reply": "text",
            **told.pop("call", {}),
        }
        return JSONResponse({"style": style, **told, "call": call})

    return routes


def _tool(path: str, operation: dict[str, Any], style: Style) -> dict[str, Any]:
    name = path.removeprefix("/v1/")
    says = f"{operation['summary']}. {operation['description']}"
    given = [each for each in operation.get("parameters", ()) if each["name"] != "session"]
    schema = {
        "type": "object",
        "properties": {each["name"]: _property(each) for each in given},
        "required": [each["name"] for each in given if each["required"]],
        "additionalProperties": False,
    }
    if style == "anthropic":
        return {"name": name, "description": says, "input_schema": schema}
    return {
        "type": "function",
        "function": {"name": name, "description": says, "parameters": schema},
    }


def _property(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = parameter_schema(parameter["schema"])
    says = parameter["description"]
    if schema.get("default") is not None:
        says += f" Default {schema['default']}."
    bounds = {key: schema[key] for key in _SAID if key in schema and not _is_far(schema[key])}
    return {**bounds, "description": says}


def _is_far(told: Any) -> bool:
    """Whether a bound is only there to keep numbers short; to a model it says nothing."""
    return isinstance(told, int) and abs(told) >= FAR
