"""Where a text may be cut between characters: never inside what a reader sees as one.

Governing text: Unicode Standard Annex 29, extended grapheme clusters, in the parts that matter
here: combining marks of every script, joiners, emoji modifiers and pairs of regional
indicators, conjoining Hangul. Two more rules are to taste: no cut before a closing bracket or
quotation mark, and no cut before a sound mark or small kana that cannot begin a line.
"""

from __future__ import annotations

import re
import unicodedata

MAX_BACK = 32  # characters; a longer cluster is hostile and is cut anyway
_JOINER = "\u200d"
_EXTENDING = re.compile("[\u0e33\u0eb3\u200c\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\u1160-\u11ff]")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]")
_NO_START = frozenset(
    "、。，．！？：；）］｝〉》」』】〕〗〙ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々ゝ゛゜"
)


def edge(text: str, at: int, least: int = 0) -> int:
    """The last place at or before *at*, after *least*, where *text* may be cut.

    Returns *at* itself when there is none: a cut has to fall somewhere.
    """
    if at >= len(text):
        return at
    place = at
    while place > least and at - place < MAX_BACK:
        if not _holds(text, place):
            return place
        place -= 1
    return at


def _holds(text: str, at: int) -> bool:
    """Whether the characters on both sides of *at* belong together."""
    if at <= 0:
        return False
    before, after = text[at - 1], text[at]
    if after.isascii() and before.isascii():
        return False
    if before == _JOINER or _EXTENDING.match(after) or after in _NO_START:
        return True
    if unicodedata.category(after) in ("Mn", "Mc", "Me"):
        return True
    if _FLAG.match(before) and _FLAG.match(after):
        start = at - 1
        while start > 0 and at - start < MAX_BACK and _FLAG.match(text[start - 1]):
            start -= 1
        return (at - start) % 2 == 1
    return False
