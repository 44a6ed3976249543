"""A policy's answer: go ahead, or no with a reason a person can read."""

from __future__ import annotations

from dataclasses import dataclass

from browser.model.reason import Reason


@dataclass(frozen=True)
class Allow:
    """Go ahead.

    Attributes:
        rule: The line that allowed it, when one did (``Allow: /docs``).
        line: Its number in the file, from 1; 0 when there is none.
    """

    rule: str | None = None
    line: int = 0

    @property
    def allowed(self) -> bool:
        """True."""
        return True


@dataclass(frozen=True)
class Deny:
    """Do not.

    Attributes:
        reason: The public code.
        sentence: One or two sentences for the model and the person: what, and what to do next.
        rule: The line that was obeyed, when one was (``Disallow: /private``).
        line: Its number in the file, from 1; 0 when there is none.
        retry_after: Seconds until asking again makes sense; ``None`` when it never does.
    """

    reason: Reason
    sentence: str
    rule: str | None = None
    line: int = 0
    retry_after: int | None = None

    @property
    def allowed(self) -> bool:
        """False."""
        return False


Verdict = Allow | Deny
