"""What one caller wants of the cache (`browser.net.cache`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from browser.model.response import StoredReply
from browser.net.ladder import Answer, Spent
from browser.net.send import Raw

Send = Callable[[Mapping[str, str]], Awaitable[Answer]]
MayKeep = Callable[[Raw], bool]


@dataclass(frozen=True)
class Asked:
    """One request, which may be answered by a copy.

    Attributes:
        host: Of the URL.
        key: Of copies.
        sent: Header fields that go out with it, by lower-case name.
        send: Sends it.
        may_keep: What a reply's publisher says about keeping it.
        spent: Grows by what it takes.
        kept: The copy there was when it began.
        until: When its patience with the requests of others ends, by the event loop's clock.
    """

    host: str
    key: str
    sent: Mapping[str, str]
    send: Send
    may_keep: MayKeep
    spent: Spent
    kept: StoredReply | None
    until: float

    @property
    def exactly(self) -> str:
        """Equal for requests that would be answered alike."""
        fields = (f"{name}: {self.sent[name]}" for name in sorted(self.sent))
        return "\n".join((self.key, *fields))

    def waits(self) -> None:
        """Tell that another asks already."""
        if self.spent.asker.tell is not None:
            self.spent.asker.tell(f"waiting for {self.host}: this page is being fetched already")
