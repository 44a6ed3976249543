"""What a conversation read and quoted, for people: ``/sources/{id}``.

Made from the same JSON that programs get. The page is whole without a script; the script only
fetches it again when a step has changed, so that there is one way in which it is made.

Everything it shows was written by strangers: a model, and the pages it read. A search engine must
not find the page (X-Robots-Tag), since its address is the right to read it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from functools import cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from browser.model.url import Url
from browser.pages.people import for_people
from browser.pages.render import html, policy

Write = Callable[[dict[str, Any]], bytes]
Show = Callable[[str, str, Write], Awaitable[tuple[bytes, str] | None]]
HEADERS = {"Vary": "Accept, Sec-Fetch-Dest", "X-Robots-Tag": "noindex"}
HTML = "text/html; charset=utf-8"
DIGEST = 12  # hexadecimal digits of a digest that tell two versions of a page apart at a glance
FEW = 5  # sources that stand openly while nothing is quoted
NOTICED = 50  # milliseconds of waiting worth telling

# What a step did, and what it is doing, in the words of the page.
VERBS = {
    "search": ("Searched for", "Searching for"),
    "click": ("Opened", "Opening"),
    "open_url": ("Opened", "Opening"),
    "scroll": ("Read on in", "Reading on in"),
    "find": ("Looked for", "Looking for"),
    "back": ("Went back to", "Going back to"),
    "quote": ("Quoted", "Quoting from"),
    "sources": ("Listed the sources", "Listing the sources"),
}
CACHE = {
    "hit": "a copy that was still fresh",
    "revalidated": "a copy that the site says is still good",
    "stale": "an older copy, since the site did not answer",
}
ROBOTS = {
    "allowed": "robots.txt allows it",
    "disallowed": "robots.txt disallows it",
    "unreachable": "robots.txt could not be read",
}


def router(show: Show, plain: Write, framed_by: Collection[str]) -> APIRouter:
    """One route.

    Args:
        show: What an id shows in a form, written so, with its entity tag; ``None`` for an id that
            shows nothing. What was written is kept by the name of the form.
        plain: Writes the JSON.
        framed_by: Origins whose pages may show it in a frame, beside our own.
    """
    routes = APIRouter(include_in_schema=False)
    headers = {**HEADERS, **policy(framed_by)}

    @routes.get("/sources/{id}")
    async def sources(request: Request, id: str) -> Response:  # noqa: A002
        accept = request.headers.get("accept", "")
        framed = request.headers.get("sec-fetch-dest") in {"iframe", "frame"}
        if "application/json" in accept and "text/html" not in accept:
            kind, found = "application/json", await show(id, "json", plain)
        else:
            form, write = ("framed", _framed) if framed else ("page", _page)
            kind, found = HTML, await show(id, form, write)
        if found is None:
            return Response(_gone(framed), 404, headers, HTML)
        body, tag = found
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={**headers, "ETag": tag})
        return Response(body, headers={**headers, "ETag": tag}, media_type=kind)

    return routes


@cache  # a template takes long for a start to wait for it
def _gone(framed: bool) -> bytes:
    return _octets("sources_gone.html", framed=framed)


def _page(told: dict[str, Any]) -> bytes:
    return _octets("sources.html", framed=False, **view(told))


def _framed(told: dict[str, Any]) -> bytes:
    return _octets("sources.html", framed=True, **view(told))


def _octets(template: str, **values: Any) -> bytes:
    # An argument may hold half a character, which UTF-8 has no bytes for.
    return html(template, **values).encode("utf-8", "replace")


def view(told: dict[str, Any]) -> dict[str, Any]:
    """What the template is filled with.

    Args:
        told: A transcript as the JSON has it.
    """
    quotes = {quote["id"]: _quote(quote) for quote in told["quotes"]}
    taken = iter(told["quotes"])
    steps = []
    for step in told["steps"]:
        quoted = step["command"] == "quote" and step["status"] == "finished"
        steps.append(_step(step, next(taken, None) if quoted else None))
    sources = [
        {
            **source,
            "time": moment(source["fetched_at"]),
            "quotes": [quotes[name] for name in source["quotes"]],
        }
        for source in told["sources"]
    ]
    quoted = [source for source in sources if source["quotes"]]
    others = [source for source in reversed(sources) if not source["quotes"]]
    shown = 0 if quoted else FEW
    others, more = others[:shown], others[shown:]
    read = f"{_count(len(more), 'more page', 'more pages')} read"
    done = [step for step in steps if step["status"] != "running"]
    return {
        "steps": steps,
        "sources": quoted + others,
        "more": more,
        "more_count": f"and {read}",
        "done": len(done),
        "day": steps[0]["time"]["day"] if steps else "",
        "summary": [
            _count(len(sources), "page read", "pages read"),
            _count(len(quotes), "quote", "quotes"),
            _count(sum(step["status"] == "failed" for step in steps), "failure", "failures"),
        ],
    }


def moment(text: str) -> dict[str, str]:
    """A time of the JSON, for people: day and time of day, in UTC."""
    when = datetime.fromisoformat(text)
    return {"iso": text, "day": f"{when.day} {when:%B %Y}", "clock": f"{when:%H:%M:%S}"}


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _quote(quote: dict[str, Any]) -> dict[str, Any]:
    return {
        **quote,
        "time": moment(quote["fetched_at"]),
        "short": quote["digest"].partition(":")[2][:DIGEST],
        "lines": _lines(quote["start"], quote["end"]),
    }


def _lines(start: int, end: int) -> str:
    return f"line {start}" if start == end else f"lines {start} to {end}"


def _step(step: dict[str, Any], quote: dict[str, Any] | None) -> dict[str, Any]:
    running = step["status"] == "running"
    words = VERBS.get(step["command"], (step["command"], step["command"]))[running]
    args, failure = step["args"], step["failure"]
    asked = args.get("query") or args.get("pattern")
    url = step["url"] or (failure or {}).get("url") or args.get("url") or ""
    if step["command"] == "search":
        url = ""
    failed, _, why = for_people(failure["message"] if failure else "").partition(": ")
    return {
        "n": step["n"],
        "status": step["status"],
        "time": moment(step["at"]),
        "words": words,
        "asked": asked if step["command"] in {"search", "find"} else None,
        "within": _within(step, args),
        "where": _where(step["command"], args),
        "results": step["title"] if not url and step["command"] in {"back", "scroll"} else None,
        "title": None if step["command"] in {"search", "find"} else step["title"],
        "url": url,
        "host": _host(url),
        "failure": failure,
        "failed": failed,
        "why": why,
        "note": step.get("note"),
        "quote": quote,
        "quote_lines": _lines(quote["start"], quote["end"]) if quote else "",
        "manners": [] if running else _manners(step),
    }


def _within(step: dict[str, Any], args: dict[str, Any]) -> str:
    if step["command"] != "search":
        return ""
    site, days = args.get("site"), args.get("recency_days")
    parts = [f"on {site}" if site else "", f"of the last {days} days" if days else ""]
    return " ".join(filter(None, parts))


def _where(command: str, args: dict[str, Any]) -> str:
    """How far a scroll went, where that was said."""
    if command != "scroll":
        return ""
    line, amount = args.get("line"), args.get("amount")
    if line is not None:
        return f"from line {line}"
    if not amount:
        return ""
    return f"{_count(abs(amount), 'line', 'lines')} {'on' if amount > 0 else 'back'}"


def _host(url: str) -> str:
    try:
        return Url.parse(url).host if url else ""
    except ValueError:
        return ""


def _manners(step: dict[str, Any]) -> list[str]:
    """How gently the site was treated, and how long it all took."""
    politeness = step["politeness"] or {}
    rule = politeness.get("rule")
    robots = ROBOTS.get(politeness.get("robots", ""))
    told = [f"{robots} ({rule})" if robots and rule and not step["failure"] else robots]
    waited = politeness.get("waited_ms", 0)
    told.append(f"waited {_duration(waited)} for its turn" if waited >= NOTICED else None)
    told.append(CACHE.get(politeness.get("cache", "")))
    if politeness.get("robots") != "unasked":
        told.append(f"took {_duration(step['took_ms'])}")
    return [part for part in told if part]


def _duration(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f} s" if milliseconds >= 1000 else f"{milliseconds} ms"
