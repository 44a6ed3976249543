"""What a command brings back, before a door puts it into its own form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from browser.model.fetch import UNASKED, Politeness
from browser.model.page import Link, Page
from browser.model.session import Display, Quote


@dataclass(frozen=True)
class Result:
    """A command that succeeded.

    Attributes:
        text: What the model reads.
        display: The display it made, or the one it spoke of.
        page: The page behind the display.
        links: Those in the window.
        quote: For `quote`.
        politeness: When something was fetched.
    """

    text: str
    display: Display | None = None
    page: Page | None = None
    links: tuple[Link, ...] = ()
    quote: Quote | None = None
    politeness: Politeness | None = None


@dataclass(frozen=True)
class Failure:
    """A command that failed for a reason of the web, of a policy, or of the model's input.

    Attributes:
        code: Public code.
        message: Begins ``Click failed:`` or its like; the model reads it.
        url: Concerned.
        rule: That was obeyed.
        retry_after: Seconds.
        status: HTTP status of the origin.
    """

    code: str
    message: str
    url: str | None = None
    rule: str | None = None
    retry_after: int | None = None
    status: int | None = None


@dataclass(frozen=True)
class Reply:
    """One command's answer.

    Attributes:
        session: As the caller knows it.
        command: Its name.
        args: As given.
        cursor: The newest display after the command, if there is any.
        result: When it succeeded.
        failure: When it failed.
        politeness: How gently the site was treated, also when it failed.
    """

    session: str
    command: str
    args: dict[str, Any]
    cursor: int | None
    result: Result | None = None
    failure: Failure | None = None
    politeness: Politeness = UNASKED
