"""Text fragment directives: the end of a URL that opens a page at quoted words.

Governing text: URL Fragment Text Directives (WICG), ``#:~:text=[prefix-,]start[,end][,-suffix]``.
A browser takes the first place on the page where the parts stand; it compares without regard to
case (Chromium without regard to accents too), wants whole words, and never looks for one part
across the edge of a block. Prefix and suffix touch what they stand beside, with nothing but
white space or the edge of a block between.

So a directive is right when the first such place is the place that was quoted. That is tested
on the squeezed text of `browser.text.wording`: whatever a browser finds is found in there as
well, so what is first in there is first for every browser.

Left to taste: a short quote is named in full, a longer one by its first and last words; words
before and after it are named only where the same words stand further up. Where even those are
the same, as in a menu that a page has twice, the browser is told to begin at the nearest block
above that it can tell from all others, and to end with the quote.
"""

from __future__ import annotations

from collections.abc import Iterator

from browser.model.page import Page
from browser.text.wording import BLOCK, GAP, Word, is_clause_end, is_prose, wording

WHOLE = 80  # characters of a quote that is named in full
LEAST_WORDS, MOST_WORDS = 4, 10
LEAST_OCTETS = 30  # of fewer, longer words
MAX_CONTEXT = 20  # words of a prefix or a suffix
MAX_LENGTH = 300  # characters of a directive, as written in the URL
MAX_ALIKE = 1000  # of one whose words cannot be fewer: a sentence without spaces

_KEEP = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~!*'()")


def directive(page: Page, start: int, end: int, text: str) -> str:
    """The directive that opens *page* at *text*, quoted from lines *start* to *end*.

    Args:
        page: With the words.
        start: First line of the quote, which begins where the line begins.
        end: Last line that it reaches.
        text: What `browser.text.quote.words` gave for these lines, cut or not.

    Returns:
        ``text=…``, at most `MAX_LENGTH` characters; empty when no browser would find a word.
    """
    place = _Place(*wording(page, start, end, text))
    return place.directive() if place.first < place.last else ""


