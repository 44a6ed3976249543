"""A `Store` whose state replicas share."""

from __future__ import annotations

from collections.abc import Callable

from browser.state.memory import Lifetimes
from browser.state.open import Store
from browser.state.valkey.boards import ValkeyBoards
from browser.state.valkey.bus import ValkeyBus
from browser.state.valkey.connection import Valkey
from browser.state.valkey.leases import ValkeyLeases
from browser.state.valkey.orders import ValkeyOrders
from browser.state.valkey.pages import ValkeyPages
from browser.state.valkey.responses import ValkeyResponses
from browser.state.valkey.robots import ValkeyRobots
from browser.state.valkey.sessions import ValkeySessions
from browser.state.valkey.turns import ValkeyTurns


def open_valkey(
    url: str,
    lifetimes: Lifetimes,
    cache_bytes: int,
    now: Callable[[], float] | None = None,
) -> Store:
    """Open the store at *url*, without connecting: a server that is away may come later.

    Args:
        url: As `browser.state.valkey.fit` has it.
        lifetimes: Of sessions.
        cache_bytes: Of the server's memory for replies that may be used again.
        now: Tells the time in place of the server's clock. For tests, which own the time.

    Raises:
        ValueError: when the URL has no valid form.
    """
    server = Valkey(url, now)
    return Store(
        sessions=ValkeySessions(server, lifetimes),
        pages=ValkeyPages(server, lifetimes),
        robots=ValkeyRobots(server),
        responses=ValkeyResponses(server, cache_bytes),
        turns=ValkeyTurns(server, lifetimes.clock),
        orders=ValkeyOrders(server),
        leases=ValkeyLeases(server),
        boards=ValkeyBoards(server),
        bus=ValkeyBus(server),
        _close=server.aclose,
        _ping=server.ping,
    )
