"""One request for the same thing, over all replicas: the others wait for what it brings.

Within a process that is decided before (`browser.net.flight`, the locks of
`browser.net.robots`), so a process asks for a lease once at a time. Names are digests: who can
list the store's keys sees of some of them which hosts are asked, and of none which page.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from browser.errors import Refused
from browser.model.reason import Reason
from browser.state.ports import Leases


@asynccontextmanager
async def once(
    leases: Leases, kind: str, what: str, patience: float, waits: Callable[[], None]
) -> AsyncIterator[bool]:
    """Be the only one to ask for *what*; yields whether another was waited for.

    Args:
        leases: Say who asks.
        kind: Of what is asked for.
        what: Equal for equal requests.
        patience: Seconds that another may take.
        waits: Called before the wait for another.

    Raises:
        Refused: ``rate_limited`` when the patience is over.
        StateUnavailable: nobody can say who asks.
    """
    name = f"{kind}:{hashlib.sha256(what.encode()).hexdigest()}"
    async with leases.hold(name, 0) as ours:
        if ours:
            yield False
            return
    waits()
    async with leases.hold(name, patience) as ours:
        if not ours:
            raise impatient()
        yield True


def impatient() -> Refused:
    """Another's request takes too long."""
    return Refused(
        Reason.RATE_LIMITED,
        "this page is being fetched already, and it takes long. "
        "Try again in a moment, or choose another source.",
        retry_after=1,
    )
