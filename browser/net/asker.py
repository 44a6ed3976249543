"""On whose behalf something is asked for, and how that person hears of a wait."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

WORTH_TELLING = 0.5  # seconds; who waits less does not notice

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Asker:
    """On whose behalf a turn is wanted.

    Attributes:
        session: Its key; sessions take turns.
        tell: Called with what the person should see while waiting ("waiting 3 s for …").
    """

    session: str = ""
    tell: Tell | None = None

    def waits(self, seconds: float, host: str) -> None:
        """Say so, if it is worth it."""
        if self.tell is not None and seconds >= WORTH_TELLING:
            self.tell(f"waiting {math.ceil(seconds)} s for {host}")


NOBODY = Asker()
