"""The JSON of the contract, made from the browser's own values."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from browser.model.clock import iso
from browser.model.page import Link, Page
from browser.model.result import Reply
from browser.model.session import Display, Session, Step
from browser.model.signals import Signals
from browser.model.url import Url
from browser.steps import ended
from browser.text.weight import MAX_REPLY, fitting, weight

_TOLD = ("title", "author", "language", "published", "media_type")  # of a page, by itself
_LISTED = ("obeyed", "reported")
_SHORT = 300  # what each of them weighs at most, where a reply would be too long


def reply_json(reply: Reply) -> dict[str, Any]:
    """One command's reply, which no caller counts as more than `MAX_REPLY` characters."""
    result, failure = reply.result, reply.failure
    quote = result.quote if result else None
    told = {
        "session": reply.session,
        "command": reply.command,
        "ok": failure is None,
        "cursor": result.display.cursor if result and result.display else reply.cursor,
        "text": failure.message if failure else result.text if result else "",
        "page": page_json(result.display, result.page)
        if result and result.display and result.page
        else None,
        "links": [link_json(link) for link in result.links] if result else [],
        "quote": asdict(quote) if quote else None,
        "failure": asdict(failure) if failure else None,
        "politeness": asdict(reply.politeness),
    }
    return told if weight(told) <= MAX_REPLY else _shortened(told)


def _shortened(told: dict[str, Any]) -> dict[str, Any]:
    """*told* without its longest links, and with less of what a page says of itself.

    Displays and quotes are short enough by themselves (`browser.text.weight`) and stay whole.
    """
    over = weight(told) + weight({"links_left_out": 0}) - MAX_REPLY
    heavy = sorted(told["links"], key=weight)
    left_out = set()
    while heavy and over > 0:
        link = heavy.pop()
        over -= weight(link)
        left_out.add(link["id"])
    if left_out:
        links = [link for link in told["links"] if link["id"] not in left_out]
        told |= {"links": links, "links_left_out": len(left_out)}
    if over > 0 and told["page"]:
        page, signals = told["page"], told["page"]["signals"]
        page |= {name: _cut(page[name]) for name in _TOLD}
        signals |= {name: [_cut(each) for each in signals[name]] for name in _LISTED}
        if told["quote"]:
            told["quote"]["title"] = page["title"]
    return told


def _cut(text: str | None) -> str | None:
    return text and text[: fitting(text, _SHORT)]


def page_json(shown: Display, page: Page) -> dict[str, Any]:
    """The page behind a display."""
    return {
        "kind": shown.kind,
        "url": page.url,
        "title": shown.title,
        "domain": Url.parse(page.url).host if page.url else "",
        "lines": [shown.first, shown.last, page.last],
        "fetched_at": iso(shown.fetched_at),
        "digest": page.digest,
        "published": page.published,
        "author": page.author,
        "language": page.language,
        "media_type": page.media_type,
        "truncated": page.truncated,
        "hidden_removed": page.hidden_removed,
        "signals": signals_json(shown.signals),
    }


def signals_json(signals: Signals) -> dict[str, Any]:
    """What the publisher of a page asks: obeyed here, or for the caller to act on."""
    return {
        "obeyed": list(signals.obeyed),
        "reported": list(signals.reported),
        "quote_max": signals.quote_max,
        "keep": signals.keep,
        "license": signals.license,
    }


def link_json(link: Link) -> dict[str, Any]:
    """One numbered link."""
    return {"id": link.id, "text": link.text, "url": link.url, "domain": link.domain}


def whole_json(session: Session, shown: Display, page: Page) -> dict[str, Any]:
    """A whole page, every line of it, folded or not."""
    return {
        "session": session.id,
        "cursor": shown.cursor,
        "text": shown.text,
        "page": page_json(shown, page),
        "lines": [
            {"n": line.n, "text": line.text, "role": line.role, "main": line.main}
            for line in page.lines
        ],
        "links": [link_json(link) for link in page.links],
    }


def step_json(step: Step) -> dict[str, Any]:
    """One step; what it waits for stands there only as long as it runs."""
    fields = dict(vars(step))
    if step.status != "running":
        del fields["note"]
    return fields


def transcript_json(
    session: Session, running: Step | None = None, sources_url: str | None = None
) -> dict[str, Any]:
    """What a conversation did, read and quoted, and what it is doing."""
    return {
        "session": session.id,
        **shared_json(session, running),
        "sources_url": sources_url,
    }


def shared_json(session: Session, running: Step | None = None) -> dict[str, Any]:
    """The same for those whom it is shown to: they do not learn its name."""
    steps = [*ended(session, running), *([running] if running else [])]
    sources: dict[str, dict[str, Any]] = {}
    for shown in session.displays:
        if shown.kind != "page":
            continue
        if shown.url not in sources:
            sources[shown.url] = {
                "n": len(sources) + 1,
                "url": shown.url,
                "title": shown.title,
                "domain": Url.parse(shown.url).host,
                "fetched_at": iso(shown.fetched_at),
                "cursors": [],
                "quotes": [quote.id for quote in session.quotes if quote.url == shown.url],
            }
        sources[shown.url]["cursors"].append(shown.cursor)
    return {
        "steps": [step_json(step) for step in steps],
        "sources": list(sources.values()),
        "quotes": [dict(vars(quote)) for quote in session.quotes],
    }
