"""Everything that can go wrong, as one shallow tree.

    BrowserError               a Reason, a sentence; url, rule, retry_after, status if known
    ├── UsageError             the model asked for what is not there: link, line, cursor …
    ├── Refused                we chose not to; made from a Deny
    ├── FetchFailed            the origin or the network let us down
    ├── SearchFailed           the search provider did
    └── StateUnavailable       the store did: fail closed (no pace known means no request)

The sentence is for the model and for a person: what happened and what to do next. It never holds
an address that a name resolved to, since that would map the operator's network.
"""

from __future__ import annotations

from browser.model.fetch import Politeness
from browser.model.reason import Reason
from browser.model.verdict import Deny


class BrowserError(Exception):
    """Base of all failures a command may answer with.

    Attributes:
        reason: The public code.
        sentence: What happened and what to do next, without the "Click failed:" in front.
        url: The URL concerned, when there is one.
        rule: The site's or operator's rule that was obeyed.
        retry_after: Seconds until a retry makes sense; ``None`` when it does not.
        status: HTTP status that the origin sent.
        politeness: How gently the site was treated until then, when one was asked.
        asked: Hosts that a request for the page was sent to before it failed.
        for_operator: What is told to an operator in place of the sentence; anybody may read it.
    """

    def __init__(
        self,
        reason: Reason,
        sentence: str,
        *,
        url: str | None = None,
        rule: str | None = None,
        retry_after: int | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{reason}: {sentence}")
        self.reason = reason
        self.sentence = sentence
        self.url = url
        self.rule = rule
        self.retry_after = retry_after
        self.status = status
        self.politeness: Politeness | None = None
        self.asked: tuple[str, ...] = ()
        self.for_operator = sentence


class UsageError(BrowserError):
    """The model's input names something that is not there."""


class Refused(BrowserError):
    """A policy said no."""

    @classmethod
    def by(cls, deny: Deny, url: str | None = None) -> Refused:
        """Turn a verdict into the error that ends the command."""
        return cls(
            deny.reason,
            deny.sentence,
            url=url,
            rule=deny.rule,
            retry_after=deny.retry_after,
        )


class FetchFailed(BrowserError):
    """The network or the origin failed, or sent what cannot be read."""


class SearchFailed(BrowserError):
    """The search provider failed; never shown as an empty list."""

    def __init__(self, sentence: str, *, retry_after: int | None = None) -> None:
        super().__init__(Reason.SEARCH_FAILED, sentence, retry_after=retry_after)


class StateUnavailable(BrowserError):
    """The store cannot be reached."""

    def __init__(self, sentence: str, *, retry_after: int = 5, for_operator: str = "") -> None:
        super().__init__(Reason.BUSY, sentence, retry_after=retry_after)
        self.for_operator = for_operator or sentence
