"""Plain text, code and Markdown.

Markdown is read by markdown-it (CommonMark with tables) and then as the HTML it stands for, so
that links, tables and code have one reading. Plain text is kept line by line, as it is written.

Left to taste: Markdown with more marks than any text needs is read as plain text, since its
reader is slow on them; nothing of it is lost.
"""

from __future__ import annotations

from browser.model.url import Url
from browser.text.block import Block
from browser.text.clean import clean, one_line
from browser.text.htmlpage import LINE_CHARS, Document, read_html
from browser.text.marks import for_display, for_quote

MAX_BRACKETS = 20_000  # `[` in Markdown; each may begin a link
MAX_MARKS = 50_000  # each of the other marks that begin something in a line
MAX_SEARCH = 1_000_000_000  # characters in which the ends of unusual tags are looked for
_MARKS = "<*_`"
_OPENERS = ("<![CDATA[", "<!--", "<?")
MAX_BLANKS = 2  # blank lines in a row that are kept in code


def read_plain(text: str, url: Url, _room: int = LINE_CHARS) -> Document:
    """Read plain text: every line that is not blank is a block, white space kept."""
    blocks = [_block(line, "text") for line in text.splitlines() if line.strip()]
    first = one_line(blocks[0].plain) if blocks else ""
    name = url.path.rsplit("/", 1)[-1]
    return Document(blocks, title=name or first)


def read_code(text: str, url: Url, _room: int = LINE_CHARS) -> Document:
    """Read code: as plain text, and blank lines between lines of code are kept."""
    blocks: list[Block] = []
    blanks = 0
    for line in text.splitlines():
        if not line.strip():
            blanks += 1
            continue
        if blocks:
            blocks += [_block("", "code") for _ in range(min(blanks, MAX_BLANKS))]
        blocks.append(_block(line, "code"))
        blanks = 0
    first = one_line(blocks[0].plain) if blocks else ""
    return Document(blocks, title=url.path.rsplit("/", 1)[-1] or first)


def _block(line: str, role: str) -> Block:
    line = clean(line.rstrip())
    return Block(for_display(line), for_quote(line), role, verbatim=True)


def read_markdown(text: str, url: Url, room: int = LINE_CHARS) -> Document:
    """Read Markdown. All of it is main content: there is no chrome around it."""
    if _is_slow(text):
        return read_plain(text, url, room)
    from markdown_it import MarkdownIt  # noqa: PLC0415 - rare, and not free to import

    html = MarkdownIt("commonmark").enable("table").render(text)
    return read_html(html, url, whole=True, line_chars=room)


def _is_slow(text: str) -> bool:
    """Whether Markdown holds more marks than any text needs, or tags that never end."""
    if text.count("[") > MAX_BRACKETS or any(text.count(mark) > MAX_MARKS for mark in _MARKS):
        return True
    # The end of such a tag is looked for as far as the next blank line.
    parts = text.replace("\r\n", "\n").split("\n\n")
    begun = (sum(map(part.count, _OPENERS)) * len(part) for part in parts)
    return sum(begun) > MAX_SEARCH
