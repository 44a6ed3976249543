"""A model's answer with markers, turned into an answer with links, annotations and sources.

A marker leads to the page version that its cursor showed. A cursor of find results leads to the
page they were found in; a line of a search page leads to the result on that line. A marker that
leads nowhere is reported and taken out of the text, never turned into an invented link.

In Markdown a link in code would be shown as it is written, so markers in code stay as they are.
"""

from __future__ import annotations

import functools
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio
import anyio.to_thread
from anyio.lowlevel import RunVar

from browser import targets
from browser.displays import Displays
from browser.errors import UsageError
from browser.model.session import Session
from browser.model.url import Url
from browser.targets import Shown, Target
from browser.text import cite, fenced, quoted
from browser.text.cite import Marker

Style = Literal["markdown", "plain", "keep"]
SHORT = 20_000  # characters of an answer; a longer one is worked on in a thread
FEW = 64  # places that an answer cites; so are more of them
LONG = 2000  # lines of a page; and so is an answer that cites a longer one
THREADS = 2  # in which answers are worked on
MAX_PHRASES = 2000  # quoted phrases of an answer that are looked for

_LIMITER: RunVar[anyio.CapacityLimiter] = RunVar("answers")
_MARKDOWN = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "()\\`<>|"})  # CommonMark 6.3
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")  # CommonMark 6.2: would be read as one character
_MARKUP = re.compile(r"[\\`*<>|~&!$\[\]]")  # in a host's name, which may be odd


@dataclass
class Resolved:
    """The answer of `/v1/citations/resolve`, field by field as in the contract."""

    text: str
    annotations: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    unresolved: list[dict[str, str]] = field(default_factory=list)
    misquoted: list[dict[str, Any]] = field(default_factory=list)
    holdback: int = 0


async def resolve(
    displays: Displays,
    session: Session,
    text: str,
    style: Style,
    *,
    partial: bool = False,
    verify: bool = False,
) -> Resolved:
    """Resolve every marker of *text*.

    Args:
        displays: Finds the pages behind cursors.
        session: The conversation the answer belongs to.
        text: The model's answer.
        style: ``markdown`` writes ``[host](source URL)``, ``plain`` writes ``[n]``, ``keep``
            leaves markers.
        partial: Whether *text* is still being written; what may yet change is held back.
        verify: Whether quoted phrases are compared with the lines that their sentence cites.

    Returns:
        Offsets count code points of the returned text.
    """
    behind: dict[int, Shown | UsageError] = {}
    markers = list(cite.markers(text))
    for cursor in dict.fromkeys(marker.cursor for marker in markers):
        try:
            shown = displays.page_at(session, cursor)
            behind[cursor] = Shown(shown, await displays.page(shown))
        except UsageError as error:
            behind[cursor] = error
    quotes: dict[str, list[str]] = {}
    for item in session.quotes:
        quotes.setdefault(item.url, []).append(item.id)
    work = functools.partial(resolved, text, style, behind, quotes, partial=partial, verify=verify)
    pages = [each.page for each in behind.values() if isinstance(each, Shown)]
    places = {(marker.cursor, marker.lines) for marker in markers}
    quick = len(text) <= SHORT and len(places) <= FEW and all(page.last <= LONG for page in pages)
    if quick and not verify:
        return work()
    return await anyio.to_thread.run_sync(work, limiter=_threads())


def _threads() -> anyio.CapacityLimiter:
    """How many answers are worked on beside the event loop; pages are needed for that, too."""
    try:
        return _LIMITER.get()
    except LookupError:
        _LIMITER.set(anyio.CapacityLimiter(THREADS))
        return _LIMITER.get()


def resolved(
    text: str,
    style: Style,
    behind: Mapping[int, Shown | UsageError],
    quotes: Mapping[str, list[str]],
    *,
    partial: bool = False,
    verify: bool = False,
) -> Resolved:
    """The same with pages at hand.

    Args:
        text: As for `resolve`, like the others.
        style: What markers become.
        behind: By cursor, what it shows or why it shows nothing.
        quotes: By page, the names of its quotes.
        partial: Whether *text* is still being written.
        verify: Whether quoted phrases are compared.
    """
    linked = style == "markdown"
    held = cite.held(text, linked=linked) if partial else 0
    text = text[: len(text) - held]
    answer = _Answer(text, style, behind, quotes)
    code = fenced.code(cite.mask(text)).spans if linked or verify else []
    markers = list(cite.markers(text))
    answer.write(markers, code if linked else [])
    answer.done.holdback = held
    if verify:
        answer.verify(markers, code)
    return answer.done


