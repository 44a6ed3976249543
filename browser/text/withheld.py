"""A page of which the site lets only a part be shown: a note stands in place of the rest.

Decides what a display of such a page holds. The withheld words are in no line of the page that
is kept, so no window, search, quote or citation can bring them back. Title, address, digest and
dates stay as they are: they name the page and are no part of its text.
"""

from __future__ import annotations

from dataclasses import replace

from browser.model.page import Line, Page
from browser.text import marks
from browser.text.cluster import edge


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
    size = 0
    for line in page.lines[2:]:
        glue = len(line.glue) if size else 0
        room = max_chars - size - glue
        if len(line.plain) > room:
            rest = line.plain[: edge(line.plain, room)].rstrip() if room > 0 else ""
            if rest:
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
    lines.append(Line(len(lines), note, "", "note"))
    most = max((n for line in lines for n in marks.link_ids(line.text)), default=-1)
    return replace(
        page,
        lines=tuple(lines),
        links=page.links[: most + 1],
        truncated=True,
        anchors={name: n for name, n in page.anchors.items() if n < len(lines)},
        unquotable=frozenset(n for n in page.unquotable if n < len(lines)),
    )
