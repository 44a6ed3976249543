"""Find a literal text in a page's lines, and the display of what was found.

The pattern is compared without regard to case, to composed or decomposed letters, to how much
white space stands between words, to the shape of quotation marks and dashes, and to whether
the page's own brackets are written as in a display. Where that finds nothing, accents do not
count either: ``Zurich`` finds ``Zürich``. A phrase that runs over the end of a line
is found too, since lines are our cut and not the page's; it counts for the line in which it
begins. All lines are searched, folded or not, and the numbers shown are the page's own.
"""

from __future__ import annotations

from browser.model.page import Page
from browser.text import folded
from browser.text.clean import clean
from browser.text.display import Window
from browser.text.weight import MAX_SHOWN, weight

MAX_MATCHES = 50
MAX_MARKS = 8  # matches that stand near each other under one heading
AROUND = 2  # lines shown before and after a match
MAX_WORDS, MAX_NAMED = 5, 3  # of a pattern without a match: its words, and lines named for each

_EDGES = ".,;:!?\"'()[]…"


def find(page: Page, pattern: str) -> tuple[int, ...]:
    """Numbers of the lines in which *pattern* begins, in order, each once.

    Raises:
        ValueError: *pattern* is empty.
    """
    wanted = " ".join(folded.fold(clean(pattern)).split())
    if not wanted:
        raise ValueError("an empty pattern matches nothing")
    bare = " ".join(folded.bare(wanted).split())
    return tuple(
        folded.words(page).lines(wanted)
        or folded.shown(page).lines(wanted)
        or folded.unaccented(page).lines(bare)
    )


def apart(page: Page, pattern: str) -> str:
    """Where the words of a *pattern* without a match stand; empty when they do not.

    A sentence for the model. Words that stand on every second line are not named.
    """
    words = [word.strip(_EDGES) for word in folded.fold(clean(pattern)).split()]
    words = [word for word in dict.fromkeys(words) if word]
    if len(words) < 2:
        return ""
    often = page.last // 2 + 1
    places = {word: folded.words(page).lines(word, often) for word in words[:MAX_WORDS]}
    told = [
        f"`{word}` on {_lines(found)}"
        for word, found in places.items()
        if found and len(found) < often
    ]
    return f"Its words stand apart: {', '.join(told)}." if told else ""


def _lines(numbers: list[int]) -> str:
    named = ", ".join(map(str, numbers[:MAX_NAMED]))
    more = f" and {len(numbers) - MAX_NAMED} more" if len(numbers) > MAX_NAMED else ""
    return f"line{'s' if len(numbers) > 1 else ''} {named}{more}"


def show(page: Page, matches: tuple[int, ...], window_chars: int) -> Window:
    """The find display: each match under its mark, with the lines around it.

    Matches whose surroundings meet are shown together, under the marks of all of them. Matches
    beyond the window or beyond the first fifty are counted in a last sentence.
    """
    rows: list[str] = []
    shown: list[int] = []
    size = heavy = done = below = marked = 0
    for n in matches[:MAX_MATCHES]:
        mark = f"# 【{done}†match at L{n}】"
        first = max(2, n - AROUND)
        joins = bool(shown) and first <= shown[-1] + 1 and marked < MAX_MARKS
        first = max(first, shown[-1] + 1) if shown else first
        numbers = range(first, min(page.last, n + AROUND) + 1)
        block = [f"L{at}: {page.lines[at].text}" for at in numbers]
        if not rows and weight(block) > MAX_SHOWN:
            numbers = range(n, n + 1)
            block = [f"L{n}: {page.lines[n].text}"]
        heavy += weight([mark, *block])
        cost = len(mark) + 2 + sum(len(row) + 1 for row in block)
        if rows and (size + cost > window_chars or heavy > MAX_SHOWN):
            break
        if joins:
            rows.insert(below, mark)
            marked += 1
            below += 1
        else:
            rows += ["", mark] if rows else [mark]
            below, marked = len(rows), 1
        rows += block
        shown += numbers
        size += cost
        done += 1
    if done < len(matches):
        left = len(matches) - done
        what = "1 more match," if left == 1 else f"{left} more matches, the next"
        rows += ["", f"[{what} at line {matches[done]}]"]
    first, last = (shown[0], shown[-1]) if shown else (matches[0], matches[0])
    return Window(first, last, "\n".join(rows), tuple(shown))
