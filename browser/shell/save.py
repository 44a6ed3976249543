"""The conversation as Markdown: what was quoted, where it stands, what was read and what failed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from browser.shell.commands import Mistake
from browser.text.clean import one_line

# What means something to Markdown (CommonMark 0.31.2, 2.4), or to HTML within it: wherever it
# stands, as part of an entity or a pair, and at the beginning of a line, where lists begin.
_MEANS = re.compile(r"([\\*_\[\]<>#`]|&(?=#?\w+;)|~(?=~)|(?<=~)~|^[-+=~])")
_NUMBERED = re.compile(r"^(\d{1,9})([.)])")
# The last sentence of a failure, where it is advice to a model.
_ADVICE = re.compile(
    r"(?<=[.:]) (?:Do not retry; )?(?:choose another s|cite its title|answer with)[^.]*\.$",
    re.IGNORECASE,
)


def markdown(done: dict[str, Any]) -> str:
    """*done*, a transcript of the service, as a document for people."""
    rows = ["# What was read", ""]
    quotes = {str(quote["id"]): quote for quote in done.get("quotes", [])}
    for source in done.get("sources", []):
        rows += [f"## {_plain(source['title']) or 'Untitled'}", ""]
        rows += [f"{_link(source['url'])}, read {_plain(source['fetched_at'])}", ""]
        for name in source["quotes"]:
            quote = quotes[str(name)]
            rows += [f"> {_plain(line, 100_000)}  " for line in str(quote["text"]).split("\n")]
            rows += [">", f"> — {_link(quote['source_url'])}", ""]
    failed = [step for step in done.get("steps", []) if step["failure"]]
    if failed:
        rows += ["## What could not be read", ""]
        rows += [f"* {_failure(step['failure'])}" for step in failed]
    return "\n".join(rows).rstrip() + "\n"


def write(file: str, text: str) -> Path:
    """Write *text* to a new *file*, and say where that is.

    Raises:
        Mistake: it cannot be written there, in words for a person.
    """
    name = Path(file)
    try:
        name = name.expanduser()
        with name.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except FileExistsError:
        raise Mistake(f"{name} is there already. Name another file.") from None
    except FileNotFoundError:
        raise Mistake(f"There is no folder {name.parent}. Make it, or name another.") from None
    except NotADirectoryError:
        raise Mistake(f"{name.parent} is no folder. Name a file in one.") from None
    except (OSError, RuntimeError, ValueError) as error:  # no such user's folder; a zero character
        why = (error.strerror if isinstance(error, OSError) else "") or "not a name of a file"
        raise Mistake(f"{file} cannot be written: {why.lower()}.") from None
    return name


def for_people(message: str) -> str:
    """*message* of a failure, without what only a model is told to do next."""
    return _ADVICE.sub("", message)


def _failure(failure: dict[str, Any]) -> str:
    said = _plain(for_people(str(failure["message"])), 1000)
    return f"{said} {_link(failure['url'])}" if failure.get("url") else said


def _plain(text: object, limit: int = 400) -> str:
    """*text* as words of a paragraph, whatever stands in it."""
    return _NUMBERED.sub(r"\1\\\2", _MEANS.sub(r"\\\1", one_line(str(text), limit)))


def _link(url: object) -> str:
    """*url* as a link that shows itself."""
    return f"<{re.sub('[^!-;=?-~]', '', str(url))}>"
