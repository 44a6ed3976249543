"""Who of those waiting for a host goes next: sessions take their turns one after another.

A turn is reserved for whoever asks (`browser.rules.pace`), so the moments at which the host may
be asked are known. Which of those who wait gets which moment is decided here, and anew whenever
somebody joins or leaves: first the oldest request of every session, then every session's second
one, and so on. A session that clicks fifty times does not hold up another's first click.

When the line is as long as anyone may wait, a session that has fewer requests in it than
another takes the place of the other's last one, which is told to come back later.

When the limits of the host change, everybody is recalled: what was reserved is given back, and
each is seated anew in the same order, or told how long it would take now.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field

import anyio

from browser.errors import BrowserError
from browser.rules.pace import Turn


@dataclass(frozen=True)
class Slot:
    """A moment at which the host may be asked once.

    Attributes:
        due: When, by `Clock.monotonic`, as all moments here.
        turn: What it was reserved by.
    """

    due: float
    turn: Turn


@dataclass(eq=False)
class Ticket:
    """One request that waits.

    Attributes:
        session: Whose; an empty name is nobody's, and each such request a session of its own.
        slot: When it goes, as things stand; ``None`` while it is recalled.
        until: Longest acceptable wait, as a moment.
        crawl_delay: What the site's robots.txt asks for, in seconds.
        sent_away: The turn it cannot have, once another took its place; or why none can be given.
        nap: What it sleeps in; cancelled when something changed.
        gone: Whether it went away while it was recalled.
        number: Order of arrival.
    """

    session: str
    slot: Slot | None
    until: float
    crawl_delay: float | None = None
    sent_away: Turn | BrowserError | None = None
    nap: anyio.CancelScope | None = None
    gone: bool = False
    number: int = field(default_factory=itertools.count().__next__)

    @property
    def owner(self) -> str:
        """What counts as one session."""
        return self.session or f"#{self.number}"


class Queue:
    """Those who wait for one host."""

    def __init__(self) -> None:
        self._tickets: list[Ticket] = []
        self._recalled = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._tickets) + self._recalled

    @property
    def ends(self) -> float:
        """When the last of those who wait goes."""
        return max((slot.due for slot in self._slots()), default=0.0)

    def join(self, ticket: Ticket, slot: Slot) -> None:
        """Stand in line with *slot*, which may become another's."""
        slots = [*self._slots(), slot]
        self._tickets.append(ticket)
        self._deal(slots, slot.due - slot.turn.wait)

    def recall(self) -> tuple[list[Ticket], list[Slot]]:
        """Take everybody out of the line, in order, with the slots to give back, the last first.

        Each has to be seated anew or sent away; until then it waits for what comes.
        """
        tickets, slots = _fair(self._tickets), sorted(self._slots(), key=_due, reverse=True)
        self._tickets = []
        self._recalled += len(tickets)
        for ticket in tickets:
            ticket.slot = None
            _wake(ticket)
        return tickets, slots

    def reseat(self, ticket: Ticket, slot: Slot) -> None:
        """Put one who was recalled back into the line."""
        self._recalled -= 1
        self.join(ticket, slot)

    def dismiss(self, ticket: Ticket, why: Turn | BrowserError) -> None:
        """Send away one who was recalled."""
        self._recalled -= 1
        ticket.sent_away = why
        _wake(ticket)

    def take_over(self, session: str, now: float, until: float, refused: Turn) -> Ticket | None:
        """A place in a line that is full, from a session that holds more of them.

        Args:
            session: Who asks.
            now: This moment.
            until: Longest acceptable wait, as a moment.
            refused: The turn at the end of the line, which is too far away.

        Returns:
            A ticket that stands in line, or ``None`` when nobody has to give way.
        """
        held = Counter(ticket.owner for ticket in self._tickets)
        owner, most = max(held.items(), key=lambda item: item[1], default=("", 0))
        if not session or most < held[session] + 2:
            return None
        last = [ticket for ticket in self._tickets if ticket.owner == owner][-1]
        slots = self._slots()
        joining = Ticket(session, last.slot, until)
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
        if ticket not in self._tickets:  # its place was taken over, or it is recalled
            ticket.gone = True
            return None
        slots = sorted(self._slots(), key=_due)
        self._tickets.remove(ticket)
        self._deal(slots[:-1], slots[-1].due)  # all come sooner: nobody is sent away
        return slots[-1]

    def go(self, ticket: Ticket) -> None:
        """Leave with the slot, whose moment has come."""
        self._tickets.remove(ticket)

    def _slots(self) -> list[Slot]:
        return [ticket.slot for ticket in self._tickets if ticket.slot is not None]

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
