"""What a chat reads to plug this service in: a manifest, and its commands as OpenAPI 3.0.

Governing text: the plugin contract that ChatGPT had from 2023 on and other chats took over. Its
limits: 20 characters for the name that people see, 50 for the model's, 100 for the description
that people see, 8,000 for the model's, which does not say when to call; 200 for every description
in the OpenAPI document. Both names that clients know for "the user logs in" are given.

Anybody may read it: a chat reads it before it has a token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response

from browser.api.introduced import PURPOSE, READING, own_address
from browser.api.openapi30 import convert

MANIFEST = "/.well-known/ai-plugin.json"
OPENAPI = "/.well-known/openapi.yaml"
LOGO = "/.well-known/logo.png"
LEGAL = "/agent"
NAME_FOR_MODEL = "text_browser"


@dataclass(frozen=True)
class Introduction:
    """What the operator says of the plugin.

    Attributes:
        name: For people, at most 20 characters.
        description: For people, at most 100 characters.
        contact: E-mail address, possibly empty.
        logo_url: Empty for the service's own.
        legal_url: Empty for the service's page for site owners.
        secured: Whether callers need a token.
        verification_tokens: By chat, what it gave the operator to prove who runs the service.
        public_url: Address under which others reach the service, possibly empty.
    """

    name: str
    description: str
    contact: str = ""
    logo_url: str = ""
    legal_url: str = ""
    secured: bool = False
    verification_tokens: Mapping[str, str] = field(default_factory=dict)
    public_url: str = ""


def router(introduction: Introduction) -> APIRouter:
    """Two public documents."""
    routes = APIRouter(include_in_schema=False)

    @cache
    def described(app: FastAPI) -> dict[str, Any]:
        return convert(app.openapi(), secured=introduction.secured)

    @cache
    def body(app: FastAPI) -> str:
        """All but the head: the same whatever address the service was asked at."""
        return _yaml({key: described(app)[key] for key in ("paths", "components")})

    @routes.get(MANIFEST)
    async def manifest(request: Request) -> JSONResponse:
        return JSONResponse(_manifest(introduction, own_address(request, introduction.public_url)))

    @routes.get(OPENAPI)
    async def openapi(request: Request) -> Response:
        # Made once, which takes more than half a second.
        rest = await anyio.to_thread.run_sync(body, request.app)
        head = {key: described(request.app)[key] for key in ("openapi", "info")}
        head["servers"] = [{"url": own_address(request, introduction.public_url)}]
        return Response(_yaml(head) + rest, media_type="application/yaml; charset=utf-8")

    return routes


def _manifest(plugin: Introduction, address: str) -> dict[str, Any]:
    auth: dict[str, Any] = {"type": "none"}
    if plugin.secured:
        auth = {
            "type": "service_http",
            "authorization_type": "bearer",
            "verification_tokens": dict(plugin.verification_tokens),
        }
    return {
        "schema_version": "v1",
        "name_for_human": plugin.name,
        "name_for_model": NAME_FOR_MODEL,
        "description_for_human": plugin.description,
        "description_for_model": f"Plugin for {PURPOSE}\n{READING}",
        "auth": auth,
        "api": {
            "type": "openapi",
            "url": address + OPENAPI,
            "is_user_authenticated": False,
            "has_user_authentication": False,
        },
        "logo_url": plugin.logo_url or address + LOGO,
        "contact_email": plugin.contact,
        "legal_info_url": plugin.legal_url or address + LEGAL,
    }


def _yaml(document: dict[str, Any]) -> str:
    import yaml  # noqa: PLC0415 - few chats ask for it

    class Plain(yaml.SafeDumper):
        """Writes equal parts out instead of pointing at the first of them."""

        def ignore_aliases(self, data: Any) -> bool:
            del data
            return True

    return yaml.dump(document, Dumper=Plain, sort_keys=False, allow_unicode=True, width=100)
