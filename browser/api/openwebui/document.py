"""The OpenAPI document of the tool server: flat, so that Open WebUI can make tools of it.

It takes the names and types of a body's own properties and follows no choice between schemas. Its
addresses are what an administrator entered, with the path behind it; ``servers`` says the same to
other readers.

Governing text: OpenAPI 3.1, JSON Schema 2020-12. Left to taste: descriptions of at most 200
characters, as other doors have them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi.openapi.models import SecurityBase
from pydantic import BaseModel

from browser import __version__

ANSWERS = (
    "What was asked for; or, as JSON, an object with error (a sentence that says what to do), code "
    "and, where a retry makes sense, retry_after in seconds."
)
KEPT = ("type", "description", "default")  # bounds stand in words; some models' services take none


@dataclass(frozen=True)
class Tool:
    """One operation.

    Attributes:
        name: Its operationId, which becomes the tool's name.
        summary: A few words.
        description: For the model.
        takes: The body.
        gives: Media type of an answer that did not fail.
    """

    name: str
    summary: str
    description: str
    takes: type[BaseModel]
    gives: str


def document(tools: tuple[Tool, ...], access: SecurityBase, address: str) -> dict[str, Any]:
    """Describe *tools*.

    Args:
        tools: All of them.
        access: How callers prove who they are.
        address: Under which the paths are.
    """
    scheme = access.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "polite-browser",
            "version": __version__,
            "description": "A text browser: search the web, read pages, quote their exact words.",
        },
        "servers": [{"url": address}],
        "security": [{"token": []}],
        "paths": {f"/{tool.name}": {"post": _operation(tool)} for tool in tools},
        "components": {"securitySchemes": {"token": scheme}},
    }


def _operation(tool: Tool) -> dict[str, Any]:
    answer: dict[str, Any] = {"type": "string"} if tool.gives == "text/plain" else {}
    content = {"application/json": {"schema": {}}, tool.gives: {"schema": answer}}
    return {
        "operationId": tool.name,
        "summary": tool.summary,
        "description": tool.description,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _flat(tool.takes)}},
        },
        "responses": {"200": {"description": ANSWERS, "content": content}},
    }


def _flat(takes: type[BaseModel]) -> dict[str, Any]:
    schema = takes.model_json_schema()
    return {
        "type": "object",
        "properties": {
            name: {key: told[key] for key in KEPT if key in told}
            for name, told in schema["properties"].items()
        },
        "required": schema["required"],
    }
