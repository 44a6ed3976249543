"""The picture that a chat shows beside the service's name: ``/.well-known/logo.png``.

Another site's page shows it, so unlike everything else it may be read by one (WHATWG Fetch,
Cross-Origin-Resource-Policy).
"""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from browser.pages.render import HERE

PATH = "/.well-known/logo.png"
HEADERS = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=86400",
}


def router() -> APIRouter:
    """One picture, read once."""
    picture = (HERE / "static" / "logo.png").read_bytes()
    routes = APIRouter(include_in_schema=False)

    @routes.get(PATH)
    async def logo() -> Response:
        return Response(picture, media_type="image/png", headers=HEADERS)

    return routes
