"""Conversations as paths name them: ``/v1/sessions/{session}``, and what is said of none."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path

from browser.api.access import Access
from browser.api.problem import Problem
from browser.api.schema import PROBLEMS, problem

Name = Annotated[str, Path(description="The conversation, as replies name it.", max_length=200)]


def below(access: Access) -> dict[str, Any]:
    """What a router of routes under ``/v1/sessions`` is made with; *access* lets callers in."""
    return {
        "prefix": "/v1/sessions",
        "dependencies": [Depends(access)],
        "tags": ["sessions"],
        "responses": {**PROBLEMS, 404: problem("No such conversation of this caller.")},
    }


def unknown() -> Problem:
    """There is no such conversation, or it is not the caller's: which of them is not told."""
    return Problem(
        404, "no such conversation", "It never was, has expired, or belongs to another credential."
    )
