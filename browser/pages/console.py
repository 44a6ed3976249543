"""The console of ``/``: the commands of a model, typed by a person.

The document is the same for everybody and holds nothing of a conversation: the modules of
``static/`` ask the service's own API for that, with the credential of the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from browser.pages.render import html, modules


class Word(NamedTuple):
    """A command as it is typed.

    Attributes:
        form: With the names of what follows it.
        does: What it does.
    """

    form: str
    does: str


WORDS = (
    Word("search WORDS", "search the web"),
    Word("open URL", "open a page"),
    Word("click N [CURSOR]", "follow link N"),
    Word("find TEXT", "find text on the page"),
    Word("scroll [N]", "N lines on, or the next window"),
    Word("line N", "show the page from line N"),
    Word("back", "the page before"),
    Word("quote FIRST [LAST]", "keep exact lines"),
    Word("sources", "what was read"),
)
EXAMPLES = (
    "Who won best actress at the 95th Academy Awards?",
    "open https://en.wikipedia.org/wiki/Text-based_web_browser",
)


def page(*, guarded: bool, examples: Sequence[str] = EXAMPLES) -> str:
    """The document.

    Args:
        guarded: Whether commands need a token.
        examples: Lines to try.
    """
    return html(
        "console.html",
        words=WORDS,
        examples=examples,
        guarded=guarded,
        modules=modules("console.js"),
    )
