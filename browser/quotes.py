"""Taking a quote: which lines may be quoted, how much of them, and what is kept of it.

The operator's limit holds for each quote, the site's for a whole conversation
(`browser.rules.quoting`). Lines with text that the publisher marked are refused, and the lines
beside them named. Where the site lets only the beginning of a page be shown, the line in which
that ends is quoted as a part.
"""

from __future__ import annotations

from functools import partial

import anyio.to_thread

from browser.displays import Displays
from browser.errors import UsageError
from browser.model.clock import iso
from browser.model.page import Page
from browser.model.reason import Reason
from browser.model.result import Result
from browser.model.session import Display, Quote, Session
from browser.model.url import Url
from browser.rules import quoting
from browser.text import marks, quote
from browser.text.clean import one_line
from browser.text.display import MAX_TITLE
from browser.text.weight import MAX_QUOTED, fitting
from browser.text.withheld import is_cut

LONG = 2000  # lines of a page; in a longer one the place of a quote is looked for in a thread


async def take(
    displays: Displays, session: Session, cursor: int | None, start: int, end: int, longest: int
) -> Result:
    """Keep the exact words of lines *start* to *end* of what *cursor* shows.

    Args:
        displays: Finds the page.
        session: Gains the quote.
        cursor: Of a page or of find results; ``None`` for the newest.
        start: First line.
        end: Last line, inclusive.
        longest: Characters of a quote that the operator allows; 0 forbids quoting.

    Raises:
        UsageError: ``no_page``, ``unknown_cursor`` or ``unknown_line``.
        Refused: ``quote_refused``.
    """
    shown = displays.page_at(session, cursor)
    if shown.kind == "search":
        raise UsageError(
            Reason.NO_PAGE,
            f"display {shown.cursor} shows search results, not a page. "
            "Open a result, then quote from it.",
        )
    room = quoting.room(shown.signals, session.quotes, longest, shown.url)
    page = await displays.page(shown)
    said = _said(shown, page, start, end, room.chars)
    if not said.text.strip():
        if said.truncated and room.chars < longest:
            raise quoting.used_up(shown.signals, room.chars, shown.url)
        raise UsageError(Reason.UNKNOWN_LINE, f"lines {start} to {end} hold no words to quote.")
    limit = room.limit
    held = fitting(said.text, MAX_QUOTED)
    if held < len(said.text):
        said, limit = quote.words(page, start, end, held), "what one reply holds"
    if not said.truncated and shown.signals.show_max is not None and is_cut(page, said.end):
        said = said._replace(truncated=True)
        limit = f"the {shown.signals.show_max} characters that the site lets be shown"
    lines = f"L{start}" if said.end == start else f"L{start}-L{said.end}"
    place = partial(quote.source_url, page, start, said.end, said.text)
    source = place() if page.last <= LONG else await anyio.to_thread.run_sync(place)
    made = Quote(
        id=f"q{len(session.quotes) + 1}",
        cursor=shown.cursor,
        start=start,
        end=said.end,
        text=said.text,
        citation=f"【{shown.cursor}†{lines}】",
        url=page.url,
        title=page.title,
        domain=Url.parse(page.url).host,
        fetched_at=iso(shown.fetched_at),
        digest=page.digest,
        source_url=source,
        truncated=said.truncated,
    )
    session.quotes.append(made)
    cut = f" (cut at {limit})" if said.truncated else ""
    title = marks.for_display(one_line(page.title, MAX_TITLE))
    # Marked line by line: words of a page must not pass for a line of this browser.
    words = "\n".join(f"> {row}" for row in said.text.splitlines())
    text = f"Quoted {made.citation}{cut} from {title} ({page.url}):\n{words}"
    return Result(text, shown, page, quote=made)


def _said(shown: Display, page: Page, start: int, end: int, chars: int) -> quote.Words:
    if not 2 <= start <= end <= page.last:
        instead = ", and start comes before end." if start > end else ". Quote some of these."
        raise UsageError(
            Reason.UNKNOWN_LINE,
            f"lines {start} to {end} cannot be quoted: display {shown.cursor} has text in "
            f"lines 2 to {page.last}{instead}",
        )
    if shown.signals.marked:
        barred = quote.barred(page, start, end)
        if barred:
            raise quoting.marked(barred, shown.url)
    return quote.words(page, start, end, chars)
