"""The limits that hold now: those of the settings, and over them what operators have ordered.

Whoever obeys a limit asks here each time, so that a change counts from the next request on.
What has to act when limits change (`browser.net.pace` moves those who wait) follows them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Literal

from browser.errors import Refused, StateUnavailable
from browser.model.limits import HostLimits, HostOrder, Limits
from browser.model.reason import Reason
from browser.rules.orders import ordered

Source = Literal["default", "settings", "operator"]
Follower = Callable[[Limits, Limits], Awaitable[None]]

UNKNOWN = (
    "The browser does not know yet which limits hold, and asks nobody until it does. "
    "Try again in a few seconds."
)


class CurrentLimits:
    """All limits, as they are at this moment.

    Args:
        settings: What the settings say.
        orders: What operators have ordered, by host; ``None`` while that is not known, and
            until then no request goes out: one of the orders may forbid it.
    """

    def __init__(
        self, settings: Limits | None = None, orders: Mapping[str, HostOrder] | None = None
    ) -> None:
        self._settings = settings or Limits()
        self._orders = dict(orders or {})
        self._known = orders is not None
        self._followers: list[Follower] = []
        self._revision = 0
        self._now = self._merged()

    @property
    def now(self) -> Limits:
        """All of them."""
        return self._now

    @property
    def revision(self) -> int:
        """Grows with each change; over a store's processes that know of the same, the same."""
        return self._revision

    @property
    def settings(self) -> Limits:
        """Those of the settings alone."""
        return self._settings

    @property
    def orders(self) -> Mapping[str, HostOrder]:
        """What operators have ordered, by host."""
        return self._orders

    @property
    def known(self) -> bool:
        """Whether it is known what operators have ordered."""
        return self._known

    def of(self, host: str) -> HostLimits:
        """The limits of *host*."""
        return self._now.of(host)

    def source(self, host: str) -> Source:
        """Where the limits of *host* come from."""
        if host in self._orders:
            return "operator"
        return "settings" if host in self._settings.hosts else "default"

    def permit(self, host: str, url: str | None = None) -> None:
        """Let a request to *host* pass, unless the operator refuses the host.

        Raises:
            Refused: ``host_blocked``, with who said so as its rule.
            StateUnavailable: it is not known what operators have ordered.
        """
        if not self._known:
            raise StateUnavailable(UNKNOWN)
        if not self.of(host).blocked:
            return
        order = self._orders.get(host)
        if order is not None and order.blocked:
            rule = f"operator: {order.note}" if order.note else "operator"
        else:
            rule = f"limits.hosts.{host}.blocked"
        raise Refused(
            Reason.HOST_BLOCKED,
            f"the operator of this service does not open {host}. "
            "Do not retry; choose another source.",
            url=url,
            rule=rule,
        )

    def follow(self, follower: Follower) -> None:
        """Call *follower* with the limits before and after, whenever they change."""
        self._followers.append(follower)

    async def change(
        self,
        settings: Limits | None = None,
        orders: Mapping[str, HostOrder] | None = None,
        revision: int | None = None,
    ) -> None:
        """Let other limits hold from now on; returns when all who follow have acted.

        Args:
            settings: What the settings say; ``None`` for no change.
            orders: Every order that stands, by host; ``None`` for no change.
            revision: Of the limits after this change; the next one when left out.
        """
        before = self._now
        self._revision = self._revision + 1 if revision is None else revision
        if settings is not None:
            self._settings = settings
        if orders is not None:
            self._orders, self._known = dict(orders), True
        self._now = self._merged()
        if self._now != before:
            for follower in self._followers:
                await follower(before, self._now)

    def _merged(self) -> Limits:
        hosts = dict(self._settings.hosts)
        for host, order in self._orders.items():
            hosts[host] = ordered(self._settings.of(host), order)
        return replace(self._settings, hosts=hosts)


def by_settings(limits: Limits | None = None) -> CurrentLimits:
    """Limits under which no operator has ordered anything."""
    return CurrentLimits(limits, {})