class _Place:
    """Where a quote stands among the words around it."""

    def __init__(self, words: list[Word], first: int, last: int, squeezed: str) -> None:
        self.words = words
        self.first = first
        self.last = last
        self.squeezed = squeezed

    def directive(self) -> str:
        """The best that can be said of the place."""
        one = self._segment_end(self.first) >= self.last
        short = one and len(self._part(self.first, self.last)) <= WHOLE
        short = short and not (self.words[self.first].loose and self.last - self.first > 1)
        return (
            (self._exact(self.first, self.last) if short else "")
            or self._range(self.first)
            or self._from_before()
            or self._alike()
        )

    def _exact(self, first: int, last: int, room: int = MAX_CONTEXT) -> str:
        """Words named in full, with as few around them as make them the first on the page.

        *room* is how many words may follow as a suffix.
        """
        before, after = self._before(first), min(self._after(last), room)
        least = self._torn(first), self._torn(last)
        for front, back in _contexts(before, after):
            if front >= least[0] and back >= least[1]:
                made = self._write(first, last, front, back)
                if len(made) <= MAX_LENGTH and self._leads(first - front, last + back):
                    return made
        return ""

    def _range(self, first: int) -> str:
        """The first words from *first* on, and the last words where there is room."""
        head = self._head(first, min(self._segment_end(first), self.last))
        opening = self._exact(first, head, 0)
        if not opening:
            return self._exact(first, head)
        tail = self._tail(head)
        return f"{opening},{tail}" if 0 < len(tail) < MAX_LENGTH - len(opening) else opening

    def _from_before(self) -> str:
        """From the nearest block above that can be told from all others, to the last words."""
        for first in range(self.first - 1, -1, -1):
            if self.words[first].joint in (BLOCK, GAP):
                head = self._head(first, min(self._segment_end(first), self.first))
                tail = self._tail(head, sure=True)
                if tail and self._leads(first, head):
                    made = f"{self._write(first, head, 0, 0)},{tail}"
                    return made if len(made) <= MAX_LENGTH else ""
        return ""

    def _alike(self) -> str:
        """The first words, as they stand here and, it may be, further up too."""
        head = self._head(self.first, min(self._segment_end(self.first), self.last))
        made = self._write(self.first, head, self._torn(self.first), self._torn(head))
        return made if len(made) <= MAX_ALIKE else ""

    def _part(self, first: int, last: int) -> str:
        """The text of words *first* to before *last*, which stand in one segment."""
        head = self.words[first].text
        return head + "".join(w.joint + w.text for w in self.words[first + 1 : last])

    def _head(self, first: int, stop: int) -> int:
        """Behind the first words: enough of them, and as many as make them the first."""
        head = first + 1
        while head < min(stop, first + MOST_WORDS):
            if self._is_enough(first, head) and self._leads(first, head):
                break
            if len(_encode(self._part(first, head + 1))) > MAX_LENGTH // 2:
                break
            head += 1
        return head

    def _tail(self, head: int, *, sure: bool = False) -> str:
        """The last words, and what follows them where they stand once more before.

        With *sure*, nothing where even that stands before.
        """
        last = self.last - self._torn(self.last)
        least, since = max(head, last - MOST_WORDS), self.words[head - 1].end
        prose = self._is_prose(last)
        start = last
        while start > least:
            if start < last and len(_encode(self._part(start - 1, last))) > MAX_LENGTH // 2:
                break
            start -= 1
            enough = not prose or self._is_enough(start, last)
            enough = enough and self._leads(start, last, since)
            if enough or self.words[start].joint in (BLOCK, GAP):
                break
        if start == last:
            return ""
        for back in range(self._after(last) + 1):
            if self._leads(start, last + back, since):
                suffix = f",-{_encode(self._part(last, last + back))}" if back else ""
                return _encode(self._part(start, last)) + suffix
        return "" if sure else _encode(self._part(start, last))

    def _write(self, first: int, last: int, front: int, back: int) -> str:
        prefix = f"{_encode(self._part(first - front, first))}-," if front else ""
        suffix = f",-{_encode(self._part(last, last + back))}" if back else ""
        return f"text={prefix}{_encode(self._part(first, last))}{suffix}"

    def _is_prose(self, last: int) -> bool:
        """Whether what ends before word *last* is a sentence or long.

        What is neither may be labels and buttons, each with edges that lines do not show.
        """
        first = last - 1
        while first > 0 and self.words[first].joint not in (BLOCK, GAP):
            first -= 1
        return is_prose(self._part(first, last))

    def _is_enough(self, first: int, last: int) -> bool:
        """Whether so many words tell where they are from even when the page changes a little."""
        if self.words[first].loose:
            return True
        octets = len(self._part(first, last).encode())
        return last - first >= LEAST_WORDS or octets >= LEAST_OCTETS

    def _leads(self, first: int, last: int, since: int = 0) -> bool:
        """Whether words *first* to before *last* stand nowhere earlier, from *since* on."""
        at, end = self.words[first].at, self.words[last - 1].end
        return self.squeezed.find(self.squeezed[at:end], since, end) == at

    def _segment_end(self, n: int) -> int:
        n += 1
        while n < len(self.words) and self.words[n].joint not in (BLOCK, GAP):
            n += 1
        return n

    def _before(self, n: int) -> int:
        """How many words before *n* may be its prefix: those of one segment, touching it."""
        count = 0
        while n - count > 0 and count < MAX_CONTEXT:
            joint = self.words[n - count].joint
            if joint == GAP or (joint == BLOCK and count):
                break
            count += 1
        return count

    def _after(self, n: int) -> int:
        """How many words from *n* on may be a suffix of what stands before it."""
        if n >= len(self.words) or self.words[n].joint == GAP:
            return 0
        return min(self._segment_end(n) - n, MAX_CONTEXT)

    def _torn(self, n: int) -> bool:
        """Whether a word was cut in two before word *n*: no browser begins or ends a part there."""
        if not 0 < n < len(self.words) or self.words[n].joint:
            return False
        return not is_clause_end(self.words[n - 1].text[-1], self.words[n].text[0])


def _contexts(before: int, after: int) -> Iterator[tuple[int, int]]:
    """How many words of prefix and suffix to try, fewest first, one side before both."""
    yield 0, 0
    for count in range(1, max(before, after) + 1):
        if count <= before:
            yield count, 0
        if count <= after:
            yield 0, count
    for count in range(1, max(before, after) + 1):
        if before and after:
            yield min(count, before), min(count, after)


def _encode(text: str) -> str:
    """Percent-encode; the characters with a meaning in a directive (``-``, ``,``, ``&``) too."""
    return "".join(
        char if char in _KEEP else "".join(f"%{octet:02X}" for octet in char.encode())
        for char in text
    )
