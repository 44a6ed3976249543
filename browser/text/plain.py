"""Plain text and Markdown documents.

Markdown is read by markdown-it (CommonMark with tables) and then as the HTML it stands for, so
that links, tables and code have one reading. Plain text is kept line by line, as it is written.
"""

from __future__ import annotations

from browser.model.url import Url
from browser.text.block import Block, Run
from browser.text.clean import one_line
from browser.text.htmlpage import Document, read_html


def read_plain(text: str, url: Url) -> Document:
    """Read plain text: every line that is not blank is a block, white space kept."""
    blocks = [
        Block([Run(line.rstrip())], "text", verbatim=True)
        for line in text.splitlines()
        if line.strip()
    ]
    first = one_line("".join(run.text for run in blocks[0].runs)) if blocks else ""
    name = url.path.rsplit("/", 1)[-1]
    return Document(blocks, title=name or first)


def read_markdown(text: str, url: Url) -> Document:
    """Read Markdown. All of it is main content: there is no chrome around it."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - rare, and not free to import

    html = MarkdownIt("commonmark").enable("table").render(text)
    return read_html(html, url, whole=True)
