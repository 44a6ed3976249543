"""What a site's robots.txt says of one page, as the ladder and `check` want to know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from browser.model.fetch import RobotsCopy
from browser.model.signals import NOTHING_SAID, RobotsSays
from browser.model.verdict import Verdict

Source = Literal["fetched", "kept", "stale"]


@dataclass(frozen=True)
class Judged:
    """A verdict and what else the file asks for.

    Attributes:
        verdict: May it be fetched.
        crawl_delay: Seconds between pages, if the file says so.
        group: Which group was chosen and why, for `check`.
        why: What is known of the file, for `check`.
        token: Which of our names decided; empty when there is no file to decide by.
        source: Whether the file was asked for just now, was kept, or is used beyond its time
            since the site does not answer.
        age: Seconds since the site last said what it says.
        says: What the file says of the page beyond its rules.
        copy: What is kept of the file.
    """

    verdict: Verdict
    crawl_delay: float | None = None
    group: str | None = None
    why: str = ""
    token: str = ""
    source: Source = "fetched"
    age: float = 0.0
    says: RobotsSays = NOTHING_SAID
    copy: RobotsCopy | None = None
