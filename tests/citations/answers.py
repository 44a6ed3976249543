"""Answers about pages made by hand: no service, no store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from browser.errors import UsageError
from browser.model.page import Line, Link, Page
from browser.model.reason import Reason
from browser.model.signals import NOTHING_ASKED, Signals
from browser.resolve import Resolved, Style, resolved
from browser.targets import Shown
from tests.state.samples import display
from tests.text.pages import made


def shown(page: Page, kind: Any = "page", signals: Signals = NOTHING_ASKED) -> Shown:
    return Shown(replace(display(0), kind=kind, signals=signals), page)


ARTICLE = shown(
    made(
        "The lamp was lit again on 1 March.",  # L2
        "“It will burn,” the keeper said, “as long as I live.”",  # L3
        "Repairs cost 1,200 euros, 5% more than planned.",  # L4
        Line(0, "The keeper's wife — a baker — did not", "The keeper's wife — a baker — did not"),
        Line(0, "agree.", "agree.", glue=" "),  # L6, of the same block as L5
        "灯台は、岬の先端に建てられた。",  # L7
        url="https://harbour.example/lamp_(1)?a=1|2&copy;3",
    )
)
OTHER = shown(made("Other words stand here.", url="https://other.example/"))
RESULTS = shown(
    replace(
        made("Results", "【0†Lamp】", "A lamp of the harbour was lit.", url=""),
        links=(Link(0, "Lamp", "https://lamp.example/", "lamp.example"),),
        hits={3: 0, 4: 0},
    ),
    "search",
)
GONE = UsageError(Reason.UNKNOWN_CURSOR, "there is no such display.")
BEHIND: dict[int, Shown | UsageError] = {0: RESULTS, 1: ARTICLE, 3: OTHER, 99: GONE}


def answered(text: str, style: Style = "markdown", **asked: bool) -> Resolved:
    return resolved(text, style, BEHIND, {}, **asked)
