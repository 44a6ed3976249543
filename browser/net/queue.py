"""Who of those waiting for a host goes next: sessions take their turns one after another.

A turn is reserved for whoever asks (`browser.rules.pace`), so the moments at which the host may
be asked are known. Which of those who wait gets which moment is decided here, and anew whenever
somebody joins or leaves: first the oldest request of every session, then every session's second
one, and so on. A session that clicks fifty times does not hold up another's first click.

When the line is as long as anyone may wait, a session that has fewer requests in it than
another takes the place of the other's last one, which is told to come back later.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field

import anyio

from browser.rules.pace import Turn


@dataclass(frozen=True)
class Slot:
    """A moment at which the host may be asked once.

    Attributes:
        due: When, seconds since the epoch.
        turn: What it was reserved by.
    """

    due: float
    turn: Turn


@dataclass(eq=False)
class Ticket:
    """One request that waits.

    Attributes:
        session: Whose; an empty name is nobody's, and each such request a session of its own.
        slot: When it goes, as things stand.
        until: Longest acceptable wait, seconds since the epoch.
        sent_away: The turn it cannot have, once another took its place.
        nap: What it sleeps in; cancelled when something changed.
        number: Order of arrival.
    """

    session: str
    slot: Slot
    until: float
    sent_away: Turn | None = None
    nap: anyio.CancelScope | None = None
    number: int = field(default_factory=itertools.count().__next__)

    @property
    def owner(self) -> str:
        """What counts as one session."""
        return self.session or f"#{self.number}"


class Queue:
    """Those who wait for one host."""

    def __init__(self) -> None:
        self._tickets: list[Ticket] = []

    def __len__(self) -> int:
        """How many wait."""
        return len(self._tickets)

    def join(self, ticket: Ticket) -> None:
        """Stand in line with a slot of one's own."""
        self._tickets.append(ticket)
        now = ticket.slot.due - ticket.slot.turn.wait
        self._deal([waiting.slot for waiting in self._tickets], now)

    def take_over(self, session: str, now: float, until: float, refused: Turn) -> Ticket | None:
        """A place in a line that is full, from a session that holds more of them.

        Args:
            session: Who asks.
            now: Seconds since the epoch.
            until: Longest acceptable wait, seconds since the epoch.
            refused: The turn at the end of the line, which is too far away.

        Returns:
            A ticket that stands in line, or ``None`` when nobody has to give way.
        """
        held = Counter(ticket.owner for ticket in self._tickets)
        owner, most = max(held.items(), key=lambda item: item[1], default=("", 0))
        if not session or most < held[session] + 2:
            return None
        last = [ticket for ticket in self._tickets if ticket.owner == owner][-1]
        joining = Ticket(session, last.slot, until)
        slots = [waiting.slot for waiting in self._tickets]
        others = [waiting for waiting in self._tickets if waiting is not last]
        order = _fair([*others, joining])
        if sorted(slots, key=_due)[order.index(joining)].due > until:
            return None
        self._tickets = [*others, joining]
        last.sent_away = refused
        _wake(last)
        self._deal(slots, now)
        return joining

    def halt(self, until: float, turn: Turn) -> None:
        """Send away all who cannot wait until the host may be asked again."""
        for ticket in self._tickets:
            if ticket.until < until and ticket.sent_away is None:
                ticket.sent_away = turn
                _wake(ticket)

    def leave(self, ticket: Ticket) -> Slot | None:
        """Go away without having asked; returns the slot that nobody needs any more."""
        if ticket not in self._tickets:  # its place was taken over
            return None
        slots = sorted((waiting.slot for waiting in self._tickets), key=_due)
        self._tickets.remove(ticket)
        self._deal(slots[:-1], ticket.slot.due)  # all come sooner: nobody is sent away
        return slots[-1]

    def go(self, ticket: Ticket) -> None:
        """Leave with the slot, whose moment has come."""
        self._tickets.remove(ticket)

    def _deal(self, slots: list[Slot], now: float) -> None:
        for ticket, slot in zip(_fair(self._tickets), sorted(slots, key=_due), strict=True):
            if slot is not ticket.slot:
                ticket.slot = slot
                if slot.due > ticket.until and ticket.sent_away is None:
                    ticket.sent_away = Turn(False, slot.due - now, slot.turn.held_by)
                _wake(ticket)


def _fair(tickets: list[Ticket]) -> list[Ticket]:
    """Every session's first request, then every session's second one."""
    ranks: Counter[str] = Counter()
    ranked = []
    for ticket in sorted(tickets, key=lambda each: each.number):
        ranked.append((ranks[ticket.owner], ticket.number, ticket))
        ranks[ticket.owner] += 1
    return [ticket for _, _, ticket in sorted(ranked, key=lambda each: each[:2])]


def _due(slot: Slot) -> float:
    return slot.due


def _wake(ticket: Ticket) -> None:
    if ticket.nap is not None:
        ticket.nap.cancel()
