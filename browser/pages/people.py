"""The words of a failure, for people: they are told what happened, not what a model should do."""

from __future__ import annotations

import re

_ADVICE = re.compile(r"\s*Do not retry; choose another source[^.]*\.?\s*\Z")
_ORDER = "Do not retry; tell "


def for_people(message: str) -> str:
    """*message* without the advice to a model at its end; what is for the operator stays."""
    return _ADVICE.sub("", message).replace(_ORDER, "Tell ")
