"""The markers of a display, and why a page cannot forge them.

Displays use ``【id†text】`` for links. The same three characters in a page's own text are
written ``〖〗‡``, so that every marker in a display is ours. In a quote the page's brackets stand
as they are, since they are common in Chinese and Japanese, but a dagger between them becomes
``‡``: a quote never holds something that reads as a marker. The delimiters of chat templates
(``<|…|>``) are broken in displays, and so is Markdown's image (``![…](…)``): a chat that renders
what a model repeats would fetch its address, and tell whoever wrote it what the address holds.
"""

from __future__ import annotations

import re

MARKER = re.compile("【\\d+†([^†】]*)(?:†[^】]*)?】")  # of a link; its text is the group
_NUMBER = re.compile(r"【(\d+)†")
_TO_DISPLAY = str.maketrans({"【": "〖", "】": "〗", "†": "‡"})
_SPECIAL = re.compile("[【】†]|<\\||\\|>|!\\[")
# Left alone where the bracket ends soon, or the text does, and nothing leads anywhere.
_IMAGE = re.compile(r"!\[(?![^\]\n]{0,200}(?:\](?![(\[])|\n|\Z))")
_BRACKETED = re.compile("【[^】]*】?")


def for_display(text: str) -> str:
    """Write the page's own text so that nothing in it reads as a marker of ours."""
    if text.isascii():
        if "|" not in text and "![" not in text:
            return text
    elif not _SPECIAL.search(text):
        return text
    shown = text.translate(_TO_DISPLAY).replace("<|", "<¦").replace("|>", "¦>")
    return _IMAGE.sub("！[", shown)


def for_quote(text: str) -> str:
    """Keep the page's words, without anything that reads as a citation marker."""
    if "†" not in text or "【" not in text:
        return text
    return _BRACKETED.sub(lambda found: found.group().replace("†", "‡"), text)


def link(number: int, text: str, host: str) -> str:
    """The marker of a link; *host* is empty for a link within the same host."""
    return f"【{number}†{text}†{host}】" if host else f"【{number}†{text}】"


def link_ids(text: str) -> list[int]:
    """The numbers of the links that the displayed *text* marks, in order."""
    return [int(number) for number in _NUMBER.findall(text)]
