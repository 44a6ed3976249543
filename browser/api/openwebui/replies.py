"""What tools answer: a list, a display, a quote or a failure; and what they take."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError

from browser.api.problem import mistakes
from browser.api.verbs import retold
from browser.model.page import Link, Page
from browser.model.reason import Reason
from browser.model.result import Reply, Result
from browser.model.session import Display
from browser.text import marks
from browser.text.clean import one_line

COUNT = 50  # results at most
BAD_ARGUMENTS = "bad_arguments"  # what the model wrote does not fit the tool
LINKS = 20  # addresses under a display; each takes a line of the model's context
MAX_NAME = 40  # characters of a caller's word that are repeated

_UNKNOWN = "unknown_argument"
_DISPLAY = re.compile(r"(?:the page of )?display [0-9]+")  # of our own sentences
_LINK = re.compile("【([0-9]+)†")
_FOLD = re.compile(r"(?m)^L(\d+): \[\d+ lines? folded: .*; open at line \1 to read\]$")


class Arguments(BaseModel):
    """What a model wrote for a tool: what it left empty counts as left out."""

    @model_validator(mode="before")
    @classmethod
    def _left_out(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        left = {name: value for name, value in given.items() if value is not None}
        left = cls._meant(left)
        for name in left:
            if name not in cls.model_fields:  # ignored, it would make a model ask the same again
                shown = marks.for_display(one_line(str(name), MAX_NAME))
                told = {"name": shown, "takes": ", ".join(cls.model_fields)}
                raise PydanticCustomError(
                    _UNKNOWN, "there is no argument `{name}`. It takes: {takes}", told
                )
        return left

    @classmethod
    def _meant(cls, given: dict[str, Any]) -> dict[str, Any]:
        """*given* under the right names, where a slip leaves no doubt."""
        return given


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
                unknown = [item["msg"] for item in error.errors() if item["type"] == _UNKNOWN]
                wrong = "; ".join(unknown or mistakes(error))
                sentence = f"{tool} cannot be called like this: {wrong}."
                return JSONResponse({"error": sentence, "code": BAD_ARGUMENTS})

        return told


def failed(reply: Reply, tool: str) -> JSONResponse | None:
    """The answer of *tool* when its command failed; ``None`` when it did not.

    These tools know no displays, only pages by their URL, and so do their failures.
    """
    failure = reply.failure
    if failure is None:
        return None
    sentence = retold(failure.message, tool)
    if failure.code in (Reason.UNKNOWN_LINE, Reason.UNKNOWN_CURSOR):
        sentence = _DISPLAY.sub("the page", sentence)
    told: dict[str, Any] = {"error": sentence, "code": failure.code}
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
    """A display, the addresses of its links, and how to open folds and read on."""
    result = reply.result
    if result is None or result.display is None or result.page is None:
        return ""
    parts = [result.text]
    if result.links:
        parts.append("\n".join(_addresses(result, result.page, result.display)))
    fold = _FOLD.search(result.text)
    if fold is not None:
        parts.append(
            "[Folded lines: call fetch_url with the line of the mark as start_line, such as "
            f"start_line={fold[1]}.]"
        )
    shown, last = result.display.last, result.page.last
    if shown < last:
        parts.append(
            f"[{last - shown} more lines. To read on, call fetch_url with the same url and "
            f"start_line={shown + 1}.]"
        )
    else:
        parts.append("[The page ends here.]")
    return "\n\n".join(parts)


def _addresses(result: Result, page: Page, shown: Display) -> list[str]:
    """The links of a display with where they lead: at most `LINKS`, of the main text first."""
    listed = list(result.links)
    lines = page.lines[shown.first : shown.last + 1]
    if len(listed) > LINKS and (shown.first == 0 or lines[0].main):  # else a fold was asked for
        main = {int(n) for line in lines if line.main for n in _LINK.findall(line.text)}
        listed.sort(key=lambda link: link.id not in main)
    rows = ["Links in these lines, each to open with fetch_url:", *map(_address, listed[:LINKS])]
    if len(listed) > LINKS:
        rows.append(
            f"{len(listed) - LINKS} more. A link's address is listed by fetch_url with the "
            "start_line of its line."
        )
    return rows


def _address(link: Link) -> str:
    return f"【{link.id}】 {marks.for_display(link.url)}"


def quoted(reply: Reply) -> dict[str, Any]:
    """A quote: its words, and what is needed to cite them."""
    quote = reply.result.quote if reply.result else None
    if quote is None:
        return {}
    told: dict[str, Any] = {
        "text": quote.text,
        "url": quote.url,
        "title": quote.title,
        "source_url": quote.source_url,
    }
    return told | ({"truncated": True} if quote.truncated else {})
