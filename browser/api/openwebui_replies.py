"""What tools answer: a list, a display, a quote or a failure; and what they take."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import asdict
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, model_validator

from browser.api.problem import mistakes
from browser.model.page import Page
from browser.model.result import Reply
from browser.text import marks

COUNT = 50  # results at most
FAR = 10**9  # larger numbers name no line; answers need not repeat them
BAD_ARGUMENTS = "bad_arguments"  # what the model wrote does not fit the tool


class Arguments(BaseModel):
    """What a model wrote for a tool: what it left empty counts as left out."""

    model_config = ConfigDict(extra="ignore")  # models add names of other tools

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None}


class Told(APIRoute):
    """A route that tells a model what is wrong with its arguments, in the form of a failure."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Answer; 200 also to arguments that do not fit."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                tool = self.path.rpartition("/")[2]
                sentence = f"{tool} cannot be called like this: {'; '.join(mistakes(error))}."
                return JSONResponse({"error": sentence, "code": BAD_ARGUMENTS})

        return told


def failed(reply: Reply) -> JSONResponse | None:
    """The answer to a command that failed; ``None`` when it did not."""
    failure = reply.failure
    if failure is None:
        return None
    told: dict[str, Any] = {"error": failure.message, "code": failure.code}
    if failure.retry_after is not None:
        told["retry_after"] = failure.retry_after
    return JSONResponse(told)


def results(reply: Reply) -> list[dict[str, str]]:
    """The results of a search, best first."""
    page = reply.result.page if reply.result else None
    if page is None:
        return []
    return [
        {
            "title": marks.for_display(link.text),
            "link": link.url,
            "snippet": marks.for_display(_snippet(page, link.id, link.text)),
        }
        for link in page.links
    ]


def _snippet(page: Page, number: int, title: str) -> str:
    lines = [page.lines[n] for n, hit in sorted(page.hits.items()) if hit == number]
    return "".join(line.glue + line.plain for line in lines).strip().removeprefix(title).strip()


def page_text(reply: Reply) -> str:
    """A display, the addresses of its links, and how to read on."""
    result = reply.result
    if result is None or result.display is None or result.page is None:
        return ""
    parts = [result.text]
    if result.links:
        links = [f"【{link.id}】 {marks.for_display(link.url)}" for link in result.links]
        parts.append("\n".join(["Links in these lines, each to open with fetch_url:", *links]))
    shown, last = result.display.last, result.page.last
    if shown < last:
        parts.append(
            f"[{last - shown} more lines. To read on, call fetch_url with the same url and "
            f"start_line={shown + 1}.]"
        )
    else:
        parts.append("[The page ends here.]")
    return "\n\n".join(parts)


def quoted(reply: Reply) -> dict[str, Any]:
    """A quote; without the marker that stands for it, which Open WebUI does not resolve."""
    quote = reply.result.quote if reply.result else None
    if quote is None:
        return {}
    told = asdict(quote)
    del told["citation"]
    return told
