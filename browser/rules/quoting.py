"""How much of a page one conversation may still quote, and why no more.

Two limits are weighed: the operator's, for each quote, and the site's, for all quotes that one
conversation takes from one page. The governing texts of the latter are those of `signals`. Left
to taste: the page is its address without fragment, whatever version of it was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from browser.errors import Refused
from browser.model.reason import Reason
from browser.model.session import Quote
from browser.model.signals import Signals

CITE = "Cite the page by its title and address instead."


class Room(NamedTuple):
    """What may be quoted now.

    Attributes:
        chars: So many characters at most.
        limit: Whose limit that is, for the sentence about a quote that was cut.
    """

    chars: int
    limit: str


def room(signals: Signals, quotes: Iterable[Quote], operator: int, url: str) -> Room:
    """The room for one more quote.

    Args:
        signals: Of the page.
        quotes: All that the conversation has taken, of any page.
        operator: Longest quote that the operator allows; 0 forbids quoting.
        url: Of the page.

    Raises:
        Refused: ``quote_refused``, with the limit in its sentence.
    """
    if operator == 0:
        raise Refused(
            Reason.QUOTE_REFUSED,
            "the operator of this service does not allow quotes. Cite the page instead.",
            url=url,
            rule="quotes.max_chars = 0",
        )
    if signals.quote_max is None:
        return Room(operator, "the operator's limit")
    if signals.quote_max == 0:
        raise Refused(
            Reason.QUOTE_REFUSED,
            f"the site does not allow quotes from this page ({signals.quote_rule}). {CITE}",
            url=url,
            rule=signals.quote_rule,
        )
    page = url.partition("#")[0]
    taken = sum(len(quote.text) for quote in quotes if quote.url.partition("#")[0] == page)
    left = signals.quote_max - taken
    if left <= 0:
        raise used_up(signals, 0, url)
    if left < operator:
        return Room(left, f"the {signals.quote_max} characters that the site allows")
    return Room(operator, "the operator's limit")


def used_up(signals: Signals, left: int, url: str) -> Refused:
    """The refusal when what is left holds no word."""
    return Refused(
        Reason.QUOTE_REFUSED,
        f"the site allows to quote {signals.quote_max} characters of this page "
        f"({signals.quote_rule}), and {left or 'none'} of them are left. {CITE}",
        url=url,
        rule=signals.quote_rule,
    )


def marked(lines: str, url: str) -> Refused:
    """The refusal of lines that the publisher marked; *lines* says which, and what is left."""
    return Refused(Reason.QUOTE_REFUSED, lines, url=url, rule="data-nosnippet")
