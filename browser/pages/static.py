"""The files that pages load: ``/static/{name}``, a fixed list read once."""

from __future__ import annotations

import hashlib
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from browser.pages.render import HERE

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
}


def router() -> APIRouter:
    """The files of ``browser/pages/static``; a web browser asks again whether they changed."""
    files = {
        path.name: _file(path)
        for path in sorted((HERE / "static").iterdir())
        if path.suffix in KINDS
    }
    routes = APIRouter(include_in_schema=False)

    @routes.get("/static/{name}")
    async def static(request: Request, name: str) -> Response:
        if name not in files:
            raise HTTPException(404)
        body, kind, tag = files[name]
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        return Response(body, media_type=kind, headers=headers)

    return routes


def _file(path: Path) -> tuple[bytes, str, str]:
    """Its content, its media type and its entity tag."""
    body = path.read_bytes()
    return body, KINDS[path.suffix], f'"{hashlib.sha256(body).hexdigest()[:32]}"'
