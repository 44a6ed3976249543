"""A question to a search provider and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Safe = Literal["off", "moderate", "strict"]


@dataclass(frozen=True)
class Query:
    """What to look for.

    Attributes:
        text: The words.
        topn: How many results, 1 to 50.
        recency_days: Only results at most this many days old.
        site: Only results of this host and its subdomains.
        safe: Adult content filter.
        language: BCP 47 tag, ``en``.
    """

    text: str
    topn: int = 10
    recency_days: int | None = None
    site: str | None = None
    safe: Safe = "strict"
    language: str = "en"


@dataclass(frozen=True)
class Hit:
    """One result, as text: no markup anywhere.

    Attributes:
        url: Absolute http or https URL.
        title: One line.
        snippet: One line, possibly empty.
        date: ISO date (``2023-03-13``) when the provider gives one.
    """

    url: str
    title: str
    snippet: str = ""
    date: str | None = None


@dataclass(frozen=True)
class Results:
    """A provider's answer, best first.

    Attributes:
        hits: At most ``topn``.
        ignored: What of the query could not be honoured, one sentence each; shown to the model.
        provider: Its name.
    """

    hits: tuple[Hit, ...]
    ignored: tuple[str, ...] = ()
    provider: str = ""