class _Answer:
    """One answer, while it is resolved."""

    def __init__(
        self,
        text: str,
        style: Style,
        behind: Mapping[int, Shown | UsageError],
        quotes: Mapping[str, list[str]],
    ) -> None:
        self.text = text
        self.style = style
        self.quotes = quotes
        self.targets = targets.Targets(behind)
        self.done = Resolved("")
        self.numbers: dict[str, int] = {}  # of the sources, by URL
        self.out: list[str] = []
        self.size = 0
        self.moved: list[tuple[int, int]] = [(0, 0)]  # offsets in the answer and in what is made

    def write(self, markers: list[Marker], code: list[tuple[int, int]]) -> None:
        """Write the answer; *markers* within *code* stay."""
        starts = [start for start, _ in code]
        at = 0
        for marker in markers:
            within = bisect_right(starts, marker.start) - 1
            stays = within >= 0 and marker.start < code[within][1]
            self._replace(marker, self.text[at : marker.start], kept=stays or self.style == "keep")
            at = marker.end
            self.moved.append((at, self.size))
        self.done.text = "".join([*self.out, self.text[at:]])

    def _replace(self, marker: Marker, before: str, *, kept: bool) -> None:
        """Write what stands before *marker*, and what it becomes."""
        target = self.targets.of(marker)
        number = 0
        if isinstance(target, UsageError):
            self.done.unresolved.append({"marker": marker.text, "reason": target.reason.value})
            shown = marker.text if kept else ""
            if not kept and self.text[marker.end : marker.end + 1] in " .,;:!?":
                before = before.rstrip(" ")  # also where the answer ends
        else:
            number = self._source(target)
            shown = marker.text if kept else self._shown(target, number)
        self.out += [before, shown]
        start = self.size + len(before)
        self.size = start + len(shown)
        if not isinstance(target, UsageError):
            self.done.annotations.append(
                {
                    "type": "url_citation",
                    "start_index": start,
                    "end_index": self.size,
                    "url": target.url,
                    "title": target.title,
                    "source_url": target.source_url,
                    "cited_text": target.cited,
                    "cursor": marker.cursor,
                    "start_line": target.lines[0] if target.lines else None,
                    "end_line": target.lines[1] if target.lines else None,
                }
            )

    def _source(self, target: Target) -> int:
        number = self.numbers.get(target.url)
        if number is None:
            number = self.numbers[target.url] = len(self.numbers) + 1
            self.done.sources.append(
                {
                    "n": number,
                    "url": target.url,
                    "title": target.title,
                    "domain": Url.parse(target.url).host,
                    "source_url": target.source_url,
                    "quotes": self.quotes.get(target.url, []),
                }
            )
        return number

    def _shown(self, target: Target, number: int) -> str:
        if self.style == "plain":
            return f"[{number}]"
        host = _MARKUP.sub(r"\\\g<0>", Url.parse(target.url).host)
        address = _ENTITY.sub("&amp;", target.source_url.translate(_MARKDOWN))
        return f"[{host}]({address})"

    def verify(self, markers: list[Marker], code: list[tuple[int, int]]) -> None:
        """Compare what is quoted, outside of *code*, with what *markers* cite."""
        for n, phrase in enumerate(quoted.phrases(self.text, markers, code)):
            if n == MAX_PHRASES:
                break
            words = self.text[phrase.start : phrase.end]
            fault = self.targets.misquoted(words, phrase.markers, may_name=phrase.may_name)
            if fault is None:
                continue
            start, end = self._place(phrase.start), self._place(phrase.end)
            self.done.misquoted.append(
                {
                    "text": self.done.text[start:end],
                    "start_index": start,
                    "end_index": end,
                    "markers": [marker.text for marker in phrase.markers],
                    "reason": fault.reason,
                    "found": fault.found,
                }
            )

    def _place(self, at: int) -> int:
        """Where what stands at *at* in the answer, outside of markers, stands in what is made."""
        before, made = self.moved[bisect_right(self.moved, at, key=lambda move: move[0]) - 1]
        return made + at - before
