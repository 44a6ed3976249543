"""One line of the log: a JSON object that stays one line, whatever it tells of.

A line is ASCII but for the mark of what was left out, so that no page, host or caller can end it,
turn its words around, or speak to a terminal. No value is longer than `MAX_VALUE`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import Any

MAX_VALUE = 1000  # characters
CUT = "…"  # where something was left out

_STRANGE = re.compile(f"[^ -~{CUT}]")


def line(event: str, fields: Mapping[str, Any]) -> str:
    """Write *fields* of what happened.

    Args:
        event: What it is; the same word for everything of its kind.
        fields: What is known of it, and ``at``, when it happened.
    """
    told = {"event": event, "at": fields["at"], "pid": os.getpid()}
    told |= {key: _short(value) for key, value in fields.items()}
    text = json.dumps(told, ensure_ascii=False)
    return _STRANGE.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _short(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, str) and len(value) > MAX_VALUE:
        return value[:MAX_VALUE] + CUT
    return value
