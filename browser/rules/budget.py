"""How much one conversation may ask of the web and of the search provider.

No specification speaks of this. A budget stops a model that goes in circles, bounds what a
conversation costs its operator, and bounds what a hostile page can learn from which of its links
are opened (`browser.rules.ledger`).

Left to taste:
- What counts is what was asked of somebody: a page counts when its site was asked, also when it
  answered with an error, and not when a rule of ours came first or a kept copy served.
- A page that redirects from host to host is one page of each of them. Only the host of the
  address that was asked for is judged: where a redirect leads is known too late.
- Hosts are counted by their whole name. Bytes are those of pages that came, decoded; the page
  that passes the limit is still shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from browser.model.reason import Reason
from browser.model.session import Tally
from browser.model.verdict import Allow, Deny, Verdict

_STILL = "find, scroll, back, quote and sources still work on what is open"


@dataclass(frozen=True)
class Budget:
    """The limits of every conversation.

    Attributes:
        max_searches: Questions put to the search provider.
        max_fetches: Pages asked of the web.
        max_per_host: Pages asked of one host.
        max_bytes: Decoded bytes of pages.
    """

    max_searches: int = 200
    max_fetches: int = 300
    max_per_host: int = 200
    max_bytes: int = 200_000_000

    def judge_search(self, tally: Tally) -> Verdict:
        """Whether one more search may be made; `Deny` has ``session_full``."""
        if tally.searches < self.max_searches:
            return Allow()
        return _full(
            f"used its {_counted(self.max_searches, 'search', 'es')}. "
            f"Open links that were found; {_STILL}.",
            f"session.max_searches = {self.max_searches}",
        )

    def judge_fetch(self, tally: Tally, host: str) -> Verdict:
        """Whether one more page of *host* may be asked for; `Deny` has ``session_full``."""
        answer = f"Open no further page: {_STILL}. Answer with what has been read."
        if tally.fetches >= self.max_fetches:
            return _full(
                f"opened its {_counted(self.max_fetches, 'page')}. {answer}",
                f"session.max_fetches = {self.max_fetches}",
            )
        if tally.octets >= self.max_bytes:
            return _full(
                f"read its {self.max_bytes:,} bytes of pages. {answer}",
                f"session.max_bytes = {self.max_bytes}",
            )
        if tally.hosts.get(host, 0) >= self.max_per_host:
            return _full(
                f"opened its {_counted(self.max_per_host, 'page')} of {host}. "
                f"Choose another site; {_STILL}.",
                f"session.max_per_host = {self.max_per_host}",
            )
        return Allow()


def count(tally: Tally, asked: Iterable[str], octets: int = 0) -> None:
    """Note one page.

    Args:
        tally: Grows.
        asked: Hosts that were asked on its way; none when a kept copy served.
        octets: Of its body, decoded.
    """
    hosts = set(asked)
    if not hosts:
        return
    tally.fetches += 1
    tally.octets += octets
    for host in hosts:
        tally.hosts[host] = tally.hosts.get(host, 0) + 1


def _counted(number: int, thing: str, plural: str = "s") -> str:
    return f"{number:,} {thing}{'' if number == 1 else plural}"


def _full(what: str, rule: str) -> Deny:
    return Deny(Reason.SESSION_FULL, f"this conversation has {what}", rule)
