"""What one page's publisher asks, written as a test reads best."""

from __future__ import annotations

from collections.abc import Sequence

from browser.model.signals import Mode, Signals
from browser.model.url import Url
from browser.model.verdict import Deny
from browser.rules import signals
from browser.rules.robots import parse

US = "ChatGPT-User"
NOW = 1_700_000_000.0  # 14 November 2023
PAGE = "https://e.test/a"


def asked(
    *fields: tuple[str, str],
    meta: Sequence[tuple[str, str]] = (),
    robots: str = "",
    mode: Mode = "default",
    tokens: Sequence[str] = (US,),
    url: str = PAGE,
    now: float = NOW,
    marked: bool = False,
) -> Signals:
    """The signals of a page with these fields, metas and this robots.txt."""
    says = signals.robots_says(parse(robots.encode()), tokens, Url.parse(url))
    return signals.judge(
        says,
        [(name.lower(), value) for name, value in fields],
        [(name.lower(), value) for name, value in meta],
        tokens=tokens,
        mode=mode,
        url=Url.parse(url),
        now=now,
        marked=marked,
    )


def tag(*values: str, mode: Mode = "default", tokens: Sequence[str] = (US,)) -> Signals:
    """The signals of a page with these X-Robots-Tag fields."""
    return asked(*(("X-Robots-Tag", value) for value in values), mode=mode, tokens=tokens)


def before(
    robots: str, mode: Mode = "default", tokens: Sequence[str] = (US,), url: str = PAGE
) -> Deny | None:
    """Whether this robots.txt forbids to ask for the page."""
    says = signals.robots_says(parse(robots.encode()), tokens, Url.parse(url))
    return signals.before(says, mode, Url.parse(url))
