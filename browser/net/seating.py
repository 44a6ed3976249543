"""Seating anew those who wait for a host whose limits have changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

import anyio

from browser.errors import StateUnavailable
from browser.net.queue import Queue, Slot, Ticket
from browser.rules.pace import Turn

AWAY = "The browser cannot tell at the moment when it may ask. Try again in a few seconds."


async def seat_anew(
    queue: Queue,
    give_back: Callable[[Turn], Awaitable[None]],
    reserve: Callable[[Ticket], Awaitable[Slot | Turn]],
) -> None:
    """Give back what *queue* holds, from the last on, and reserve anew, in fair order.

    Only the last turn that was taken can be given back. What another replica has taken since
    stays owed, so the host is asked later than it might be and never sooner.

    Args:
        queue: Those who wait. Others may join and leave meanwhile.
        give_back: Undoes a reservation.
        reserve: The slot that a ticket may have now, or the turn that it cannot have.
    """
    tickets, slots = queue.recall()
    left = deque(tickets)
    with anyio.CancelScope(shield=True):
        try:
            for slot in slots:
                await give_back(slot.turn)
            while left:
                if not left[0].gone:
                    found = await reserve(left[0])
                    await _seat(queue, left.popleft(), found, give_back)
                else:
                    queue.dismiss(left.popleft(), StateUnavailable(AWAY))
        except StateUnavailable:
            pass  # those left are told below
        finally:
            for ticket in left:  # who is recalled waits for this word
                queue.dismiss(ticket, StateUnavailable(AWAY))


async def _seat(
    queue: Queue, ticket: Ticket, found: Slot | Turn, give_back: Callable[[Turn], Awaitable[None]]
) -> None:
    if isinstance(found, Turn):
        queue.dismiss(ticket, found)
    elif ticket.gone:
        queue.dismiss(ticket, found.turn)
        await give_back(found.turn)
    else:
        queue.reseat(ticket, found)
