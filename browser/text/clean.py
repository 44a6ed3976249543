"""One filter for every string from outside: what a person would not see does not reach the model.

Removed: control and format characters, bidirectional overrides, Unicode tags, private use,
noncharacters, letters that draw nothing, variation selectors away from symbols, and all but
eight of a run of combining marks. Line terminators of every kind become a plain newline.

Kept: zero-width joiners inside emoji and inside words of scripts that need them (Arabic,
Persian, the Indic scripts), since removing them changes what is written. No normalisation: a
quote has to be what the page says, to the letter.
"""

from __future__ import annotations

import re

# Scripts whose spelling uses ZWNJ and ZWJ: Arabic, Syriac, N'Ko, Indic, Khmer, Mongolian.
_JOINING = (
    "\u0600-\u07ff\u0860-\u0dff\u1000-\u109f\u1780-\u18af\ua840-\ua8ff\ufb50-\ufdcf\ufe70-\ufefc"
)
_PICTURE = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001fbff"

_UNSEEN_RANGES = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # controls; line terminators are handled before
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\ue000-\uf8ff"  # private use: some chats delimit citations there
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"  # tags and variation selectors
    "\U000f0000-\U0010ffff\ud800-\udfff"
)
_UNSEEN = re.compile(f"[{_UNSEEN_RANGES}]+")
_STRAY_SELECTOR = re.compile(f"(?<![{_PICTURE}0-9#*])[\ufe0e\ufe0f]")
_STRAY_JOINER = re.compile(
    f"(?<![{_JOINING}{_PICTURE}\ufe0f])[\u200c\u200d]|[\u200c\u200d](?![{_JOINING}{_PICTURE}])"
)
_TERMINATORS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_BREAK = re.compile("[\n\r\x0b\x0c\x85\u2028\u2029]")
_COMBINING = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# A quick look first: most texts hold nothing of all that.
_SUSPECT = re.compile(
    f"[{_UNSEEN_RANGES}{_COMBINING}\r\x0b\x0c\x85\u2028\u2029\u200c\u200d\ufe0e\ufe0f]"
)
_MARKS = re.compile(f"([{_COMBINING}]{{8}})[{_COMBINING}]+")
_PLAIN_ASCII = re.compile(r"[\t\n -~]*\Z")
_SPACE = re.compile(r"\s+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}\Z")

MAX_TITLE = 200  # characters


def clean(text: str) -> str:
    """Return *text* without what a person would not see."""
    if text.isascii() and _PLAIN_ASCII.match(text):
        return text
    if not _SUSPECT.search(text):
        return text
    text = _UNSEEN.sub("", _TERMINATORS.sub("\n", text))
    if "\u200c" in text or "\u200d" in text:
        text = _STRAY_JOINER.sub("", text)
    if "\ufe0e" in text or "\ufe0f" in text:
        text = _STRAY_SELECTOR.sub("", text)
    return _MARKS.sub(r"\1", text)


def is_clean(text: str) -> bool:
    """Whether *text* is one line, without what `clean` removes wherever it stands."""
    if text.isascii():
        return text.isprintable()
    return not (_UNSEEN.search(text) or _BREAK.search(text))


def language_tag(text: str) -> str | None:
    """*text* as a language tag (RFC 5646, roughly), ``None`` when it is none."""
    return text.replace("_", "-") if _LANGUAGE.match(text) else None


def one_line(text: str, limit: int = MAX_TITLE) -> str:
    """Return *text* cleaned, on one line, at most *limit* characters."""
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = _SPACE.sub(" ", clean(text)).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
