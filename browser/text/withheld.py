"""A page of which the site lets only a part be shown: a note stands in place of the rest.

Decides what a display of such a page holds. The withheld words are in no line of the page that
is kept, so no window, search, quote or citation can bring them back. Title, address, digest and
dates stay as they are: they name the page and are no part of its text.

A line is cut behind a whole word, as a quote is. The note is then glued to it, as the next piece
of a block would be, so that a quote of the line can say that it is not all of it.
"""

from __future__ import annotations

from dataclasses import replace

from browser.model.page import Line, Page
from browser.text import marks
from browser.text.quote import beginning


def withheld(page: Page, max_chars: int, rule: str) -> Page:
    """*page* with at most *max_chars* characters of its text, and a note.

    Args:
        page: As it was read.
        max_chars: That may be shown; with 0 only title and address are left.
        rule: The signal that says so, for the note.

    Returns:
        *page* itself when it has no more text than that.
    """
    lines = list(page.lines[:2])
    size, cut = 0, "\n"
    for line in page.lines[2:]:
        glue = len(line.glue) if size else 0
        room = max_chars - size - glue
        if len(line.plain) > room:
            rest = beginning(line.plain, room)
            if rest:
                cut = " " if line.plain[len(rest)].isspace() else ""
                lines.append(line._replace(text=marks.for_display(rest), plain=rest))
            break
        lines.append(line)
        size += glue + len(line.plain)
    else:
        return page
    note = (
        f"[The site lets {f'only {max_chars} characters' if max_chars else 'no text'} of this "
        f"page be shown ({rule}). Cite its title and address, or choose another source.]"
    )
    lines.append(Line(len(lines), note, "", "note", glue=cut))
    most = max((n for line in lines for n in marks.link_ids(line.text)), default=-1)
    return replace(
        page,
        lines=tuple(lines),
        links=page.links[: most + 1],
        truncated=True,
        anchors={name: n for name, n in page.anchors.items() if n < len(lines)},
        unquotable=frozenset(n for n in page.unquotable if n < len(lines)),
    )


def is_cut(page: Page, end: int) -> bool:
    """Whether the words of *page* up to line *end* stop within a line that `withheld` cut."""
    note = page.lines[-1]
    return note.role == "note" and note.glue != "\n" and end >= note.n - 1
