"""Failures in the words that gpt-oss models know, and a line or two of help under them.

Model servers drop the mark that says "error" and hand on the text alone, so the text says it. Its
first line is the reference browser's wording where that has one; the others say what to do next.
Everything that a caller or a stranger wrote goes through the filters of displays.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from browser.api.gptoss import args
from browser.model.reason import Reason
from browser.model.result import Failure, Reply
from browser.text import marks
from browser.text.clean import one_line

MAX_SHOWN = 200  # characters of a caller's words that are repeated
MAX_URL = 1024  # characters of an address
MAX_SENTENCE = 2000  # characters
SCROLL = "To scroll, call open without id and with loc."
OTHER = "Do something else, or answer with what has been read."

_LAST_LINE = re.compile(r"\blines 0 to ([0-9]+)\b")  # of our own sentences

Lines = tuple[str, str]


def told(reply: Reply) -> str:
    """What happened, and on the next line or two what to do.

    Args:
        reply: With a failure.
    """
    failure = reply.failure
    if failure is None:
        raise ValueError("nothing failed")
    sentence = _safe(failure.message.partition(" failed: ")[2], MAX_SENTENCE)
    form = _FORMS.get(Reason(failure.code), _other)
    return "\n".join(form(reply, failure, sentence))


def unknown_function(name: str, known: tuple[str, ...]) -> str:
    """For a tool that is none of ours."""
    shown = _safe(name, MAX_SHOWN).replace('"', "'").replace("\\", "/")
    return f'{{"error": "Unknown function: {shown}"}}\nThe functions are {", ".join(known)}.'


def _no_page(reply: Reply, _: Failure, sentence: str) -> Lines:
    if reply.args.get("cursor") is not None:
        sentence = f"cursors of another conversation lead nowhere here. {_upper(sentence)}"
    return "No pages to access!", _upper(sentence)


def _cursor(reply: Reply, _: Failure, sentence: str) -> Lines:
    cursor, latest = reply.args.get("cursor"), reply.cursor
    if cursor is None or latest is None or 0 <= cursor <= latest:  # there, but no longer kept
        return _split(_upper(sentence))
    return (
        f"Cursor `{cursor}` is out of range. Available cursor indices: [0 - {latest}].",
        "Leave cursor out to use the newest display.",
    )


def _link(reply: Reply, _: Failure, sentence: str) -> Lines:
    return f"Invalid link id `{reply.args['id']}`.", f"{_upper(sentence)} {SCROLL}"


def _line(reply: Reply, failure: Failure, sentence: str) -> Lines:
    last = _LAST_LINE.search(sentence)
    if last is None:
        return _other(reply, failure, sentence)
    what = f"Invalid location parameter: `{reply.args['line']}`."
    return (
        f"{what} Cannot exceed page maximum of {last[1]}.",
        f"Call open again with loc from 0 to {last[1]}.",
    )


def _not_found(reply: Reply, _: Failure, sentence: str) -> Lines:
    pattern = _safe(reply.args["pattern"], 100)
    return f"No `find` results for pattern: `{pattern}`", _upper(sentence)


def _search(reply: Reply, failure: Failure, sentence: str) -> Lines:
    what, instead = _advised(failure, sentence)
    return f"Error during search for `{_safe(reply.args['query'], MAX_SHOWN)}`: {what}", instead


def _other(reply: Reply, failure: Failure, sentence: str) -> Lines:
    if reply.command == "search":
        return _search(reply, failure, sentence)
    what, instead = _advised(failure, sentence)
    url = failure.url or reply.args.get("url")
    if reply.command not in ("click", "open_url") or url is None:
        return f"Error: {what}", instead
    if failure.code == Reason.BAD_URL:
        instead = f"{instead}\n{args.ID_HELP}"
    return f"Error fetching URL `{_safe(url, MAX_URL).replace('`', '%60')}`: {what}", instead


def _advised(failure: Failure, sentence: str) -> Lines:
    """What happened, and what to do: as a rule the last thing that a sentence of ours says."""
    what, instead = _split(sentence)
    wait = failure.retry_after
    if wait and f"{wait} s" not in sentence:
        instead = f"Wait {wait} s before you try again, or do something else."
    return what, instead


def _split(sentence: str) -> Lines:
    what, stop, instead = sentence.rpartition(". ")
    return (f"{what}.", instead) if stop else (sentence, OTHER)


def _safe(text: str, limit: int) -> str:
    return marks.for_display(one_line(text, limit))


def _upper(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


_FORMS: dict[Reason, Callable[[Reply, Failure, str], Lines]] = {
    Reason.NO_PAGE: _no_page,
    Reason.UNKNOWN_CURSOR: _cursor,
    Reason.UNKNOWN_LINK: _link,
    Reason.UNKNOWN_LINE: _line,
    Reason.NOT_FOUND: _not_found,
}
