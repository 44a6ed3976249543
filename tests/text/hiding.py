"""Whether an element is drawn, asked at once rather than step by step as the walk does."""

from __future__ import annotations

from collections.abc import Mapping

from browser.text.hidden import is_undrawn, is_unread


def is_hidden(tag: str, attributes: Mapping[str, str | None]) -> bool:
    """Whether an element with these attributes is not drawn."""
    if tag == "dialog" and "open" not in attributes:
        return True
    return bool(attributes) and (is_undrawn(attributes) or is_unread(attributes.get("class") or ""))
