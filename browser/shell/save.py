"""The conversation as Markdown: what was quoted, where it stands, what was read and what failed."""

from __future__ import annotations

import re
from typing import Any

from browser.text.clean import one_line

# Punctuation that means something to Markdown (CommonMark 0.31.2, 2.4), or to HTML within it.
_MEANS = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$])")


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
        rows += [f"* {_plain(step['failure']['message'], 1000)}" for step in failed]
    return "\n".join(rows).rstrip() + "\n"


def _plain(text: object, limit: int = 400) -> str:
    """*text* as words of a paragraph, whatever stands in it."""
    return _MEANS.sub(r"\\\1", one_line(str(text), limit))


def _link(url: object) -> str:
    """*url* as a link that shows itself."""
    return f"<{re.sub('[^!-;=?-~]', '', str(url))}>"
