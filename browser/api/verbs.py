"""What a failure is called, by the tool that the model knows.

A failure of the contract begins with the verb of its command (``Click failed:``). A model that was
given other tools has never heard of a click, so a door says what that model has done.
"""

from __future__ import annotations

VERBS = {
    "browser_open": "Open",
    "fetch_url": "Fetch",
    "quote_page": "Quote",  # which opens the page first, if need be
    "search_web": "Search",
}
_FAILED = " failed: "


def retold(message: str, tool: str) -> str:
    """*message* of a failure in the words of *tool*, where these are others."""
    _, found, sentence = message.partition(_FAILED)
    return f"{VERBS[tool]}{_FAILED}{sentence}" if found and tool in VERBS else message
