"""The quoted phrases of an answer, each with the citations of its sentence.

Read as quoted: ``"…"``, ``“…”``, ``‘…’``, ``„…“``, ``‚…‘``, ``«…»``, ``»…«``, ``‹…›``, ``›…‹``,
``「…」``, ``『…』``, ``｢…｣`` and ``《…》``, where a mark that opens stands before a word and one
that closes behind one (so that 6" and don’t are none, nor is ‘90s). The last ones are also the
marks of titles. A phrase counts when its sentence, or the marker right behind the full stop or
alone in the next paragraph, carries a citation. A sentence ends where its paragraph or list item
does, or at a full stop that is not of an abbreviation, a number or an initial, nor inside a
quoted phrase. Where that is in doubt two sentences count as one, so that a phrase has more
citations to be found in, not fewer.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from browser.text.cite import MASK, Marker, mask

MAX_CITED = 16  # citations of a sentence before a phrase, and as many behind

# At most 2000 characters: what is longer is no phrase but an unpaired mark.
_QUOTED = re.compile(
    r"""(?<![\w"])"(?=[^\s"])[^"\n]{0,2000}(?:\n[^"\n]{0,2000})?(?<!\s)"(?!\w)"""
    r"|(?<!\w)‘(?![\s\d]|(?:[Tt]is|[Tt]was|[Ee]m|[Nn]|[Tt]ill?|[Cc]ause|[Bb]out|[Rr]ound)\b)"
    r"[^‘\n]{1,2000}?(?:\n[^‘\n]{1,2000}?)?(?<!\s)’(?!\w)"
    '|“[^“”]{1,2000}”|(?<!\\w)„[^„“”"]{1,2000}[“”"]|«[^«»]{1,2000}»|»[^«»]{1,2000}«'
    r"|(?<!\w)‹[^‹›\n]{1,2000}›(?!\w)|(?<!\w)›(?!\s)[^‹›\n]{1,2000}(?<!\s)‹(?!\w)"
    "|「[^「」]{1,2000}」|『[^『』]{1,2000}』|｢[^｢｣]{1,2000}｣|《[^《》]{1,2000}》"
    "|(?<!\\w)‚[^‚\n]{1,2000}?[‘’](?!\\w)"
)
_BLOCK_END = re.compile(
    r"\n[ \t]*(?=\n)|\n(?=[ \t]*(?:[-*+•][ \t]|\d{1,3}[.)][ \t]|#{1,6}[ \t]|[>|]))|(?<=:)\n"
)
_CLOSERS = "\"'”’“»«›‹)]」』｣》）】*_"
_STOP = re.compile(
    rf"[.!?…؟]+[{re.escape(_CLOSERS)}]*(?=[\s{MASK}]|\Z)|[。！？｡।۔]+[{re.escape(_CLOSERS)}]*"
)
_BEHIND = re.compile(rf"(?:\s*{MASK}+)*\s*")  # markers behind a full stop belong to what it ends
_LONE = re.compile(rf"[\s{MASK}]*")  # a paragraph of markers belongs to what stands before it
_CODE = re.compile(rf"[^\n{MASK}]")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)\Z")
_ABBREVIATIONS = (
    "mr mrs ms dr prof st sr jr rev hon gen col capt lt sgt gov sen rep mt ft vs etc e.g i.e eg ie "
    "cf al ca approx fig figs no nos vol vols ch sec art pp p ed eds inc ltd co corp dept est "
    "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m u.s u.k "
    "z.b d.h u.a bzw usw ggf nr bd abs str evtl inkl sog vgl hr fr mme mlle m.e av apr env "
    "sra srta núm pág tel тыс млн млрд г гг руб им ул др пр т.д т.п т.е см стр"
)
_ABBREVIATED = frozenset(_ABBREVIATIONS.split())


class Phrase(NamedTuple):
    """Quoted words of an answer.

    Attributes:
        start: Offset behind the opening mark, in code points.
        end: Offset of the closing mark.
        markers: The citations of its sentence.
        may_name: Whether the marks are also those of titles.
    """

    start: int
    end: int
    markers: tuple[Marker, ...]
    may_name: bool


def phrases(
    text: str, markers: Sequence[Marker], code: Sequence[tuple[int, int]]
) -> Iterator[Phrase]:
    """Every quoted phrase of *text* whose sentence carries one of its *markers*, in order.

    Args:
        text: The answer.
        markers: All of its markers.
        code: Where it is code; nothing in there is a quote.
    """
    masked = _without(mask(text), code)
    starts = [marker.start for marker in markers]
    for begun, over in _blocks(masked):
        if bisect_left(starts, begun) == bisect_left(starts, over):
            continue
        spans = [found.span() for found in _QUOTED.finditer(masked, begun, over)]
        if not spans:
            continue
        quoted = 0
        for first, last in _sentences(masked, begun, over, spans):
            low, high = bisect_left(starts, first), bisect_left(starts, last)
            while quoted < len(spans) and spans[quoted][0] < last:
                start, end = spans[quoted]
                near = bisect_left(starts, start, low, high)
                cited = markers[max(low, near - MAX_CITED) : min(high, near + MAX_CITED)]
                if cited:
                    yield Phrase(start + 1, end - 1, tuple(cited), masked[start] == "《")
                quoted += 1


def _without(masked: str, code: Sequence[tuple[int, int]]) -> str:
    """*masked* with other characters for those of *code*, but for markers and ends of lines."""
    parts: list[str] = []
    at = 0
    for start, end in code:
        parts += [masked[at:start], _CODE.sub("\x02", masked[start:end])]
        at = end
    return "".join([*parts, masked[at:]])


def _blocks(masked: str) -> Iterator[tuple[int, int]]:
    """Paragraphs and list items, each with the paragraphs of markers alone that follow it."""
    begun = at = 0
    for end in [*(found.end() for found in _BLOCK_END.finditer(masked)), len(masked)]:
        if at > begun and not _LONE.fullmatch(masked, at, end):
            yield begun, at
            begun = at
        at = end
    yield begun, at


def _sentences(
    masked: str, start: int, end: int, spans: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Where the sentences of a block begin and end; its quoted phrases are at *spans*."""
    opening = [span[0] for span in spans]
    at = start
    for stop in _STOP.finditer(masked, start, end):
        if stop.start() < at:
            continue
        within = bisect_right(opening, stop.start()) - 1
        if within >= 0 and stop.end() < spans[within][1]:
            continue  # inside a quoted phrase
        behind = _BEHIND.match(masked, stop.end(), end)
        over = behind.end() if behind else stop.end()
        quotes = within >= 0 and stop.start() < spans[within][1]
        if _goes_on(masked, stop, masked[over : min(over + 1, end)], quotes=quotes):
            continue
        yield at, over
        at = over
    if at < end:
        yield at, end


def _goes_on(masked: str, stop: re.Match[str], after: str, *, quotes: bool) -> bool:
    """Whether the sentence goes on behind a full stop; *after* is the next character, if any."""
    if not after:
        return False
    if after.islower() or after in ",;:-–—)，、；：" or (quotes and after in ".!?。！？"):
        return True
    if stop.group()[0] != "." or len(stop.group().rstrip(_CLOSERS)) > 1 or quotes:
        return False
    word = _LAST_WORD.search(masked, max(0, stop.start() - 20), stop.start())
    if word is None:
        return masked[stop.start() - 1 : stop.start()].isdigit() and after.isdigit()
    return len(word[1]) == 1 or word[1].lower() in _ABBREVIATED
